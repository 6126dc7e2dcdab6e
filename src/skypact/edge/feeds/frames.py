"""Where packets stand in the bytes of a capture: pcap, and pcapng (draft-ietf-opsawg-pcapng)."""

import struct
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skypact.core.messages.header import TIME_MAX_NS

PACKET_MAX_BYTES = 262_144
I64 = NDArray[np.int64]
SECOND_NS = 1_000_000_000
PCAP: dict[bytes, tuple[str, int]] = {
    b"\xd4\xc3\xb2\xa1": ("<", 1_000),
    b"\xa1\xb2\xc3\xd4": (">", 1_000),
    b"\x4d\x3c\xb2\xa1": ("<", 1),
    b"\xa1\xb2\x3c\x4d": (">", 1),
}
PCAPNG = b"\x0a\x0d\x0d\x0a"
_BYTE_ORDER: dict[bytes, str] = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}
_FILE_HEADER_BYTES, _PACKET_HEADER_BYTES = 24, 16
_SECTION, _INTERFACE, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 3, 6
_BLOCK_BYTES_MIN, _BLOCK_BYTES_MAX = 12, 1 << 24
_ENHANCED_BYTES, _SIMPLE_BYTES = 28, 12  # of a block before the packet
_RESOLUTION, _OFFSET = 9, 14


class Frames(Protocol):
    """Packets of a piece of a capture. at, end: of each in the piece; link: its link-layer header
    type; fault: why nothing after them can be read, "" while all is well."""

    at: I64
    end: I64
    arrival_ns: I64
    link: I64
    fault: str

    def take(self, window: bytes) -> int:
        """Find the packets that are whole in the window; return where the next begins."""
        ...

    def cut_short(self, left: int) -> str:
        """Return what to say of a file that ends `left` bytes after the last whole packet."""
        ...


class _Packets:
    def __init__(self) -> None:
        self.fault = ""
        self.hold(np.zeros((0, 4), np.int64))

    def hold(self, rows: I64) -> None:
        """Take over packets, a row each."""
        self.at, self.end, self.arrival_ns, self.link = rows.T


class Pcap(_Packets):
    """Packets of a classic capture."""

    def __init__(self) -> None:
        super().__init__()
        self._order, self._tick_ns, self._type = "", 0, 0

    def take(self, window: bytes) -> int:
        at, found = 0, list[int]()
        if not self._order:
            if len(window) < _FILE_HEADER_BYTES:
                return 0
            self._order, self._tick_ns = PCAP[window[:4]]
            self._type = struct.unpack_from(f"{self._order}I", window, 20)[0] & 0xFFFF
            at = _FILE_HEADER_BYTES
        size, last = struct.Struct(f"{self._order}I"), len(window) - _PACKET_HEADER_BYTES
        while at <= last:
            (kept,) = size.unpack_from(window, at + 8)
            if kept > PACKET_MAX_BYTES:
                self.fault = f"a packet of {kept} bytes is cut short"
                break
            end = at + _PACKET_HEADER_BYTES + kept
            if end > len(window):
                break
            found.append(at)
            at = end
        self.hold(self._rows(np.frombuffer(window, np.uint8), np.array(found, np.int64)))
        return at

    def _rows(self, data: NDArray[np.uint8], at: I64) -> I64:
        """Return the packets whose headers stand there."""
        headers = data[at[:, None] + np.arange(_PACKET_HEADER_BYTES)]
        seconds, fraction, kept, _ = headers.view(f"{self._order}u4").astype(np.int64).T
        begun = at + _PACKET_HEADER_BYTES
        times = np.minimum(seconds * SECOND_NS + fraction * self._tick_ns, TIME_MAX_NS)
        return np.stack([begun, begun + kept, times, np.full(len(at), self._type)], axis=1)

    def cut_short(self, left: int) -> str:
        if not self._order:
            return "the capture's header is cut short"
        if left < _PACKET_HEADER_BYTES:
            return "a packet's header is cut short"
        return f"a packet is cut short, {left} bytes of it are left"


class Pcapng(_Packets):
    """Packets of a pcapng capture. Those without a time (simple packets) have that of the packet
    before."""

    def __init__(self) -> None:
        super().__init__()
        self._order = "<"
        self._interfaces: list[tuple[int, int, int, int]] = []
        self._last_ns = 0
        self._found: list[tuple[int, int, int, int]] = []

    def take(self, window: bytes) -> int:
        at, self._found = 0, []
        while at + _BLOCK_BYTES_MIN <= len(window):
            if window[at : at + 4] == PCAPNG:
                order = _BYTE_ORDER.get(window[at + 8 : at + 12], "")
                if not order:
                    self.fault = "a section of unknown byte order"
                    break
                self._order, self._interfaces = order, []
            kind, size = struct.unpack_from(f"{self._order}II", window, at)
            if size < _BLOCK_BYTES_MIN or size > _BLOCK_BYTES_MAX or size % 4:
                self.fault = f"a block of {size} bytes"
                break
            if at + size > len(window):
                break
            if kind == _INTERFACE:
                self._interface(window[at + 8 : at + size - 4])
            elif kind in (_ENHANCED, _SIMPLE):
                self._packet(kind, window, at, size)
            if self.fault:
                break
            at += size
        self.hold(np.array(self._found, np.int64).reshape(-1, 4))
        return at

    def cut_short(self, left: int) -> str:
        return f"a block is cut short, {left} bytes of it are left"

    def _interface(self, body: bytes) -> None:
        """Note link type, units a second (as a power of 2 or 10) and offset of an interface."""
        if len(body) < 8:
            self.fault = "the description of an interface is cut short"
            return
        link = struct.unpack_from(f"{self._order}H", body)[0]
        base, exponent, offset_s, at = 10, 6, 0, 8
        while at + 4 <= len(body):
            code, size = struct.unpack_from(f"{self._order}HH", body, at)
            value = body[at + 4 : at + 4 + size]
            if code == _RESOLUTION and len(value) == 1:
                base, exponent = (2 if value[0] & 0x80 else 10), value[0] & 0x7F
            elif code == _OFFSET and len(value) == 8:
                offset_s = struct.unpack(f"{self._order}q", value)[0]
            at += 4 + size + -size % 4
            if code == 0:
                break
        self._interfaces.append((link, base, exponent, offset_s))

    def _packet(self, kind: int, window: bytes, at: int, size: int) -> None:
        header = _ENHANCED_BYTES if kind == _ENHANCED else _SIMPLE_BYTES
        if size < header + 4:
            self.fault = f"a packet's block of {size} bytes"
            return
        number, high, low, kept = 0, 0, 0, size - header - 4
        if kind == _ENHANCED:
            number, high, low, kept = struct.unpack_from(f"{self._order}IIII", window, at + 8)
        else:
            kept = min(kept, struct.unpack_from(f"{self._order}I", window, at + 8)[0])
        if number >= len(self._interfaces) or header + kept + 4 > size:
            self.fault = f"a packet of {kept} bytes on interface {number}"
            return
        link, base, exponent, offset_s = self._interfaces[number]
        if kind == _ENHANCED:
            time_ns = (high << 32 | low) * SECOND_NS // base**exponent + offset_s * SECOND_NS
            self._last_ns = min(max(time_ns, 0), TIME_MAX_NS)
        self._found.append((at + header, at + header + kept, self._last_ns, link))
