"""Where packets stand in the bytes of a capture: pcap, and pcapng (draft-ietf-opsawg-pcapng).

A packet whose header is damaged is passed over: reading goes on where the next header makes sense.
"""

import struct
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skypact.core.messages.header import TIME_MAX_NS

I64 = NDArray[np.int64]
PACKET_MAX_BYTES = 262_144
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
_DAY_S = 86_400
_SCAN_BYTES = 1 << 16
_SECTION, _INTERFACE, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 3, 6
_KNOWN = frozenset(range(1, 11)) | {_SECTION}
_BLOCK_BYTES_MIN, _BLOCK_BYTES_MAX = 12, 1 << 20
_ENHANCED_BYTES, _SIMPLE_BYTES = 28, 12  # of a block before the packet
_RESOLUTION, _OFFSET = 9, 14
_MORE, _NONE = 0, -1


class Frames(Protocol):
    """Packets of a piece of a capture. at, end: of each in the piece; link: its link-layer header
    type; damaged: how often a header made no sense so far."""

    at: I64
    end: I64
    arrival_ns: I64
    link: I64
    damaged: int

    def take(self, window: bytes, *, last: bool) -> int:
        """Find the packets that are whole in the window; return where the next begins.

        last: nothing comes after the window.
        """
        ...

    def cut_short(self, left: int) -> str:
        """Return what to say of a file that ends `left` bytes after the last whole packet."""
        ...


class _Packets:
    def __init__(self) -> None:
        self.damaged, self._lost = 0, False
        self.hold(np.zeros((0, 4), np.int64))

    def hold(self, rows: I64) -> None:
        """Take over packets, a row each."""
        self.at, self.end, self.arrival_ns, self.link = rows.T

    def resumed(self, window: bytes, at: int, following: int, *, last: bool) -> tuple[int, bool]:
        """Return where to go on after a header at `at` that makes no sense, and whether there is
        anything to go on with yet. following: the next header that does, or less than 0."""
        if following < 0 and (last or len(window) - at <= 2 * PACKET_MAX_BYTES):
            return at, False
        self.damaged += not self._lost
        self._lost = following < 0
        return (len(window) - 2 * PACKET_MAX_BYTES if self._lost else following), not self._lost


class Pcap(_Packets):
    """Packets of a classic capture."""

    def __init__(self) -> None:
        super().__init__()
        self._order, self._tick_ns, self._type, self._second = "", 0, 0, -1

    def take(self, window: bytes, *, last: bool) -> int:
        at, found = 0, list[int]()
        if not self._order:
            if len(window) < _FILE_HEADER_BYTES:
                return 0
            self._order, self._tick_ns = PCAP[window[:4]]
            self._type = struct.unpack_from(f"{self._order}I", window, 20)[0] & 0xFFFF
            at = _FILE_HEADER_BYTES
        header = struct.Struct(f"{self._order}IIII")
        while True:
            size = self._size(window, at, header)
            if size > 0:
                found.append(at)
                at += size
                continue
            if size == _MORE and not last:
                break
            following = self._following(window, at + 1, header)
            at, found_more = self.resumed(window, at, following, last=last)
            if not found_more:
                break
        self.hold(self._rows(np.frombuffer(window, np.uint8), np.array(found, np.int64)))
        return at

    def cut_short(self, left: int) -> str:
        if not self._order:
            return "the capture's header is cut short"
        if left < _PACKET_HEADER_BYTES:
            return "a packet's header is cut short"
        return f"a packet is cut short, {left} bytes of it are left"

    def _size(self, window: bytes, at: int, header: struct.Struct) -> int:
        """Return the bytes of the packet at `at`, _MORE when they are not all there, _NONE when no
        packet begins there."""
        left = len(window) - at
        if left < _PACKET_HEADER_BYTES:
            return _MORE
        second, fraction, kept, whole = header.unpack_from(window, at)
        if kept > PACKET_MAX_BYTES or fraction * self._tick_ns >= SECOND_NS:
            return _NONE
        size = _PACKET_HEADER_BYTES + kept
        if size > left:
            return _MORE
        if kept > whole:
            # Some writers are wrong about the whole length; then the next header decides.
            by_whole = at + _PACKET_HEADER_BYTES + whole
            if whole and self._sensible(window, by_whole, header, second):
                return _NONE
            if left - _PACKET_HEADER_BYTES < size < left:
                return _MORE
            if size < left and not self._sensible(window, at + size, header, second):
                return _NONE
        self._second = second
        return size

    def _sensible(self, window: bytes, at: int, header: struct.Struct, near_s: int) -> bool:
        if at + _PACKET_HEADER_BYTES > len(window):
            return False
        second, fraction, kept, _ = header.unpack_from(window, at)
        sound = kept <= PACKET_MAX_BYTES and fraction * self._tick_ns < SECOND_NS
        return sound and (near_s < 0 or abs(second - near_s) < _DAY_S)

    def _following(self, window: bytes, start: int, header: struct.Struct) -> int:
        """Return where the next packet begins whose header makes sense, -1 when there is none; as
        long as no time is known, the header after it has to make sense too."""
        data = np.frombuffer(window, np.uint8)
        for first in range(start, len(window) - _PACKET_HEADER_BYTES + 1, _SCAN_BYTES):
            end = min(first + _SCAN_BYTES, len(window) - _PACKET_HEADER_BYTES + 1)
            second, fraction, kept, whole = self._words(data, np.arange(first, end))
            sound = (kept <= PACKET_MAX_BYTES) & (kept <= whole) & (kept > 0)
            sound &= fraction * self._tick_ns < SECOND_NS
            if self._second >= 0:
                sound &= np.abs(second - self._second) < _DAY_S
            for at in (np.flatnonzero(sound) + first).tolist():
                if self._second >= 0:
                    return at  # by chance that is right once in 10 ** 12
                beyond = at + _PACKET_HEADER_BYTES + int(kept[at - first])
                near_s = int(second[at - first])
                if beyond == len(window) or self._sensible(window, beyond, header, near_s):
                    return at
        return -1

    def _words(self, data: NDArray[np.uint8], at: I64) -> I64:
        headers = data[at[:, None] + np.arange(_PACKET_HEADER_BYTES)]
        return headers.view(f"{self._order}u4").astype(np.int64).T

    def _rows(self, data: NDArray[np.uint8], at: I64) -> I64:
        """Return the packets whose headers stand there."""
        seconds, fraction, kept, _ = self._words(data, at)
        begun = at + _PACKET_HEADER_BYTES
        times = np.minimum(seconds * SECOND_NS + fraction * self._tick_ns, TIME_MAX_NS)
        return np.stack([begun, begun + kept, times, np.full(len(at), self._type)], axis=1)


