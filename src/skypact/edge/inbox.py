"""The way into a node: four lanes, people first, each with a limit."""

import threading
from collections import Counter, deque
from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from skypact.core.columns import pack
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Datagrams,
    DatagramsDropped,
    FrameUnopened,
    Message,
    PacketsRefused,
)

Done = Callable[[str], None]
"""Called with "" once a command is on disk, or with the reason it was refused."""


class Lane(IntEnum):
    """Lower goes first."""

    HUMAN = 0
    WARNING = 1
    RELEASE = 2
    PLOT = 3


LIMITS = {Lane.HUMAN: 1_000, Lane.WARNING: 50_000, Lane.RELEASE: 2_000, Lane.PLOT: 20_000}
DATAGRAMS_A_MESSAGE = 64


class Item(NamedTuple):
    """One input for the worker."""

    message: Message
    done: Done | None


class _Datagram(NamedTuple):
    feed: str
    data: bytes
    arrival_ns: int


class Inbox:
    """Bounded lanes between the thread that moves bytes and the one that runs the rooms."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._ready = threading.Condition()
        self._lanes: dict[Lane, deque[Item]] = {
            lane: deque() for lane in (Lane.HUMAN, Lane.WARNING, Lane.RELEASE)
        }
        self._plots: deque[_Datagram] = deque()
        self._dropped: Counter[str] = Counter()
        self._refused: Counter[tuple[str, str]] = Counter()
        self._unopened: Counter[tuple[str, str]] = Counter()
        self.releases_dropped = 0

    def put(self, lane: Lane, message: Message, done: Done | None = None) -> bool:
        """Queue a message. A full RELEASE lane lets its oldest go (the next one replaces it); a
        full HUMAN or WARNING lane refuses the newcomer: False, and the sender tries again."""
        with self._ready:
            queue = self._lanes[lane]
            if len(queue) >= LIMITS[lane]:
                if lane is not Lane.RELEASE:
                    return False
                queue.popleft()
                self.releases_dropped += 1
            queue.append(Item(message, done))
            self._ready.notify()
        return True

    def put_datagram(self, feed: str, data: bytes, arrival_ns: int) -> None:
        """Queue bytes of a feed; when the lane is full the oldest datagram goes and is counted."""
        with self._ready:
            if len(self._plots) >= LIMITS[Lane.PLOT]:
                self._dropped[self._plots.popleft().feed] += 1
            self._plots.append(_Datagram(feed, data, arrival_ns))
            self._ready.notify()

    def refuse(self, feed: str, reason: str, count: int) -> None:
        """Count packets of a feed that gave no datagram; the reasons are few."""
        with self._ready:
            self._refused[feed, reason] += count
            self._ready.notify()

    def unopened(self, partner: str, reason: str) -> None:
        """Count what came in a partner's name and could not be opened; the reasons are few."""
        with self._ready:
            self._unopened[partner, reason] += 1
            self._ready.notify()

    def interrupt(self) -> None:
        """Let a waiting `take` return."""
        with self._ready:
            self._ready.notify_all()

    def take(self, timeout_s: float, now_ns: Callable[[], int]) -> Item | None:
        """Return the most urgent input, None when none came in time."""
        with self._ready:
            if not self._waiting():
                self._ready.wait(timeout_s)
            for lane in (Lane.HUMAN, Lane.WARNING, Lane.RELEASE):
                if self._lanes[lane]:
                    return self._lanes[lane].popleft()
            if self._dropped:
                feed, dropped = self._dropped.popitem()
                header = self._issuer.header(now_ns(), now_ns())
                return Item(DatagramsDropped(**header, feed=feed, dropped=dropped), None)
            if self._refused:
                (feed, reason), count = self._refused.popitem()
                header = self._issuer.header(now_ns(), now_ns())
                return Item(PacketsRefused(**header, feed=feed, reason=reason, count=count), None)
            if self._unopened:
                (partner, reason), count = self._unopened.popitem()
                header = self._issuer.header(now_ns(), now_ns())
                message = FrameUnopened(**header, partner=partner, reason=reason, count=count)
                return Item(message, None)
            if self._plots:
                return Item(self._batch(now_ns()), None)
        return None

    def _waiting(self) -> bool:
        lost = self._dropped or self._refused or self._unopened
        return bool(self._plots or lost or any(self._lanes.values()))

    def _batch(self, now_ns: int) -> Datagrams:
        feed = self._plots[0].feed
        batch: list[_Datagram] = []
        while self._plots and self._plots[0].feed == feed and len(batch) < DATAGRAMS_A_MESSAGE:
            batch.append(self._plots.popleft())
        return datagrams(self._issuer, feed, [(d.data, d.arrival_ns) for d in batch], now_ns)


def datagrams(
    issuer: Issuer, feed: str, received: list[tuple[bytes, int]], now_ns: int
) -> Datagrams:
    """Return one message of (bytes, arrival_ns) pairs."""
    return Datagrams(
        **issuer.header(received[0][1], now_ns),
        feed=feed,
        count=len(received),
        payload=b"".join(data for data, _ in received),
        **pack(
            Datagrams,
            length_bytes=[len(data) for data, _ in received],
            arrival_ns=[arrival_ns for _, arrival_ns in received],
        ),
    )
