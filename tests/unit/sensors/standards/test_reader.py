import numpy as np
import pytest

from skypact.core.columns import fault, pack
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Bearings,
    Context,
    Datagrams,
    FeedView,
    NodeStarted,
    PositionReports,
    Scan,
)
from skypact.sensors.sensors import Sensors
from skypact.sensors.settings import FeedSettings
from skypact.sensors.standards.reader import RECORD_BYTES_MAX, read, records
from skypact.sensors.standards.standard import Decoded, Refusal, Standard, blank
from tests.unit.sensors import samples

AT_NS = 1_790_000_000_000_000_000


def toy(data: bytes, arrival_ns: int) -> Decoded:
    """One letter a record: p position, s plot of r1, b bearing of r1, x plot of a stranger,
    o a position out of bounds, l a late one, z a decoder that fails."""
    decoded = Decoded()
    for letter in data.decode().split():
        match letter:
            case "p" | "o" | "l":
                columns = blank(PositionReports, 1)
                columns["time_ns"][:] = arrival_ns - (3_600_000_000_000 if letter == "l" else 0)
                columns["lat_rad"][:] = 7.0 if letter == "o" else 0.5
                decoded.positions = columns
            case "s" | "x":
                columns = blank(Scan, 1)
                columns["time_ns"][:] = arrival_ns
                columns["range_m"][:] = 1e4
                decoded.plots = {"r1" if letter == "s" else "stranger": columns}
            case "b":
                columns = blank(Bearings, 1)
                columns["time_ns"][:] = arrival_ns
                decoded.bearings = {"r1": columns}
            case "z":
                raise IndexError("list index out of range")
            case _:
                decoded.refusals.append(Refusal(0, "no letter of the toy"))
    return decoded


TOY = Standard(toy)


def test_every_kind_is_read_and_counted() -> None:
    reading = read(TOY, [(b"p s b", AT_NS), (b"p", AT_NS + 1)], {"r1"}, 60.0)
    assert reading.records == 4
    assert not reading.refusals
    assert reading.columns(PositionReports)[""]["time_ns"].tolist() == [AT_NS, AT_NS + 1]
    assert list(reading.columns(Scan)) == ["r1"] == list(reading.columns(Bearings))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"o", "column lat_rad leaves"),
        (b"z", "the decoder failed: IndexError"),
        (b"\xff", "the decoder failed: UnicodeDecodeError"),
        (b"l", "is the sender's clock right?"),
        (b"q", "no letter of the toy"),
    ],
)
def test_what_is_wrong_is_refused_and_costs_no_other(data: bytes, reason: str) -> None:
    reading = read(TOY, [(b"p", AT_NS), (data, AT_NS), (b"p", AT_NS)], {"r1"}, 60.0)
    assert reading.records == 2
    assert [reason in refusal.reason for refusal in reading.refusals] == [True]


def test_a_decoder_that_returns_something_else_is_refused() -> None:
    wrong = Standard(lambda data, arrival_ns: Decoded(positions={"time_ns": np.zeros(1)}))
    reading = read(wrong, [(b"p", AT_NS)], (), 60.0)
    assert reading.records == 0
    assert "missing or unknown" in reading.refusals[0].reason


def test_a_sensor_that_is_not_here_is_counted() -> None:
    reading = read(TOY, [(b"x", AT_NS)], {"r1"}, 60.0)
    assert reading.unknown == {"stranger": 1}
    assert reading.records == 0


def test_a_stream_is_cut_after_whole_records() -> None:
    assert records(b"ab", [(b"c\r\nde", 1)], b"\r\n") == ([(b"abc\r\n", 1)], b"de", [])
    assert records(b"ab", [(b"c", 1)], b"\n") == ([], b"abc", [])
    assert records(b"", [(b"a", 1), (b"b\n\n", 2)], b"\n") == ([(b"ab\n\n", 2)], b"", [])
    assert records(b"", [(b"a", 1), (b"b", 2)], b"") == ([(b"a", 1), (b"b", 2)], b"", [])
    whole, left, long = records(b"", [(b"p\n" + b"x" * (RECORD_BYTES_MAX + 1), 1)], b"\n")
    assert (whole, left, len(long)) == ([(b"p\n", 1)], b"", 1)


def sensors(source: str) -> Sensors:
    feed = FeedSettings(name="toy", source=source, format="toy", period_s=2.0)
    issuer = Issuer("auria", "sensors", Context.EXERCISE)
    return Sensors(issuer, (feed,), (samples.site(),), {"toy": TOY})


def given(*datagrams: bytes) -> Datagrams:
    columns = {
        "length_bytes": np.array([len(d) for d in datagrams]),
        "arrival_ns": np.full(len(datagrams), AT_NS),
    }
    header = Issuer("auria", "edge", Context.EXERCISE).header(AT_NS, AT_NS)
    return Datagrams(
        **header,
        feed="toy",
        count=len(datagrams),
        payload=b"".join(datagrams),
        **pack(Datagrams, **columns),
    )


def test_the_room_sends_sound_messages_and_drops_doubles() -> None:
    room = sensors("udp://127.0.0.1:9")
    header = Issuer("auria", "edge", Context.EXERCISE).header(0, 0)
    room.handle(NodeStarted(**header, epoch=1, version="0"), AT_NS)
    out = room.handle(given(b"p", b"p", b"s", b"b", b"z"), AT_NS)
    assert [type(message) for message in out] == [Scan, Bearings, PositionReports]
    assert [fault(message) for message in out] == ["", "", ""]  # type: ignore[arg-type]
    (view,) = room.wake(AT_NS)
    assert isinstance(view, FeedView)
    (feed,) = view.feeds
    assert (feed.records, feed.refused, feed.doubled, feed.alive) == (3, 1, 1, True)
    assert view.sensors[0].alive


def test_a_restored_room_goes_on_with_half_a_record() -> None:
    first, second = sensors("tcp://127.0.0.1:9"), sensors("tcp://127.0.0.1:9")
    assert not first.handle(given(b"p"), AT_NS)
    second.restore(first.snapshot())
    (out,) = second.handle(given(b"\n"), AT_NS)
    assert isinstance(out, PositionReports)
    assert out.count == 1
