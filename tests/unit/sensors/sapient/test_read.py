"""A feed's messages: who may speak, what of it is used, and nothing fatal."""

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core.errors import InvariantError
from skypact.core.messages import Context
from skypact.sensors.sapient import read
from skypact.sensors.sapient.read import Reader, Reading
from skypact.sensors.settings import FeedSettings
from tests.unit.sensors import samples
from tests.unit.sensors.sapient import messages
from tests.unit.sensors.sapient.messages import CAMERA, RADAR, START_NS, S

SITES = {"r1": samples.site(), "eye": msgspec.structs.replace(samples.site("eye"), passive=True)}


def feed(**nodes: str) -> FeedSettings:
    table = {
        "name": "net",
        "source": "tcp://127.0.0.1:5001",
        "format": "sapient",
        "period_s": 5,
        "sapient": {"nodes": nodes},
    }
    return msgspec.convert(table, FeedSettings)


def reader(nodes: dict[str, str] | None = None, context: Context = Context.EXERCISE) -> Reader:
    return Reader(feed(**(nodes or {})), SITES, context)


def give(to: Reader, *made: Any, at_s: float = 0.1) -> Reading:
    arrival_ns = START_NS + round(at_s * S)
    return to.read([(messages.frame(m), arrival_ns) for m in made])


def reasons(reading: Reading) -> list[str]:
    return [refusal.reason for refusal in reading.refusals]


def test_a_place_becomes_a_report() -> None:
    to = reader()
    reading = give(to, messages.registration(), messages.detection())
    assert (reading.records, reasons(reading)) == (2, [])
    assert reading.reports is not None
    assert math.degrees(reading.reports["lat_rad"][0]) == pytest.approx(-32)
    assert reading.reports["time_ns"].tolist() == [START_NS]


def test_nobody_is_heard_before_it_has_registered() -> None:
    reading = give(reader(), messages.detection(), messages.status())
    assert reasons(reading) == [f"node {RADAR} has not registered"] * 2
    assert (reading.records, reading.reports, reading.health) == (0, None, [])


def test_an_effector_is_refused_with_all_it_says() -> None:
    to = reader()
    made = (messages.registration(kinds=("JAMMER",)), messages.status(), messages.detection())
    reading = give(to, *made)
    assert reading.records == 0
    refused = f"node {RADAR} is an effector: this node reads sensors and tasks nothing"
    assert reasons(reading) == [refused] * 3


def test_a_node_that_becomes_an_effector_is_refused_from_then_on() -> None:
    to = reader()
    assert give(to, messages.registration(), messages.detection()).records == 2
    assert give(to, messages.registration(kinds=("LDEW",)), messages.detection()).records == 0


@pytest.mark.parametrize("kind", ["task", "task_ack", "registration_ack", "alert_ack"])
def test_tasks_and_answers_are_refused_whoever_sends_them(kind: str) -> None:
    to = reader()
    give(to, messages.registration())
    made = messages.message()
    getattr(made, kind).SetInParent()
    for one in (made, messages.task() if kind == "task" else made):
        assert reasons(give(to, one)) == [read.ALIEN[kind]]


def test_an_error_is_refused_with_what_it_says() -> None:
    made = messages.message()
    made.error.packet = b"x"
    made.error.error_message.append("Unknown node ID\n7")
    assert reasons(give(reader(), made)) == ["the sender reports an error: Unknown node ID 7"]


def test_what_is_not_by_the_standard_is_refused_with_the_reason() -> None:
    to = reader()
    give(to, messages.registration())
    made = messages.detection()
    made.detection_report.ClearField("report_id")
    reading = give(to, made, messages.detection())
    assert reasons(reading) == ["not by the standard: detection_report: report_id is missing"]
    assert reading.records == 1


def test_a_clock_that_is_far_off_is_refused() -> None:
    to = reader()
    give(to, messages.registration())
    assert reasons(give(to, messages.detection(at_s=61.2))) == [read.LATE]
    assert give(to, messages.detection(at_s=59)).records == 1


def test_messages_of_another_context_are_refused() -> None:
    drill = messages.registration(text="EXERCISE EXERCISE EXERCISE")
    assert give(reader(), drill).records == 1
    for context in (Context.OPERATION, Context.TEST):
        reading = give(reader(context=context), drill)
        assert reasons(reading) == ["belongs to another context: EXERCISE EXERCISE EXERCISE"]


