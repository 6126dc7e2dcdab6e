"""What clients say to each other, and what they are shown: kept once, for all of them.

Nothing here grows with a client that reads slowly: it holds a position in a log that has a limit,
and one in each shelf, where a newer event of the same uid replaces the older.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice

from skypact.sensors.cot.event import Event
from skypact.sensors.cot.stream import Frame, framed, read

LOG_BYTES_MAX, LOG_EVENTS_MAX = 4 * 1024 * 1024, 20_000


class Said:
    """One event that a client said. xml, tak: as it goes to others, made when first wanted;
    dests: uids and callsigns it is meant for, everybody when empty."""

    __slots__ = ("_frame", "_tak", "_xml", "dests", "sender", "size")

    def __init__(self, sender: object, frame: Frame, dests: frozenset[str] = frozenset()) -> None:
        self.sender, self.dests, self.size = sender, dests, len(frame.data)
        self._frame = frame
        self._xml = b"" if frame.tak else frame.data
        self._tak = b""

    def data(self, *, tak: bool) -> bytes:
        """Return the event as a stream carries it."""
        if tak:
            self._tak = self._tak or framed(read(self._frame).event, tak=True)
            return self._tak
        self._xml = self._xml or framed(read(self._frame).event, tak=False)
        return self._xml


class Log:
    """The last of what was said. first, end: positions; end is that of the next event."""

    def __init__(self, bytes_max: int = LOG_BYTES_MAX, events_max: int = LOG_EVENTS_MAX) -> None:
        self._bytes_max, self._events_max = bytes_max, events_max
        self._said: deque[Said] = deque()
        self._bytes = 0
        self.first = self.end = 0

    def append(self, said: Said) -> None:
        """Add an event; the oldest go when there are too many."""
        self._said.append(said)
        self._bytes += said.size
        self.end += 1
        while self._bytes > self._bytes_max or len(self._said) > self._events_max:
            self._bytes -= self._said.popleft().size
            self.first += 1

    def since(self, position: int, count: int) -> Sequence[Said]:
        """Return up to `count` events from `position` on."""
        start = position - self.first
        return list(islice(self._said, start, start + count))


class _Item:
    __slots__ = ("event", "revision", "tak", "xml")

    def __init__(self, event: Event, revision: int) -> None:
        self.event, self.revision = event, revision
        self.xml = self.tak = b""

    def data(self, *, tak: bool) -> bytes:
        if tak:
            self.tak = self.tak or framed(self.event, tak=True)
            return self.tak
        self.xml = self.xml or framed(self.event, tak=False)
        return self.xml


class Shelf:
    """The newest event of each uid, in order of renewal. revision: of the newest."""

    def __init__(self) -> None:
        self._items: dict[str, _Item] = {}
        self.revision = 0

    def put(self, event: Event) -> None:
        """Keep an event in the place of the one of the same uid."""
        self.revision += 1
        self._items.pop(event.uid, None)
        self._items[event.uid] = _Item(event, self.revision)

    def forget(self, uid: str) -> None:
        """Hold nothing of this uid any more; who has not been told will not be."""
        self._items.pop(uid, None)

    def uids(self) -> set[str]:
        return set(self._items)

    def since(self, revision: int, size_max: int, *, tak: bool) -> tuple[bytes, int]:
        """Return what is newer than `revision` as bytes, oldest first, about `size_max` of them at
        most, and the revision reached."""
        newer: list[_Item] = []
        for item in reversed(self._items.values()):
            if item.revision <= revision:
                break
            newer.append(item)
        parts: list[bytes] = []
        size = 0
        for item in reversed(newer):
            if size > size_max:
                return b"".join(parts), revision
            data = item.data(tak=tak)
            parts.append(data)
            size += len(data)
            revision = item.revision
        return b"".join(parts), self.revision
