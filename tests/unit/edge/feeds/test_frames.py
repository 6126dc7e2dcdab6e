"""Where packets stand in captures, whatever they are cut into."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.edge.feeds.frames import Frames, Pcap, Pcapng
from tests.unit.edge.feeds.captures import (
    enhanced,
    interface,
    option,
    pcap,
    section,
    simple,
)

PACKETS = [b"first", b"", b"third packet"]
CLASSIC = pcap(PACKETS)
NEXT = section() + interface() + b"".join(enhanced(p, 10**6 * i) for i, p in enumerate(PACKETS))


def found(frames: Frames, data: bytes) -> list[bytes]:
    return taken(frames, data)[0]


def taken(frames: Frames, data: bytes) -> tuple[list[bytes], bytes]:
    """Return the packets found, and what is left of the data."""
    done = frames.take(data)
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
    ("bad", "said"),
    [
        (enhanced(b"x", 0, number=3), "interface 3"),
        (struct.pack("<III", 6, 10, 0), "block of 10 bytes"),
        (struct.pack("<III", 0x0A0D0D0A, 28, 5), "byte order"),
        (struct.pack("<IIII", 1, 16, 0, 16), "interface is cut short"),
        (struct.pack("<IIIII", 6, 20, 0, 0, 20), "packet's block"),
    ],
)
def test_a_pcapng_that_is_wrong_keeps_what_came_before(bad: bytes, said: str) -> None:
    frames = Pcapng()
    assert found(frames, NEXT + bad) == PACKETS
    assert said in frames.fault


def test_a_classic_packet_of_impossible_size_is_a_fault() -> None:
    frames = Pcap()
    assert found(frames, CLASSIC + struct.pack("<IIII", 0, 0, 1 << 30, 0)) == PACKETS
    assert "1073741824 bytes" in frames.fault


def test_what_is_left_over_is_named() -> None:
    assert "header" in Pcap().cut_short(3)
    frames = Pcap()
    frames.take(CLASSIC)
    assert "packet's header" in frames.cut_short(3)
    assert "20 bytes" in frames.cut_short(20)
    assert "20 bytes" in Pcapng().cut_short(20)