def test_ranges_of_a_known_sensor_are_its_plots() -> None:
    to = reader({RADAR.upper(): "r1"})
    reading = give(to, messages.registration(), messages.polar(), messages.polar(at_s=0.05))
    assert reading.scans["r1"]["range_m"].tolist() == [20_000, 20_000]
    assert math.degrees(reading.scans["r1"]["azimuth_rad"][0]) == pytest.approx(30)
    assert (reading.reports, list(reading.heard)) == (None, ["r1"])
    assert reasons(give(to, messages.polar(distance=None))) == [
        "sensor r1 is not passive, and this detection has no range"
    ]


def test_directions_of_a_passive_sensor_are_bearings() -> None:
    to = reader({CAMERA: "eye"})
    give(to, messages.registration(CAMERA, ("CAMERA",)))
    reading = give(to, messages.polar(CAMERA, distance=None), messages.polar(CAMERA))
    assert list(reading.bearings["eye"]) == ["time_ns", "azimuth_rad", "elevation_rad"]
    assert len(reading.bearings["eye"]["time_ns"]) == 2
    assert reading.scans == {}


def test_ranges_of_others_count_from_where_they_say_they_stand() -> None:
    to = reader()
    give(to, messages.registration())
    lost = give(to, messages.polar())
    assert (lost.unknown, lost.records, lost.reports) == ({"Mast 3d1ffd1b": 1}, 0, None)
    give(to, messages.status(origin=(-32, -18, 100)))
    found = give(to, messages.polar(), messages.polar(distance=None))
    assert found.reports is not None
    assert math.degrees(found.reports["lat_rad"][0]) == pytest.approx(-31.845, abs=0.01)
    assert (found.records, found.unknown) == (1, {"Mast 3d1ffd1b": 1})


def test_status_is_the_health_of_the_sensor() -> None:
    to = reader({RADAR: "r1"})
    give(to, messages.registration(), messages.registration(CAMERA))
    reading = give(to, messages.status(system="SYSTEM_ERROR"), messages.status(CAMERA))
    assert reading.health == [("r1", "error"), ("Mast b5546692", "")]


def test_an_alert_is_a_note() -> None:
    to = reader()
    reading = give(to, messages.registration(), messages.alert())
    assert (reading.notes, reading.records) == (["alert of Mast 3d1ffd1b: fence cut"], 2)


def test_an_object_that_is_lost_gives_no_place() -> None:
    made = messages.detection()
    made.detection_report.state = "lost"
    reading = give(reader(), messages.registration(), made)
    assert (reading.records, reading.reports) == (2, None)


def test_nodes_are_forgotten_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "NODES_MAX", 2)
    to = reader()
    ids = [f"{i:08x}-0000-4000-8000-000000000000" for i in range(3)]
    for i, node in enumerate(ids[:2]):
        give(to, messages.registration(node), at_s=i)
    give(to, messages.status(ids[0]), at_s=3)
    give(to, messages.registration(ids[2]), at_s=4)
    assert sorted(to.nodes) == [ids[0], ids[2]]


def test_a_sensor_that_there_is_not_is_a_fault_of_ours() -> None:
    with pytest.raises(InvariantError, match="no \\[\\[sensor\\]\\] 'mast'"):
        reader({RADAR: "mast"})


def test_the_time_of_a_message_is_read_without_all_the_rest() -> None:
    assert read.sent_ns(messages.detection(at_s=3).SerializeToString()) == START_NS + 3 * S
    assert read.sent_ns(b"\xff") is None
    assert read.sent_ns(b"") is None


REAL = [
    messages.frame(m)
    for m in (
        messages.registration(),
        messages.status(origin=(-32, -18, 10)),
        messages.detection(),
        messages.polar(),
        messages.alert(),
        messages.task(),
    )
]


@settings(max_examples=300)
@given(
    st.integers(0, 5), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=5)
)
def test_no_bytes_are_fatal_and_the_next_message_is_read(
    which: int, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(REAL[which])
    for at, value in changes:
        data[at % len(data)] = value
    to = reader({RADAR: "r1"})
    give(to, messages.registration(CAMERA))
    to.read([(bytes(data), START_NS)])
    assert give(to, messages.detection(CAMERA)).records == 1
