"""Two ways to one partner: by the hub and by a direct line. Each frame comes by both.

What has come is dropped when it comes by the other way too, known by stream, epoch and sequence,
and by its very bytes before it is even opened. A frame that comes by one way twice is no double: it
goes on to the rooms, which refuse it as a repeat and tell people. A frame of a best-effort stream
that comes after newer ones came by the faster way, and never came before, is late: dropped too.
"""

from collections import Counter, OrderedDict
from enum import IntFlag
from hashlib import blake2b
from typing import TypeVar

import msgspec

from skypact.core.messages.release import Stream

KEPT = 4_096
"""Frames a partner of which is known that and how they came: at 100 a second 40 s of one way behind
the other."""
SILENT_S = 3.5
"""A way by which nothing came for so long, three heartbeats and some slack, is down."""
ORDERED = (Stream.TRACK, Stream.COALITION, Stream.HEARTBEAT)


class Way(IntFlag):
    """How a frame came."""

    HUB = 1
    DIRECT = 2


class Numbers(msgspec.Struct, frozen=True):
    """What of a frame says which one it is (docs/reference/wire.md)."""

    stream: Stream
    epoch: int
    sequence: int


_numbers = msgspec.msgpack.Decoder(Numbers)
K = TypeVar("K")


class Came(OrderedDict[K, Way]):
    """By which ways something has come; the oldest is forgotten."""

    def note(self, key: K, way: Way) -> None:
        """Note that it came by a way."""
        self[key] = self.get(key, Way(0)) | way
        if len(self) > KEPT:
            self.popitem(last=False)

    def also(self, key: K, way: Way) -> bool:
        """Say whether it came by the other way only; from now on it has come by both."""
        known = self.get(key, Way(0))
        if not known or way in known:
            return False
        self[key] = known | way
        return True


class Ways:
    """Frames of one partner to whom there are two ways. count: how many were dropped as "doubled"
    and as "late"."""

    def __init__(self) -> None:
        self._envelopes, self._frames = Came[bytes](), Came[Numbers]()
        self._newest: dict[Stream, Numbers] = {}
        self._heard_s: dict[Way, float] = {}
        self.count: Counter[str] = Counter()

    def doubled(self, way: Way, data: bytes, now_s: float) -> bool:
        """Say whether the same bytes have come by the other way, and not by this one yet."""
        if not self._envelopes.also(_digest(data), way):
            return False
        self._heard_s[way] = now_s
        self.count["doubled"] += 1
        return True

    def stale(self, way: Way, stream: Stream, data: bytes, frame: bytes, now_s: float) -> bool:
        """Note a frame that could be opened; say whether it is a double or late."""
        digest = _digest(data)
        repeat = digest in self._envelopes
        self._envelopes.note(digest, way)
        self._heard_s[way] = now_s
        if repeat:
            return False  # the very same bytes by the same way: the rooms refuse and tell it
        try:
            numbers = _numbers.decode(frame)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
            return False  # the rooms say what is wrong with it
        if numbers.stream is not stream or stream not in ORDERED:
            return False  # what is sent again until it is receipted, the rooms take once
        if self._frames.also(numbers, way):
            self.count["doubled"] += 1
            return True
        newest = self._newest.get(stream, numbers)
        behind = numbers.epoch == newest.epoch and numbers.sequence < newest.sequence
        if behind and numbers not in self._frames:
            self.count["late"] += 1
            return True
        if (numbers.epoch, numbers.sequence) >= (newest.epoch, newest.sequence):
            self._newest[stream] = numbers
        self._frames.note(numbers, way)
        return False

    def up(self, now_s: float) -> Way:
        """Return the ways by which the partner is heard."""
        heard = Way(0)
        for way, since_s in self._heard_s.items():
            heard |= way if now_s - since_s < SILENT_S else Way(0)
        return heard


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).digest()
