"""The node of one nation: its rooms, and which messages go where. No I/O, no clock."""

from collections import deque
from collections.abc import Mapping, Sequence

import msgspec

from skypact.core.errors import InvariantError
from skypact.core.messages import (
    AcknowledgeWarning,
    AllClearProposed,
    CommandRefused,
    Datagrams,
    DatagramsDropped,
    Delivery,
    FeedView,
    FrameRefused,
    LinkView,
    Message,
    NodeStarted,
    OutboxAcknowledged,
    OwnTracks,
    PartnerAcknowledgement,
    PartnerFrame,
    PartnerTracks,
    PartnerWarning,
    PictureView,
    PositionReports,
    Release,
    ReleaseAllClear,
    ReleaseWithheld,
    ReportShown,
    Scan,
    SystemTracks,
    SystemTracksDeleted,
    ThreatBatch,
    TrackBatch,
    TracksDeleted,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningRaised,
    WarningUpdated,
)
from skypact.core.room import Room

ROOMS = ("sensors", "tracking", "picture", "sharing", "warning")

ROUTES: Mapping[type[Message], tuple[str, ...]] = {
    NodeStarted: ROOMS,
    Datagrams: ("sensors",),
    DatagramsDropped: ("sensors",),
    Scan: ("tracking",),
    PositionReports: ("tracking",),
    TrackBatch: ("picture",),
    TracksDeleted: ("picture",),
    PartnerFrame: ("sharing",),
    PartnerTracks: ("picture",),
    OwnTracks: ("sharing",),
    SystemTracks: ("warning",),
    SystemTracksDeleted: ("warning", "sharing"),
    ThreatBatch: ("picture", "sharing"),
    PartnerWarning: ("warning",),
    PartnerAcknowledgement: ("warning",),
    AcknowledgeWarning: ("warning",),
    ReleaseAllClear: ("warning",),
    ReportShown: ("warning",),
    WarningRaised: ("sharing",),
    WarningUpdated: ("sharing",),
    WarningAcknowledged: ("sharing",),
    WarningEscalated: ("sharing",),
    AllClearProposed: ("sharing",),
    WarningCleared: ("sharing",),
}

DOORS: tuple[type[Message], ...] = (
    Release,
    Delivery,
    PictureView,
    FeedView,
    LinkView,
    CommandRefused,
    ReleaseWithheld,
    FrameRefused,
    OutboxAcknowledged,
)
"""The only types that leave a node."""

MESSAGES_MAX = 100_000
"""More messages than this from one input means two rooms answer each other for ever."""


class Node:
    """Rooms in a fixed order, a queue until quiet, and the doors."""

    def __init__(self, rooms: Mapping[str, Room]) -> None:
        """rooms: one for each name in ROOMS."""
        if tuple(rooms) != ROOMS:
            raise InvariantError(f"a node has the rooms {ROOMS}, was {tuple(rooms)}")
        self._rooms = dict(rooms)

    def handle(self, message: Message, now_ns: int) -> list[Message]:
        """Take one input; return what leaves by the doors, in order."""
        if type(message) not in ROUTES:
            raise InvariantError(f"no room takes {type(message).__name__}")
        return self._settle(deque([message]), now_ns)

    def wake(self, now_ns: int) -> list[Message]:
        """Wake every room that is due; return what leaves by the doors, in order."""
        left: list[Message] = []
        for room in self._rooms.values():
            due_ns = room.next_wake_ns()
            if due_ns is not None and due_ns <= now_ns:
                left += self._settle(deque(room.wake(now_ns)), now_ns)
        return left

    def next_wake_ns(self) -> int | None:
        """Return when the first room wants to wake."""
        due = [w for room in self._rooms.values() if (w := room.next_wake_ns()) is not None]
        return min(due, default=None)

    def snapshot(self) -> bytes:
        """Return the state of all rooms."""
        return msgspec.msgpack.encode({name: r.snapshot() for name, r in self._rooms.items()})

    def restore(self, state: bytes) -> None:
        """Take over what `snapshot` returned."""
        held = msgspec.msgpack.decode(state, type=dict[str, bytes])
        for name, room in self._rooms.items():
            room.restore(held[name])

    def _settle(self, queue: deque[Message], now_ns: int) -> list[Message]:
        left: list[Message] = []
        for _ in range(MESSAGES_MAX):
            if not queue:
                return left
            message = queue.popleft()
            if isinstance(message, DOORS):
                left.append(message)
            for name in ROUTES.get(type(message), ()):
                follows: Sequence[Message] = self._rooms[name].handle(message, now_ns)
                queue.extend(follows)
        raise InvariantError(f"one input led to more than {MESSAGES_MAX} messages")
