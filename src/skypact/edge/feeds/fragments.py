"""UDP datagrams put together from the IP fragments of a capture.

Source: RFC 791, 3.2; RFC 8200, 4.5. Fragments that overlap and differ are never mixed (RFC 5722).
"""

from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from skypact.edge.feeds.packets import UDP, UDP_HEADER_BYTES, Packets

KEPT_BYTES_MAX = 4 << 20
KEPT_NS = 5_000_000_000
DATAGRAM_BYTES_MAX = 0xFFFF
_A_FRAGMENT_BYTES = 256  # what keeping one costs besides its bytes
_OFFSET_V4, _MORE_V4, _MORE_V6 = 0x1FFF, 0x2000, 1
_ADDRESSES_V4, _ADDRESSES_V6 = 8, 32
_COPIES = (b"", b"2")  # of a network that was captured twice


@dataclass(slots=True)
class _Parts:
    """Fragments of one datagram: where each stands, in order, and its bytes."""

    begun_ns: int
    offsets: list[int] = field(default_factory=list[int])
    held: dict[int, bytes] = field(default_factory=dict[int, bytes])
    bytes_here: int = 0
    bytes_whole: int = DATAGRAM_BYTES_MAX + 1

    def cost(self) -> int:
        return self.bytes_here + _A_FRAGMENT_BYTES * len(self.offsets)

    def fits(self, at: int, size: int, *, last: bool) -> bool:
        """Return whether none of these bytes is here yet, nor lies beyond the end."""
        after = bisect_left(self.offsets, at)
        before = self.offsets[after - 1] if after else 0
        behind = self.offsets[after] if after < len(self.offsets) else self.bytes_whole
        clear = not after or before + len(self.held[before]) <= at
        return clear and at + size <= behind and not (last and after < len(self.offsets))

    def add(self, at: int, data: bytes, *, last: bool) -> None:
        self.offsets.insert(bisect_left(self.offsets, at), at)
        self.held[at] = data
        self.bytes_here += len(data)
        if last:
            self.bytes_whole = at + len(data)


class Fragments:
    """Fragments that wait for the others of their datagram, in bounded memory; what waits longest
    goes first.

    joined: fragments that became datagrams; lost: datagrams of which some never came or that make
    no sense.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[bytes, _Parts] = OrderedDict()
        self._kept_bytes = 0
        self.joined, self.lost = 0, 0

    def take(self, window: bytes, packets: Packets, number: int, arrival_ns: int) -> bytes:
        """Return the payload of the datagram that a fragment makes whole, else b"".

        number: of the fragment in `packets`, which stand in the window.
        """
        whose, at, last, data = _fragment(window, packets, number)
        if not data or (len(data) % 8 and not last) or at + len(data) > DATAGRAM_BYTES_MAX:
            self.lost += 1
            return b""
        key = self._place(whose, at, data, last=last, now_ns=arrival_ns)
        if key is None:
            self.joined += 1  # once more the same: part of a datagram that is counted
            return b""
        parts = self._waiting.setdefault(key, _Parts(arrival_ns))
        before = parts.cost()
        parts.add(at, data, last=last)
        self._kept_bytes += parts.cost() - before
        if parts.bytes_here == parts.bytes_whole:
            self._forget(key)
            return self._joined(parts, whose)
        while self._kept_bytes > KEPT_BYTES_MAX:
            self._drop(next(iter(self._waiting)))
        return b""

    def _place(
        self, whose: bytes, at: int, data: bytes, *, last: bool, now_ns: int
    ) -> bytes | None:
        """Return under which key a fragment belongs, None when it is there already."""
        free: bytes | None = None
        for key in (whose + copy for copy in _COPIES):
            parts = self._waiting.get(key)
            if parts is not None and abs(now_ns - parts.begun_ns) > KEPT_NS:
                self._drop(key)
                parts = None
            if parts is None:
                free = free or key
            elif parts.fits(at, len(data), last=last):
                return key
            elif parts.held.get(at) != data:
                # Its number was given to another datagram, or somebody plays tricks.
                self._drop(key)
                free = free or key
        return free

    def end(self) -> int:
        """Give up what still waits: nothing more comes. Return of how many datagrams."""
        left = len(self._waiting)
        while self._waiting:
            self._drop(next(iter(self._waiting)))
        return left

    def _joined(self, parts: _Parts, whose: bytes) -> bytes:
        whole = b"".join(parts.held[at] for at in parts.offsets)
        length = int.from_bytes(whole[4:6], "big")
        if not UDP_HEADER_BYTES < length <= len(whole) or not _adds_up(whole[:length], whose):
            self.lost += 1
            return b""
        self.joined += len(parts.offsets)
        return whole[UDP_HEADER_BYTES:length]

    def _drop(self, key: bytes) -> None:
        self._forget(key)
        self.lost += 1

    def _forget(self, key: bytes) -> None:
        self._kept_bytes -= self._waiting.pop(key).cost()


def _adds_up(datagram: bytes, whose: bytes) -> bool:
    """Return whether the checksum is that of the bytes, as far as there is one: numbers of
    datagrams come again, and fragments of two must not become one. Source: RFC 768."""
    if datagram[6:8] == b"\0\0":
        return True
    addresses = whose[:_ADDRESSES_V4] if len(whose) < _ADDRESSES_V6 else whose[:_ADDRESSES_V6]
    added = addresses + bytes((0, UDP)) + datagram[4:6] + datagram + bytes(len(datagram) % 2)
    return int(np.frombuffer(added, ">u2").sum(dtype=np.int64)) % 0xFFFF == 0


def _fragment(window: bytes, packets: Packets, number: int) -> tuple[bytes, int, bool, bytes]:
    """Return what all fragments of a datagram share, where this one stands in it, whether it is
    the last, and its bytes."""
    network, header = int(packets.network[number]), int(packets.fragment_at[number])
    begun, end = int(packets.begun[number]), int(packets.network_end[number])
    data = window[begun:end]
    if packets.four[number]:
        said = int.from_bytes(window[header : header + 2], "big")
        whose = window[network + 12 : network + 20] + window[network + 4 : network + 6]
        return whose, 8 * (said & _OFFSET_V4), not said & _MORE_V4, data
    said = int.from_bytes(window[header + 2 : header + 4], "big")
    whose = window[network + 8 : network + 40] + window[header + 4 : header + 8]
    return whose, said & ~7, not said & _MORE_V6, data
