"""Captures of every link layer, whole and broken."""

import struct
from pathlib import Path

import pytest

from skypact.core.errors import DecodeError
from skypact.edge.feeds.capture import Datagram, read_chunks, read_datagrams, read_pieces
from tests.unit.edge.feeds.captures import enhanced, interface, option, section

PAYLOAD = b"\x30\x00\x05\x80\x01"
UDP = struct.pack(">HHHH", 1, 2, 8 + len(PAYLOAD), 0) + PAYLOAD


def ipv4(protocol: int = 17, fragment: int = 0, options: bytes = b"") -> bytes:
    head = 0x45 + len(options) // 4
    fixed = struct.pack(">BBHHHBBH", head, 0, 20 + len(UDP), 0, fragment, 64, protocol, 0)
    return fixed + bytes(8) + options + UDP


def ipv6() -> bytes:
    return struct.pack(">IHBB", 0x60000000, len(UDP), 17, 64) + bytes(32) + UDP


def ethernet(kind: int, packet: bytes, tags: bytes = b"") -> bytes:
    return bytes(12) + tags + struct.pack(">H", kind) + packet


def capture(link: int, *packets: bytes, order: str = "<", magic: int = 0xA1B2C3D4) -> bytes:
    data = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for i, packet in enumerate(packets):
        data += struct.pack(f"{order}IIII", 100 + i, 7, len(packet), len(packet)) + packet
    return data


def read(tmp_path: Path, data: bytes) -> list[Datagram]:
    path = tmp_path / "recording"
    path.write_bytes(data)
    return list(read_datagrams(path))


@pytest.mark.parametrize(
    ("link", "packet"),
    [
        (1, ethernet(0x0800, ipv4())),
        (1, ethernet(0x0800, ipv4() + bytes(11))),
        (1, ethernet(0x86DD, ipv6())),
        (1, ethernet(0x0800, ipv4(), tags=b"\x81\x00\x00\x05")),
        (1, ethernet(0x0800, ipv4(), tags=b"\x88\xa8\x00\x05\x81\x00\x00\x06")),
        (101, ipv4(options=bytes(8))),
        (101, ipv6()),
        (113, bytes(14) + b"\x08\x00" + ipv4()),
    ],
)
def test_the_payload_is_found_under_every_link_layer(
    tmp_path: Path, link: int, packet: bytes
) -> None:
    assert read(tmp_path, capture(link, packet)) == [Datagram(100_000_007_000, PAYLOAD)]


@pytest.mark.parametrize(
    "packet",
    [
        ethernet(0x0806, ipv4()),
        ethernet(0x0800, ipv4(protocol=6)),
        ethernet(0x0800, ipv4(fragment=0x2000)),
        ethernet(0x0800, ipv4()[:-3]),
        ethernet(0x0800, ipv4()[:12]),
        b"\x00\x01",
        b"",
    ],
)
def test_other_packets_are_passed_over(tmp_path: Path, packet: bytes) -> None:
    data = capture(1, packet, ethernet(0x0800, ipv4()))
    assert read(tmp_path, data) == [Datagram(101_000_007_000, PAYLOAD)]


def test_byte_order_and_nanoseconds(tmp_path: Path) -> None:
    data = capture(101, ipv4(), order=">", magic=0xA1B23C4D)
    assert read(tmp_path, data) == [Datagram(100_000_000_007, PAYLOAD)]


def test_a_capture_cut_short_says_where(tmp_path: Path) -> None:
    whole = capture(101, ipv4())
    with pytest.raises(DecodeError, match="cut short") as caught:
        read(tmp_path, whole[:-1])
    assert caught.value.offset == 24
    with pytest.raises(DecodeError, match="header is cut short"):
        read(tmp_path, whole + b"\x00")
    with pytest.raises(DecodeError, match="header is cut short"):
        read(tmp_path, whole[:20])
    with pytest.raises(DecodeError, match="unknown byte order"):
        read(tmp_path, b"\x0a\x0d\x0d\x0a" + bytes(30))


def test_a_pcapng_is_read_like_a_pcap(tmp_path: Path) -> None:
    data = section() + interface(1, option(9, b"\x06"))
    data += enhanced(ethernet(0x0800, ipv4()), 100_000_007)
    assert read(tmp_path, data) == [Datagram(100_000_007_000, PAYLOAD)]


@pytest.mark.parametrize("piece_bytes", [1, 50, 1000])
def test_small_pieces_give_the_same_datagrams(tmp_path: Path, piece_bytes: int) -> None:
    path = tmp_path / "recording"
    for data in (capture(101, *[ipv4(), ipv6()] * 9), PAYLOAD * 20 + b"\x30\xff\xff\x01"):
        path.write_bytes(data)
        sent = [bytes(piece.data) for piece in read_pieces(path, piece_bytes)]
        assert b"".join(sent) == b"".join(d.data for d in read_datagrams(path))
        counted = [len(piece.arrival_ns) for piece in read_pieces(path, piece_bytes)]
        assert sum(counted) == len(list(read_datagrams(path)))
        assert [len(p.bounds) - 1 for p in read_pieces(path, piece_bytes)] == counted


def test_raw_blocks_are_datagrams_and_a_broken_tail_is_kept(tmp_path: Path) -> None:
    data = [d.data for d in read(tmp_path, PAYLOAD + PAYLOAD + b"\x30\xff\xff\x01")]
    assert data == [PAYLOAD, PAYLOAD, b"\x30\xff\xff\x01"]
    assert read(tmp_path, b"") == []


def test_a_stream_is_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "stream"
    path.write_bytes(bytes(3000))
    assert [len(d.data) for d in read_chunks(path)] == [1400, 1400, 200]