class Pcapng(_Packets):
    """Packets of a pcapng capture. Those without a time (simple packets) have that of the packet
    before."""

    def __init__(self) -> None:
        super().__init__()
        self._order = ""
        self._interfaces: list[tuple[int, int, int, int]] = []
        self._last_ns = 0
        self._found: list[tuple[int, int, int, int]] = []

    def take(self, window: bytes, *, last: bool) -> int:
        at, self._found = 0, []
        while True:
            size = self._size(window, at)
            if size > 0:
                self._block(window, at, size)
                at += size
                continue
            if size == _MORE and not last:
                break
            following = self._following(window, at + 4) if self._order else -1
            at, found_more = self.resumed(window, at, following, last=last)
            if not found_more:
                break
        self.hold(np.array(self._found, np.int64).reshape(-1, 4))
        return at

    def cut_short(self, left: int) -> str:
        if not self._order and left >= _BLOCK_BYTES_MIN:
            return "a section of unknown byte order"
        return f"a block is cut short, {left} bytes of it are left"

    def _size(self, window: bytes, at: int) -> int:
        """Return the bytes of the block at `at`, _MORE or _NONE. Its length stands there twice."""
        left = len(window) - at
        if left < _BLOCK_BYTES_MIN:
            return _MORE
        order = self._order
        if window[at : at + 4] == PCAPNG:
            order = _BYTE_ORDER.get(window[at + 8 : at + 12], "")
        if not order:
            return _NONE
        (size,) = struct.unpack_from(f"{order}I", window, at + 4)
        if size < _BLOCK_BYTES_MIN or size > _BLOCK_BYTES_MAX or size % 4:
            return _NONE
        if size > left:
            return _MORE
        (again,) = struct.unpack_from(f"{order}I", window, at + size - 4)
        return size if again == size else _NONE

    def _following(self, window: bytes, start: int) -> int:
        """Return where the next block of a kind that is known begins, -1 when there is none."""
        for at in range(start, len(window) - _BLOCK_BYTES_MIN + 1, 4):
            (kind,) = struct.unpack_from(f"{self._order}I", window, at)
            if kind in _KNOWN and self._size(window, at) > 0:
                return at
        return -1

    def _block(self, window: bytes, at: int, size: int) -> None:
        if window[at : at + 4] == PCAPNG:
            self._order, self._interfaces = _BYTE_ORDER[window[at + 8 : at + 12]], []
        (kind,) = struct.unpack_from(f"{self._order}I", window, at)
        if kind == _INTERFACE:
            self._interface(window[at + 8 : at + size - 4])
        elif kind in (_ENHANCED, _SIMPLE):
            self._packet(kind, window, at, size)

    def _interface(self, body: bytes) -> None:
        """Note link type, units a second (as a power of 2 or 10) and offset of an interface."""
        if len(body) < 8:
            self.damaged += 1
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
        number, high, low, kept = 0, 0, 0, size - header - 4
        if kept >= 0 and kind == _ENHANCED:
            number, high, low, kept = struct.unpack_from(f"{self._order}IIII", window, at + 8)
        elif kept >= 0:
            kept = min(kept, struct.unpack_from(f"{self._order}I", window, at + 8)[0])
        if kept < 0 or number >= len(self._interfaces) or header + kept + 4 > size:
            self.damaged += 1
            return
        link, base, exponent, offset_s = self._interfaces[number]
        if kind == _ENHANCED:
            time_ns = (high << 32 | low) * SECOND_NS // base**exponent + offset_s * SECOND_NS
            self._last_ns = min(max(time_ns, 0), TIME_MAX_NS)
        self._found.append((at + header, at + header + kept, self._last_ns, link))
