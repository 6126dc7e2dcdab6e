"""Recordings on disk: `.pcap` captures and raw `.ast` files."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skypact.core.errors import DecodeError

_MAGIC: dict[bytes, tuple[str, int]] = {
    b"\xd4\xc3\xb2\xa1": ("<", 1_000),
    b"\xa1\xb2\xc3\xd4": (">", 1_000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
_FILE_HEADER_BYTES, _PACKET_HEADER_BYTES = 24, 16
PACKET_MAX_BYTES = 262_144
_ETHERNET, _RAW_IP, _LINUX_COOKED = 1, {12, 14, 101, 228}, 113
_VLAN = {0x8100, 0x88A8, 0x9100}
_IPV4, _IPV6, _UDP = 0x0800, 0x86DD, 17
_IPV6_HEADER_BYTES = 40
CHUNK_BYTES = 1_400


@dataclass(frozen=True, slots=True)
class Datagram:
    """One datagram of a recording. arrival_ns: UTC, None when the file keeps no times."""

    arrival_ns: int | None
    data: bytes


def read_datagrams(path: Path) -> Iterator[Datagram]:
    """Yield the datagrams of a recording in the order of the file.

    A capture gives the UDP payloads in it; fragments and other packets are passed over. Any other
    file is taken as ASTERIX data blocks end to end, each a datagram. Raises DecodeError with the
    offset where a capture is cut short or is a pcapng file.
    """
    data = path.read_bytes()
    if data[:4] in _MAGIC:
        yield from _captured(data, str(path))
    elif data[:4] == b"\x0a\x0d\x0d\x0a":
        reason = "this is a pcapng file; save it as pcap (editcap -F pcap)"
        raise DecodeError(reason, feed=str(path))
    else:
        yield from _blocks(data)


def read_chunks(path: Path) -> Iterator[Datagram]:
    """Yield a recorded byte stream (Beast) in pieces, without times."""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield Datagram(None, chunk)


def _blocks(data: bytes) -> Iterator[Datagram]:
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at + 1 : at + 3], "big")
        # A nonsense length ends what can be told apart: the decoder refuses the rest as a whole.
        if length <= 3 or at + length > len(data):
            length = min(len(data) - at, 0xFFFF)
        yield Datagram(None, data[at : at + length])
        at += length


def _captured(data: bytes, name: str) -> Iterator[Datagram]:
    order, tick_ns = _MAGIC[data[:4]]
    if len(data) < _FILE_HEADER_BYTES:
        raise DecodeError("the capture's header is cut short", feed=name, offset=len(data))
    link = struct.unpack_from(f"{order}I", data, 20)[0] & 0xFFFF
    at = _FILE_HEADER_BYTES
    while at < len(data):
        if at + _PACKET_HEADER_BYTES > len(data):
            raise DecodeError("a packet's header is cut short", feed=name, offset=at)
        seconds, fraction, kept, _ = struct.unpack_from(f"{order}IIII", data, at)
        at += _PACKET_HEADER_BYTES
        if kept > PACKET_MAX_BYTES or at + kept > len(data):
            raise DecodeError(f"a packet of {kept} bytes is cut short", feed=name, offset=at)
        payload = _udp_payload(data[at : at + kept], link)
        at += kept
        if payload:
            yield Datagram(seconds * 1_000_000_000 + fraction * tick_ns, payload)


def _udp_payload(packet: bytes, link: int) -> bytes:
    """Return the payload of a UDP packet, b"" for anything else."""
    kind, at = _network_header(packet, link)
    if kind == _IPV4 and len(packet) >= at + 20:
        header = (packet[at] & 15) * 4
        fragment = int.from_bytes(packet[at + 6 : at + 8], "big") & 0x3FFF
        is_udp = packet[at + 9] == _UDP and not fragment
    elif kind == _IPV6 and len(packet) >= at + _IPV6_HEADER_BYTES:
        header, is_udp = _IPV6_HEADER_BYTES, packet[at + 6] == _UDP
    else:
        return b""
    at += header
    if not is_udp or len(packet) < at + 8:
        return b""
    length = int.from_bytes(packet[at + 4 : at + 6], "big")
    return packet[at + 8 : at + length] if 8 < length <= len(packet) - at else b""


def _network_header(packet: bytes, link: int) -> tuple[int, int]:
    """Return (EtherType, offset of the network header), EtherType 0 when it can't be told."""
    if link in _RAW_IP:
        version = packet[0] >> 4 if packet else 0
        return {4: _IPV4, 6: _IPV6}.get(version, 0), 0
    if link == _LINUX_COOKED:
        return int.from_bytes(packet[14:16], "big"), 16
    if link != _ETHERNET:
        return 0, 0
    at = 12
    kind = int.from_bytes(packet[at : at + 2], "big")
    while kind in _VLAN:
        at += 4
        kind = int.from_bytes(packet[at : at + 2], "big")
    return kind, at + 2
