from collections.abc import Sequence

import msgspec
import pytest

from skypact.core.codec import decode, encode
from skypact.core.columns import array
from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    AirWarning,
    Context,
    Datagrams,
    Delivery,
    Message,
    NodeStarted,
    PartnerFrame,
    Release,
    ReportShown,
    Stream,
    ThreatClass,
    WarningState,
    Woken,
)
from skypact.exercise.driver import NodeLike, run
from skypact.exercise.links import Links
from skypact.exercise.scenario import load
from skypact.exercise.world import WireDatagram

SECOND_NS = 1_000_000_000
NIGHT = load("first_night")
START_NS = NIGHT.start_ns
MILLI_NS = 1_000_000


class Pulses:
    """A world that sends one datagram of each feed every 0.3 s and a burst every 2 s."""

    scenario = NIGHT
    seed = 1

    def __init__(self) -> None:
        self.feeds = {"a": "auria", "b": "borvia"}

    def datagrams(self, from_ns: int, to_ns: int) -> list[WireDatagram]:
        step_ns = 300 * MILLI_NS
        first = -(-(from_ns - START_NS) // step_ns)
        times = range(START_NS + first * step_ns, to_ns, step_ns)
        found = [WireDatagram(t, f, b"%d" % (t % 97)) for t in times for f in self.feeds]
        if (from_ns - START_NS) % (2 * SECOND_NS) == 0:
            found += [WireDatagram(from_ns + k, "a", b"burst") for k in range(100)]
        return sorted(found, key=lambda d: (d.time_ns, d.feed))


class Echo:
    """A node that releases a track frame for each datagrams message and a warning each 3 s; it
    tells its own post of every warning that comes in."""

    def __init__(self, nation: str, partner: str) -> None:
        self.issuer = Issuer(nation, "echo", Context.EXERCISE)
        self.nation, self.partner = nation, partner
        self.due_ns = START_NS + 3 * SECOND_NS

    def handle(self, message: Message, now_ns: int) -> list[Message]:
        if isinstance(message, Datagrams):
            return [self.release(Stream.TRACK, message.payload[:4], now_ns)]
        if isinstance(message, PartnerFrame) and message.stream is Stream.WARNING:
            return [self.delivery(now_ns)]
        return []

    def wake(self, now_ns: int) -> list[Message]:
        self.due_ns += 3 * SECOND_NS
        return [self.release(Stream.WARNING, b"warning", now_ns)]

    def next_wake_ns(self) -> int | None:
        return self.due_ns

    def release(self, stream: Stream, frame: bytes, now_ns: int) -> Release:
        return Release(
            **self.issuer.header(now_ns, now_ns),
            partner=self.partner,
            stream=stream,
            epoch=1,
            sequence=self.issuer.issued,
            clauses=(),
            frame=frame,
        )

    def delivery(self, now_ns: int) -> Delivery:
        warning = AirWarning(
            warning_id=f"w-{self.issuer.issued}",
            origin=self.partner,
            nation=self.nation,
            track=1,
            threat_class=ThreatClass.BALLISTIC,
            class_probability=1.0,
            state=WarningState.RAISED,
            version=1,
            places=(),
            assessed_ns=now_ns,
        )
        header = self.issuer.header(now_ns, now_ns)
        return Delivery(**header, post="duty", event="warning_raised", warning=warning)


Entry = tuple[str, int, Message]


def played(seconds: int, nodes: dict[str, NodeLike] | None = None, seed: int = 1) -> list[Entry]:
    inputs: list[Entry] = []
    pair = nodes or {"auria": Echo("auria", "borvia"), "borvia": Echo("borvia", "auria")}

    def record(nation: str, message: Message, now_ns: int) -> None:
        inputs.append((nation, now_ns, message))

    def ignore(nation: str, outputs: Sequence[Message], now_ns: int) -> None:
        assert inputs[-1][:2] == (nation, now_ns), "outputs come right after their input"

    end_ns = START_NS + seconds * SECOND_NS
    run(pair, Pulses(), Links(NIGHT, seed), START_NS, end_ns, record, ignore)
    return inputs


def of(inputs: list[Entry], nation: str, kind: type[Message]) -> list[tuple[int, Message]]:
    return [(now_ns, m) for who, now_ns, m in inputs if who == nation and isinstance(m, kind)]


def test_a_node_is_started_first() -> None:
    inputs = played(2)
    assert [(n, type(m)) for n, _, m in inputs[:2]] == [
        ("auria", NodeStarted),
        ("borvia", NodeStarted),
    ]
    assert inputs[0][1] == START_NS


def test_time_never_goes_back_and_ends_before_the_end() -> None:
    times = [now_ns for _, now_ns, _ in played(7)]
    assert times == sorted(times)
    assert times[-1] < START_NS + 7 * SECOND_NS


def test_inputs_survive_the_codec_and_ids_are_unique() -> None:
    inputs = played(20)
    for _, _, message in inputs:
        assert decode(encode(message), "test") == message
    ids = [m.id for n, _, m in inputs if n == "auria"]
    assert len(ids) == len(set(ids))


def test_datagrams_reach_the_node_of_their_feed_in_order() -> None:
    inputs = played(4)
    bursts = 0
    for nation, feed in (("auria", "a"), ("borvia", "b")):
        for now_ns, message in of(inputs, nation, Datagrams):
            assert isinstance(message, Datagrams)
            assert message.feed == feed
            arrivals = array(message, "arrival_ns").tolist()
            assert arrivals == sorted(arrivals)
            assert arrivals[-1] == now_ns
            assert now_ns - arrivals[0] <= 25 * MILLI_NS
            assert message.count <= 512
            bursts += message.payload.count(b"burst")
    assert bursts == 200


def test_releases_arrive_after_the_delay_of_the_link() -> None:
    inputs = played(10)
    sent = [now_ns for now_ns, _ in of(inputs, "auria", Datagrams)]
    frames = [
        (now_ns, m)
        for now_ns, m in of(inputs, "borvia", PartnerFrame)
        if isinstance(m, PartnerFrame) and m.stream is Stream.TRACK
    ]
    assert len(sent) - 4 <= len(frames) <= len(sent)
    assert {m.partner for _, m in frames} == {"auria"}
    assert frames[0][0] >= sent[0] + 40 * MILLI_NS


def test_nodes_are_woken_when_they_asked_for_it() -> None:
    woken = [now_ns for now_ns, _ in of(played(10), "auria", Woken)]
    assert woken == [START_NS + k * SECOND_NS for k in (3, 6, 9)]


def test_a_warning_is_shown_and_acknowledged_by_a_person() -> None:
    inputs = played(60)
    shown = of(inputs, "borvia", ReportShown)
    acknowledged = of(inputs, "borvia", AcknowledgeWarning)
    assert shown[0][0] > START_NS + 3 * SECOND_NS
    assert len(acknowledged) > 5
    first = acknowledged[0][1]
    assert isinstance(first, AcknowledgeWarning)
    assert (first.person, first.post) == ("Tomas Rehn", "duty")
    assert not of(inputs, "borvia", AcknowledgeWarning)[0][0] < shown[0][0]


def test_two_runs_give_the_same_bytes_and_another_seed_others() -> None:
    first, second = ([encode(m) for _, _, m in played(30)] for _ in range(2))
    assert first == second
    assert first != [encode(m) for _, _, m in played(30, seed=2)]


def test_a_node_that_does_not_answer_its_wake_is_our_bug() -> None:
    class Stuck(Echo):
        def wake(self, now_ns: int) -> list[Message]:
            return []

    with pytest.raises(InvariantError, match="auria"):
        played(5, {"auria": Stuck("auria", "borvia")})


def test_a_partner_that_is_not_played_gets_nothing() -> None:
    inputs = played(5, {"auria": Echo("auria", "borvia")})
    assert {nation for nation, _, _ in inputs} == {"auria"}


def test_progress_is_told_each_second() -> None:
    said: list[int] = []
    end_ns = START_NS + 2 * SECOND_NS + SECOND_NS // 2
    run(
        {"auria": Echo("auria", "borvia")},
        Pulses(),
        Links(msgspec.structs.replace(NIGHT, links=()), 1),
        START_NS,
        end_ns,
        lambda *_: None,
        lambda *_: None,
        said.append,
    )
    assert said == [START_NS + SECOND_NS, START_NS + 2 * SECOND_NS, end_ns]
