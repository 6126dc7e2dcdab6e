import msgspec
import pytest

from skypact.core.messages import Stream
from skypact.exercise.links import Links
from skypact.exercise.scenario import Link, Partition, Scenario, load

SECOND_NS = 1_000_000_000
NIGHT = load("first_night")
START_NS = NIGHT.start_ns


def linked(**settings: object) -> Scenario:
    link = msgspec.convert({"between": ["auria", "borvia"], **settings}, Link)
    return msgspec.structs.replace(NIGHT, links=(link,))


def test_delay_without_jitter_is_exact() -> None:
    links = Links(linked(delay_s=0.05), 1)
    for stream in Stream:
        assert links.arrival_ns("borvia", "auria", stream, START_NS) == START_NS + 50_000_000


def test_jitter_comes_on_top_and_order_is_kept() -> None:
    links = Links(linked(delay_s=0.05, jitter_s=0.2), 1)
    sent = [START_NS + k * 10_000_000 for k in range(500)]
    arrived = [links.arrival_ns("auria", "borvia", Stream.TRACK, s) for s in sent]
    assert arrived == sorted(a for a in arrived if a is not None)
    late = [a - s - 50_000_000 for a, s in zip(arrived, sent, strict=True) if a is not None]
    assert min(late) >= 0
    assert max(late) > 200_000_000


def test_best_effort_frames_get_lost_at_their_rate() -> None:
    links = Links(linked(loss=0.2), 1)
    arrived = [links.arrival_ns("auria", "borvia", Stream.TRACK, START_NS) for _ in range(2000)]
    assert arrived.count(None) / 2000 == pytest.approx(0.2, abs=0.03)


def test_durable_frames_come_late_but_come() -> None:
    links = Links(linked(delay_s=0.05, loss=0.5), 1)
    sent = [START_NS + k * SECOND_NS for k in range(300)]
    arrived = [links.arrival_ns("auria", "borvia", Stream.WARNING, s) for s in sent]
    assert None not in arrived
    prompt = [a == s + 50_000_000 for a, s in zip(arrived, sent, strict=True)]
    assert 0.3 < sum(prompt) / 300 < 0.7


def test_a_partition_loses_best_effort_and_holds_durable() -> None:
    links = Links(linked(delay_s=0.05, partition=[{"from_s": 10, "to_s": 20}]), 1)
    inside, before = START_NS + 12 * SECOND_NS, START_NS + 10 * SECOND_NS - 10_000_000
    end = START_NS + 20 * SECOND_NS
    for sent in (inside, before):
        assert links.arrival_ns("auria", "borvia", Stream.TRACK, sent) is None
        assert links.arrival_ns("auria", "borvia", Stream.RECEIPT, sent) == end + 50_000_000
    assert links.arrival_ns("auria", "borvia", Stream.TRACK, end) == end + 50_000_000


def test_without_a_link_nothing_arrives() -> None:
    links = Links(linked(), 1)
    assert links.arrival_ns("auria", "cestia", Stream.WARNING, START_NS) is None


def test_same_seed_same_arrivals_and_each_direction_alone() -> None:
    scenario = linked(jitter_s=0.1, loss=0.1)
    first, second = Links(scenario, 3), Links(scenario, 3)
    for k in range(50):
        second.arrival_ns("borvia", "auria", Stream.TRACK, START_NS + k)
    times = [START_NS + k * SECOND_NS for k in range(50)]
    one = [first.arrival_ns("auria", "borvia", Stream.TRACK, t) for t in times]
    assert one == [second.arrival_ns("auria", "borvia", Stream.TRACK, t) for t in times]
    other = Links(scenario, 4)
    assert one != [other.arrival_ns("auria", "borvia", Stream.TRACK, t) for t in times]


def test_partitions_count_from_the_given_start() -> None:
    scenario = msgspec.structs.replace(
        NIGHT,
        links=(Link(between=("auria", "borvia"), partitions=(Partition(from_s=0, to_s=5),)),),
    )
    links = Links(scenario, 1, start_ns=SECOND_NS)
    assert links.arrival_ns("auria", "borvia", Stream.TRACK, 2 * SECOND_NS) is None
    assert links.arrival_ns("auria", "borvia", Stream.TRACK, 7 * SECOND_NS) is not None
