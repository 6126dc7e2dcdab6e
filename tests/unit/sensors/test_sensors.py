"""The room: bytes in, plots and views out, nothing fatal, nothing lost, nothing twice."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core import codec
from skypact.core.columns import array, fault
from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Bearings,
    Context,
    DatagramsDropped,
    FeedNoted,
    FeedState,
    FeedView,
    LaunchDetections,
    Message,
    NodeStarted,
    PositionReports,
    Scan,
    Sightings,
)
from skypact.exercise.recorded import RecordedTraffic
from skypact.sensors import beast
from skypact.sensors.categories import asterix_cat021, asterix_cat034, asterix_cat048
from skypact.sensors.dis import pdu
from skypact.sensors.moved import INVENTED_FIRST
from skypact.sensors.sensors import Sensors
from skypact.sensors.settings import FeedSettings, Moved, SapientFeed
from tests.unit.sensors import samples
from tests.unit.sensors.dis import test_read as dis
from tests.unit.sensors.lines.written import ALL, BEARING, LAUNCH, PLOT, POSITION, SIGHTING
from tests.unit.sensors.sapient import messages as sapient

START_NS, S = samples.START_NS, samples.SECOND_NS
MOVED = Moved(from_lat_deg=48.7, from_lon_deg=2.5, to_lat_deg=-32, to_lon_deg=-18)


def feed(name: str, **changed: object) -> FeedSettings:
    base = FeedSettings(name=name, source="udp://127.0.0.1:1", format="asterix", period_s=4)
    return msgspec.structs.replace(base, **changed)


FEEDS = (
    feed("r1", group="north"),
    feed("r1-second-network", group="north"),
    feed("civil", moved=MOVED),
    feed("receiver", format="beast", moved=MOVED),
    feed("text", format="avr", source="tcp://127.0.0.1:1", moved=MOVED),
    feed(
        "net",
        format="sapient",
        source="tcp-listen://127.0.0.1:1",
        sapient=SapientFeed(nodes={sapient.RADAR: "r1"}),
    ),
    feed("lines", format="lines", source="tcp://127.0.0.1:1", clock_error_max_s=1e5),
    feed("swarm", format="sightings", clock_error_max_s=1e5),
    feed("space", format="launches", source="https:", clock_error_max_s=1e5),
    feed("blue", format="cot", source="tcp://127.0.0.1:1"),
    feed("mesh", format="cot", source="udp://127.0.0.1:1"),
)


def room(context: Context = Context.EXERCISE) -> Sensors:
    return Sensors(Issuer("auria", "sensors", context), FEEDS, (samples.site(),))


def give(sensors: Sensors, name: str, *sent: bytes, at_s: float = 1.0) -> Sequence[Message]:
    arrival_ns = START_NS + round(at_s * S)
    return sensors.handle(samples.datagrams(name, [(arrival_ns, d) for d in sent]), arrival_ns)


def view(sensors: Sensors, at_s: float = 2.0) -> FeedView:
    now_ns = START_NS + round(at_s * S)
    header = Issuer("auria", "node", Context.EXERCISE).header(now_ns, now_ns)
    sensors.handle(NodeStarted(**header, epoch=1, version="0"), now_ns)
    found, *told = sensors.wake(now_ns)
    assert isinstance(found, FeedView)
    assert all(isinstance(message, FeedNoted) for message in told)
    return found


def state(sensors: Sensors, name: str, at_s: float = 2.0) -> FeedState:
    return next(f for f in view(sensors, at_s).feeds if f.name == name)


def plots(sac: int = 7) -> bytes:
    return asterix_cat048.encode(samples.site(sac=sac), samples.plots())


def test_plots_become_one_scan_a_radar() -> None:
    [scan] = give(room(), "r1", plots())
    assert isinstance(scan, Scan)
    assert (scan.sensor, scan.count, fault(scan)) == ("r1", 5, "")
    assert scan.observed_ns == array(scan, "time_ns").max()
    assert codec.decode(codec.encode(scan), "test") == scan


def test_doubles_are_dropped_also_from_the_other_network_of_the_group() -> None:
    sensors = room()
    assert len(give(sensors, "r1", plots(), plots())) == 1
    assert give(sensors, "r1-second-network", plots(), at_s=1.1) == []
    assert len(give(sensors, "civil", plots(), at_s=1.1)) == 1
    assert state(sensors, "r1").doubled == 1
    assert state(sensors, "r1-second-network").doubled == 1
    assert state(sensors, "civil").doubled == 0


def test_bad_bytes_are_counted_and_the_next_block_is_read() -> None:
    sensors = room()
    mark = asterix_cat034.encode_mark(samples.site(), "north", 0, START_NS, 4.8)
    assert len(give(sensors, "r1", b"\x30\x00\x09\xff\xff\xff\xff\xff\xff" + plots(), mark)) == 1
    seen = state(sensors, "r1")
    assert (seen.refused, seen.records, seen.alive) == (1, 6, True)
    assert seen.last_refusals[0].startswith("byte 3: CAT048 edition 1.32")


def test_unknown_radars_are_shown_with_their_code() -> None:
    sensors = room()
    assert give(sensors, "r1", plots(sac=99), b"\xc8\x00\x04\x00") == []
    seen = state(sensors, "r1")
    assert (seen.unknown, seen.records, seen.refused) == (6, 0, 0)
    assert seen.last_refusals == ("unknown radar SAC 99 SIC 9", "CAT200 is not read here")


def test_north_marks_make_a_radar_alive_for_two_periods() -> None:
    sensors = room()
    assert not view(sensors, 0).sensors[0].alive
    mark = asterix_cat034.encode_mark(samples.site(), "north", 0, START_NS, 4.8)
    give(sensors, "r1", mark)
    radar = view(sensors, 11).sensors[0]
    assert (radar.name, radar.alive, radar.last_ns) == ("r1", True, START_NS + S)
    assert radar.rotation_s == pytest.approx(4.8, abs=0.01)
    assert not view(sensors, 11.1).sensors[0].alive


def test_rotation_is_timed_where_the_radar_does_not_say_it() -> None:
    sensors = room()
    for turn in range(3):
        time_ns = START_NS + round(turn * 4.2 * S)
        mark = asterix_cat034.encode_mark(samples.site(), "north", 0, time_ns, 1000)
        give(sensors, "r1", mark, at_s=turn * 4.2)
    assert view(sensors, 9).sensors[0].rotation_s == pytest.approx(4.2, abs=0.01)


def test_views_come_once_a_second_after_the_start() -> None:
    sensors = room()
    assert sensors.next_wake_ns() is None
    view(sensors, 2)
    assert sensors.next_wake_ns() == START_NS + 3 * S
    assert sensors.wake(START_NS + 3 * S - 1) == ()
    assert len(sensors.wake(START_NS + 3 * S)) == 1


def test_drops_are_counted() -> None:
    sensors = room()
    header = Issuer("auria", "feeds", Context.EXERCISE).header(0, 0)
    sensors.handle(DatagramsDropped(**header, feed="r1", dropped=7), START_NS)
    assert state(sensors, "r1").dropped == 7


def test_moved_flights_leave_no_real_name_and_no_real_place() -> None:
    traffic, sensors = RecordedTraffic(), room()
    sent = [data for _, data in traffic.cat021(0, 3, START_NS)]
    frames = [data for _, data in traffic.beast(0, 20)]
    out = [*give(sensors, "civil", *sent, at_s=3), *give(sensors, "receiver", *frames, at_s=3)]
    real = set(traffic.flights()["address"]) | {0x393322}
    assert {m.feed for m in out if isinstance(m, PositionReports)} == {"civil", "receiver"}
    for message in out:
        assert isinstance(message, PositionReports)
        assert fault(message) == ""
        assert not real & set(array(message, "address").tolist())
        assert (array(message, "address") >= INVENTED_FIRST).all()
        assert all(c == b"" or c.startswith(b"SKY") for c in array(message, "callsign").tolist())
        assert np.degrees(array(message, "lat_rad")).max() < -30


def registered(sensors: Sensors) -> Sensors:
    made = (sapient.registration(), sapient.registration(sapient.CAMERA, name="Eye"))
    give(sensors, "net", *map(sapient.frame, made))
    return sensors


def test_sapient_detections_become_scans_and_reports() -> None:
    made = (sapient.polar(), sapient.detection(sapient.CAMERA))
    out = give(registered(room()), "net", *map(sapient.frame, made))
    assert [type(m) for m in out] == [Scan, PositionReports]
    assert [fault(m) for m in out if isinstance(m, Scan | PositionReports)] == ["", ""]
    assert all(codec.decode(codec.encode(m), "test") == m for m in out)


def test_directions_of_a_passive_sapient_sensor_are_bearings() -> None:
    site = msgspec.structs.replace(samples.site(), passive=True)
    sensors = Sensors(Issuer("auria", "sensors", Context.EXERCISE), FEEDS, (site,))
    made = sapient.frame(sapient.polar(distance=None, at_s=0.5))
    [bearings] = give(registered(sensors), "net", made)
    assert isinstance(bearings, Bearings)
    assert (bearings.sensor, bearings.count, fault(bearings)) == ("r1", 1, "")
    assert bearings.observed_ns == START_NS + S // 2


def test_sapient_health_doubles_and_refusals_are_shown() -> None:
    sensors = registered(room())
    status = sapient.status(system="SYSTEM_ERROR", said=(("ERROR", "motor"),))
    made = (status, status, sapient.task(), sapient.status(sapient.CAMERA))
    made += (sapient.polar(sapient.CAMERA), sapient.alert())
    assert give(sensors, "net", *map(sapient.frame, made)) == []
    seen = state(sensors, "net")
    assert [(s.name, s.fault) for s in seen.sources] == [
        ("Eye b5546692", ""),
        ("r1", "error; motor"),
    ]
    assert (seen.doubled, seen.refused, seen.unknown, seen.records) == (1, 1, 1, 5)
    assert "byte 0: a task: this node tasks nothing and takes no task" in seen.last_refusals
    assert "alert of r1: fence cut" in seen.last_refusals
    assert "Eye b5546692 is no [[sensor]] here: its bearings are left aside" in seen.last_refusals
    assert view(sensors, 2).sensors[0].alive


SIMULATOR = feed("sim", format="dis")


def test_dis_entities_become_reports_of_an_exercise() -> None:
    sensors = Sensors(Issuer("auria", "sensors", Context.EXERCISE), (SIMULATOR,), ())
    rows = dis.rows(3, exercise=[1, 1, 2], domain=[2, 1, 2])
    sent = pdu.write(rows)
    [reports] = give(sensors, "sim", *sent, sent[0], b"?", at_s=0.5)
    assert isinstance(reports, PositionReports)
    assert (reports.count, fault(reports), reports.context) == (1, "", Context.EXERCISE)
    seen = state(sensors, "sim")
    assert (seen.records, seen.refused, seen.unknown, seen.doubled) == (1, 2, 1, 1)
    assert "entities that do not fly are left aside" in seen.last_refusals


@pytest.mark.parametrize("context", [Context.OPERATION, Context.TEST])
def test_no_other_context_has_a_room_for_dis(context: Context) -> None:
    with pytest.raises(InvariantError, match="belong to an exercise"):
        Sensors(Issuer("auria", "sensors", context), (SIMULATOR,), ())


def test_an_operational_node_refuses_simulated_plots() -> None:
    sensors = room(Context.OPERATION)
    assert give(sensors, "r1", plots()) == []
    assert state(sensors, "r1").refused == 5


def test_a_feed_nobody_configured_is_a_fault_of_ours() -> None:
    with pytest.raises(InvariantError, match="not configured"):
        give(room(), "other", plots())


def test_lines_become_messages_and_tell_what_was_wrong() -> None:
    sensors = room()
    out = give(sensors, "lines", PLOT.csv + b"\n" + POSITION.json + b"\nplot,r9,,1,1\nplot,r1\n")
    assert [type(m) for m in out] == [Scan, PositionReports]
    seen = state(sensors, "lines")
    assert (seen.records, seen.refused, seen.unknown) == (2, 1, 1)
    assert seen.last_refusals[0].endswith("missing required field `range_m`: plot,r1")
    assert seen.last_refusals[1] == "unknown sensor r9"
    assert view(sensors).sensors[0].last_ns == START_NS + S
    [launch] = give(sensors, "space", LAUNCH.json, LAUNCH.json)
    assert isinstance(launch, LaunchDetections)
    assert (launch.count, state(sensors, "space").doubled) == (1, 1)
    [sightings] = give(sensors, "swarm", SIGHTING.csv)
    assert isinstance(sightings, Sightings)


def workload() -> list[tuple[str, bytes, float]]:
    """Return (feed, bytes, seconds): all formats, doubles and bad bytes among them."""
    traffic = RecordedTraffic()
    sent = [("civil", data, at) for at, data in traffic.cat021(0, 6, START_NS)]
    sent += [("receiver", data, at) for at, data in traffic.beast(0, 8)]
    sent += [("r1", plots(), 0.5), ("r1-second-network", plots(), 0.6), ("r1", b"\x30\x00", 2.0)]
    made = (sapient.registration(), sapient.status(), sapient.polar(), sapient.detection())
    sent += [("net", sapient.frame(m), 0.4 + i) for i, m in enumerate(made)]
    mark = asterix_cat034.encode_mark(samples.site(), "north", 0, START_NS, 4.8)
    sent += [("r1", mark, 3.0), ("receiver", b"\x1a\x33\x00\x1a", 3.5), ("r1", plots(9), 4.0)]
    for k in range(4):
        sent += [("lines", PLOT.csv[k:] + b"\n" + BEARING.csv, 1.0 + k)]
        sent += [("swarm", SIGHTING.json + b"\n" + SIGHTING.csv + b" " * k, 1.1 + k)]
    sent += [("space", LAUNCH.json, 2.2), ("space", LAUNCH.json, 2.3)]
    return sorted(sent, key=lambda item: item[2])


def run(sensors: Sensors, sent: list[tuple[str, bytes, float]]) -> bytes:
    out: list[Message] = []
    for name, data, at_s in sent:
        out += give(sensors, name, data, at_s=at_s)
        out += sensors.wake(START_NS + round(at_s * S))
    return b"".join(codec.encode(m) for m in out)


@pytest.mark.parametrize("cut", [0, 40, 90])
def test_a_restored_room_goes_on_byte_for_byte(cut: int) -> None:
    sent = workload()
    first, second = room(), room()
    view(first, 0)
    run(first, sent[:cut])
    second.restore(first.snapshot())
    assert second.snapshot() == first.snapshot()
    assert run(second, sent[cut:]) == run(first, sent[cut:])
    assert second.snapshot() == first.snapshot()


def digest() -> str:
    sensors = room()
    view(sensors, 0)
    return hashlib.sha256(run(sensors, workload()) + sensors.snapshot()).hexdigest()


def test_hash_seeds_change_nothing() -> None:
    other = subprocess.run(
        [sys.executable, "-c", "import tests.unit.sensors.test_sensors as t; print(t.digest())"],
        env=os.environ | {"PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    assert other.strip() == digest()


GOOD = asterix_cat048.encode(samples.site(), samples.plots())
REAL = [
    GOOD,
    asterix_cat021.encode(0, 1, samples.reports()),
    asterix_cat034.encode_mark(samples.site(), "sector", 1, START_NS, 4.8),
    *(data for _, data in RecordedTraffic().beast(0, 3)),
    *(line for written in ALL for line in (written.json + b"\n", written.csv + b"\n")),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return real bytes with some of them changed, lost or doubled."""
    data = bytearray(draw(st.sampled_from(REAL)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                data[at] = draw(st.integers(0, 255))
            case 1:
                data[at] ^= 1 << draw(st.integers(0, 7))
            case 2:
                del data[at : at + draw(st.integers(1, 8))]
            case _:
                data[at:at] = data[at : at + draw(st.integers(1, 8))]
        if not data:
            break
    return bytes(data)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from([f.name for f in FEEDS]), st.lists(mutated() | st.binary(max_size=80)))
def test_no_bytes_are_fatal_and_no_message_breaks_its_bounds(name: str, sent: list[bytes]) -> None:
    sensors = room()
    for message in give(sensors, name, *sent):
        assert fault(message) == ""
        codec.decode(codec.encode(message), "test")
    after = give(sensors, "r1", GOOD, at_s=100)
    assert [m.count for m in after if isinstance(m, Scan)] in ([5], [])
    seen = state(sensors, "r1", 100)
    assert seen.records + seen.refused >= 5
    room().restore(sensors.snapshot())


def test_a_doubled_datagram_of_beast_counts_once() -> None:
    frames = [data for _, data in RecordedTraffic().beast(0, 2)][:40]
    once, twice = room(), room()
    for frame in frames:
        give(once, "receiver", frame)
        give(twice, "receiver", frame, frame)
    one, two = state(once, "receiver"), state(twice, "receiver")
    assert one.records == two.records > 0
    assert two.doubled == len(set(frames)) + one.doubled


def test_avr_gives_what_beast_gives() -> None:
    sensors, frames = room(), [data for _, data in RecordedTraffic().beast(0, 5)]
    for frame in frames:
        [one], _, _ = beast.split(b"", frame)
        line = b"*%s;\r\n" % one.message.hex().encode()
        expected, found = give(sensors, "receiver", frame), give(sensors, "text", line)
        assert [m.lat_rad for m in found] == [m.lat_rad for m in expected]  # type: ignore[attr-defined]
    text, receiver = state(sensors, "text"), state(sensors, "receiver")
    assert text.records == receiver.records + receiver.doubled > 0
    give(sensors, "text", b"*0000;\r\n")  # what receivers send when nothing flies
    assert state(sensors, "text").refused == state(sensors, "receiver").refused
