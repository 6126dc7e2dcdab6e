"""Where packets stand in captures, whatever they are cut into."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.edge.feeds.frames import PACKET_MAX_BYTES, Frames, Pcap, Pcapng
from tests.unit.edge.feeds.captures import (
    enhanced,
    interface,
    option,
    pcap,
    section,
    simple,
)

PACKETS = [b"first", b"", b"third packet"]
CLASSIC = pcap(PACKETS, first_s=1_790_000_000)
NEXT = section() + interface() + b"".join(enhanced(p, 10**6 * i) for i, p in enumerate(PACKETS))


def found(frames: Frames, data: bytes) -> list[bytes]:
    return taken(frames, data, last=True)[0]


def taken(frames: Frames, data: bytes, *, last: bool = False) -> tuple[list[bytes], bytes]:
    """Return the packets found, and what is left of the data."""
    done = frames.take(data, last=last)
    return packets_of(frames, data), data[done:]


def packets_of(frames: Frames, data: bytes) -> list[bytes]:
    return [data[a:b] for a, b in zip(frames.at.tolist(), frames.end.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("kind", "data"), [(Pcap, CLASSIC), (Pcapng, NEXT)], ids=["pcap", "pcapng"]
)
@given(cuts=st.lists(st.integers(1, 40), max_size=30))
def test_packets_are_found_whatever_the_pieces(
    kind: type[Pcap] | type[Pcapng], data: bytes, cuts: list[int]
) -> None:
    frames, window, packets, at = kind(), b"", list[bytes](), 0
    for size in [*cuts, len(data)]:
        window += data[at : at + size]
        at += size
        more, window = taken(frames, window)
        packets += more
    assert packets == PACKETS
    assert window == b""


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_says_its_order_and_its_clock(order: str) -> None:
    nano = option(9, b"\x09", order) + option(14, struct.pack(f"{order}q", 50), order)
    halves = option(9, b"\x81", order)
    data = section(order) + interface(101, nano, order) + interface(1, halves, order)
    data += enhanced(b"a", 7, 0, order) + enhanced(b"b", 5, 1, order) + simple(b"c", order)
    frames = Pcapng()
    assert found(frames, data) == [b"a", b"b", b"c"]
    assert frames.arrival_ns.tolist() == [50 * 10**9 + 7, 2_500_000_000, 2_500_000_000]
    assert frames.link.tolist() == [101, 1, 101]


@pytest.mark.parametrize(
    "bad",
    [
        enhanced(b"x", 0, number=3),
        struct.pack("<III", 6, 10, 0),
        struct.pack("<IIIIIII", 0x0A0D0D0A, 28, 5, 0, 0, 0, 28),
        struct.pack("<IIII", 1, 16, 0, 16),
        struct.pack("<IIIII", 6, 20, 0, 0, 20),
        enhanced(b"abcd", 0)[:-4] + b"\xff\xff\xff\xff",
    ],
)
def test_a_block_that_is_wrong_loses_only_itself(bad: bytes) -> None:
    frames = Pcapng()
    assert found(frames, NEXT + bad + enhanced(b"after", 5)) == [*PACKETS, b"after"]
    assert frames.damaged == 1


def test_a_section_of_unknown_byte_order_is_said() -> None:
    frames = Pcapng()
    assert found(frames, section()[:8] + bytes(30)) == []
    assert "byte order" in frames.cut_short(38)


@pytest.mark.parametrize("pieces", [1, 7])
@given(
    damaged=st.sets(st.integers(1, 18), max_size=4),
    at=st.integers(0, 15),
    bit=st.integers(0, 7),
)
def test_a_damaged_header_loses_only_its_packet(
    pieces: int, damaged: set[int], at: int, bit: int
) -> None:
    """The whole length (bytes 12 to 15) and the time may be wrong without harm."""
    packets = [bytes([i]) * (40 + i) for i in range(20)]
    data = bytearray(pcap(packets, first_s=1_790_000_000))
    for number in damaged:
        header = 24 + sum(16 + len(p) for p in packets[:number])
        data[header + at] ^= 1 << bit
    frames, window, whole, out = Pcap(), b"", bytes(data), list[bytes]()
    step = -(-len(whole) // pieces)
    for first in range(0, len(whole), step):
        more, window = taken(frames, window + whole[first : first + step])
        out += more
    out += taken(frames, window, last=True)[0]
    sound = [packet for i, packet in enumerate(packets) if i not in damaged]
    assert [p for p in out if p in sound] == sound
    assert len([p for p in out if p not in packets]) <= len(damaged)


def test_garbage_is_not_kept() -> None:
    frames, window = Pcap(), CLASSIC
    for _ in range(20):
        _, window = taken(frames, window + b"\xff" * 100_000)
        assert len(window) <= 2 * PACKET_MAX_BYTES + 100_000
    window += pcap([b"again", b"and again"], first_s=1_790_000_200)[24:]
    assert taken(frames, window, last=True)[0] == [b"again", b"and again"]
    assert frames.damaged == 1


def test_what_is_left_over_is_named() -> None:
    assert "header" in Pcap().cut_short(3)
    frames = Pcap()
    frames.take(CLASSIC, last=True)
    assert "packet's header" in frames.cut_short(3)
    assert "20 bytes" in frames.cut_short(20)
    known = Pcapng()
    known.take(NEXT, last=True)
    assert "20 bytes" in known.cut_short(20)
