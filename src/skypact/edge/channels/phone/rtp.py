"""Packets of sound (RTP, RFC 3550) and keys in them (telephone events, RFC 4733). Pure."""

import struct
from typing import NamedTuple

from skypact.core.errors import DecodeError
from skypact.edge.channels.phone.sdp import PCMU

FEED = "rtp"
SAMPLES_A_PACKET = 160
PACKET_S = 0.02
KEYS = "0123456789*#ABCD"
_HEADER = struct.Struct(">BBHII")
_EVENT = struct.Struct(">BBH")
_VERSION, _MARKER = 0x80, 0x80


class Packet(NamedTuple):
    payload_type: int
    sequence: int
    tick: int
    source: int
    payload: bytes


def write(packet: Packet, first: bool = False) -> bytes:
    """Return bytes of a packet; first: of a talk spurt."""
    marked = packet.payload_type | (_MARKER if first else 0)
    head = _HEADER.pack(
        _VERSION, marked, packet.sequence & 0xFFFF, packet.tick & 0xFFFFFFFF, packet.source
    )
    return head + packet.payload


def read(data: bytes) -> Packet:
    """Return the packet of a datagram; raises DecodeError."""
    if len(data) < _HEADER.size:
        raise DecodeError("shorter than a header", feed=FEED)
    bits, marked, number, tick, source = _HEADER.unpack_from(data)
    if bits & 0xC0 != _VERSION:
        raise DecodeError("not version 2", feed=FEED)
    begin, end = _HEADER.size + 4 * (bits & 0x0F), len(data)
    if bits & 0x10:
        if begin + 4 > end:
            raise DecodeError("the extension is cut short", feed=FEED, offset=begin)
        begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")
    if bits & 0x20:
        end -= data[-1]
        if data[-1] == 0:
            raise DecodeError("padding of no length", feed=FEED)
    if begin > end:
        raise DecodeError("no room for what it announces", feed=FEED, offset=end)
    return Packet(marked & 0x7F, number, tick, source, data[begin:end])


class Keys:
    """Keys that were pressed, each once however often its packets come.

    An event is told by its first packet: every packet of it has the same tick (section 2.5.1.2).
    One that comes late, after the next began, is not told again.
    """

    def __init__(self, payload_type: int) -> None:
        self.payload_type = payload_type
        self._latest: tuple[int, int] | None = None

    def take(self, packet: Packet) -> str:
        """Return the key that begins with this packet, else ""; raises DecodeError."""
        if packet.payload_type != self.payload_type:
            return ""
        if len(packet.payload) < _EVENT.size:
            raise DecodeError("an event is cut short", feed=FEED)
        event, _, _ = _EVENT.unpack_from(packet.payload)
        if self._latest is not None:
            source, tick = self._latest
            after = (packet.tick - tick) & 0xFFFFFFFF
            if source == packet.source and (after == 0 or after >= 1 << 31):
                return ""
        self._latest = (packet.source, packet.tick)
        return KEYS[event] if event < len(KEYS) else ""


def is_sound(packet: Packet) -> bool:
    """Return whether the packet carries PCMU."""
    return packet.payload_type == PCMU
