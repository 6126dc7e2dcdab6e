"""File feeds keep the recording's own times."""

import asyncio
import struct
from collections import Counter
from pathlib import Path

import pytest

from skypact.core.errors import DecodeError, LinkError
from skypact.core.messages import Context
from skypact.edge.feeds.capture import CUT, DAMAGED, INCOMPLETE, PIECE_BYTES
from skypact.edge.feeds.file import path_and_speed
from skypact.edge.feeds.run import run_feed
from tests.unit.edge.feeds.captures import fragments, pcap, udp
from tests.unit.edge.feeds.listening import NOW_NS, Delivered, now_ns, settings
from tests.unit.edge.feeds.test_capture import PAYLOAD, capture, ipv4


def replay(source: str, form: str = "asterix") -> Delivered:
    delivered: Delivered = []
    feed = settings(source, form)
    asyncio.run(run_feed(feed, lambda *item: delivered.append(item), now_ns, Context.EXERCISE))
    return delivered


def test_a_capture_arrives_at_its_own_times(tmp_path: Path) -> None:
    path = tmp_path / "a capture.pcap"
    path.write_bytes(capture(101, ipv4(), ipv4()))
    delivered = replay(f"file:{path}?speed=0")
    assert delivered == [("feed", PAYLOAD, (100 + i) * 10**9 + 7_000) for i in range(2)]


def test_speed_divides_the_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "capture.pcap"
    path.write_bytes(capture(101, ipv4(), ipv4(), ipv4()))
    waited: list[float] = []

    async def note(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", note)
    replay(f"file:{path}?speed=4")
    assert waited == pytest.approx([0, 0.25, 0.5])


def test_lines_are_datagrams_in_a_capture_and_a_stream_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "lines.pcap"
    path.write_bytes(capture(101, ipv4(), ipv4()))
    for form in ("lines", "beast", "cot", "basestation"):
        assert len(replay(f"file:{path}?speed=0", form)) == 2
    path = tmp_path / "lines.csv"
    path.write_bytes(b"x" * 3_000)
    assert [len(data) for _, data, _ in replay(f"file:{path}", "sightings")] == [1400, 1400, 200]


@pytest.mark.parametrize("speed", [0.5, 1, 7, 1000])
def test_rate_and_delay_are_kept_at_any_speed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speed: float
) -> None:
    path = tmp_path / "capture.pcap"
    path.write_bytes(capture(101, *[ipv4()] * 50))  # a second apart, as recorded
    clock, delivered = Simulated(), list[tuple[int, int]]()
    feed = settings(f"file:{path}?speed={speed}")
    monkeypatch.setattr(asyncio, "sleep", clock.sleep)
    asyncio.run(
        run_feed(
            feed,
            lambda _, __, at: delivered.append((clock.now_ns(), at)),
            clock.now_ns,
            Context.TEST,
        )
    )
    came, recorded = zip(*delivered, strict=True)
    for k in range(1, 50):
        apart_s = (came[k] - came[0]) / 1e9 * speed
        # A late turn of the loop (here up to 30 ms) delays one datagram and shifts none after it.
        assert apart_s == pytest.approx((recorded[k] - recorded[0]) / 1e9, abs=0.031 * speed)


class Simulated:
    """A clock that sleeping moves; each sleep ends up to 30 ms late, as a busy loop's does."""

    def __init__(self) -> None:
        self.at_ns = NOW_NS
        self._late_ns = 0

    def now_ns(self) -> int:
        return self.at_ns

    async def sleep(self, seconds: float) -> None:
        self._late_ns = (self._late_ns + 7_000_000) % 30_000_000
        self.at_ns += round(seconds * 1e9) + (self._late_ns if seconds else 0)


def test_files_without_times_arrive_now(tmp_path: Path) -> None:
    path = tmp_path / "raw.ast"
    path.write_bytes(PAYLOAD * 100)
    assert replay(f"file:{path}") == [("feed", PAYLOAD, NOW_NS)] * 100
    assert [len(data) for _, data, _ in replay(f"file:{path}", "beast")] == [500]


def test_what_can_not_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="there is no file"):
        replay(f"file:{tmp_path}/none.pcap")
    with pytest.raises(LinkError, match="speed=fast"):
        path_and_speed("file:a?speed=fast", "feed")
    path = tmp_path / "cut.pcap"
    path.write_bytes(capture(101, ipv4()) + struct.pack("<I", 1))
    with pytest.raises(DecodeError):
        replay(f"file:{path}?speed=0")


def test_what_gives_no_datagram_is_counted_once_with_its_reason(tmp_path: Path) -> None:
    """Over several pieces of the file: the counts of a capture are of all of it so far."""
    cut = udp(b"whole")[:-2]
    first, *others = fragments(udp(bytes(100)), 32)
    many = [udp(i.to_bytes(2) * 500) for i in range(2 * PIECE_BYTES // 1_000)]
    data = bytearray(pcap([cut, first, udp(b"damaged"), *many, *others[1:], cut], apart_s=0))
    header = len(pcap([cut, first]))
    data[header + 8 : header + 16] = b"\xff" * 8  # the lengths of the third packet
    path, refused, came = tmp_path / "capture.pcap", Counter[str](), list[bytes]()
    path.write_bytes(data)
    feed = settings(f"file:{path}?speed=0")
    asyncio.run(
        run_feed(
            *(feed, lambda _, data, __: came.append(data), now_ns, Context.TEST, None),
            lambda _, reason, count: refused.update({reason: count}),
        )
    )
    assert len(came) == len(many)
    assert refused == {CUT: 2, INCOMPLETE: 1, DAMAGED: 1}
