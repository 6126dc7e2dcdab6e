"""The node of one nation: its rooms, and which messages go where. No I/O, no clock."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from skypact.config import NodeDirectory
from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    AgreementResumed,
    AgreementSuspended,
    AlertChanged,
    AllClearProposed,
    Bearings,
    CancelAlert,
    ChannelNoted,
    ClassifyThreat,
    CommandRefused,
    ConflictResolved,
    Datagrams,
    DatagramsDropped,
    Delivery,
    FeedNoted,
    FeedView,
    FrameRefused,
    FrameTaken,
    FrameUnopened,
    IdentityCarried,
    IdentityConflict,
    IdentityProposed,
    IdentitySet,
    LaunchDetections,
    LinkView,
    Message,
    NodeStarted,
    Notice,
    NoticeReported,
    NoticeStopped,
    NumbersLeased,
    NumbersWanted,
    OutboxAcknowledged,
    OverrideWatch,
    OwnTracks,
    PacketsRefused,
    PartnerAcknowledgement,
    PartnerAudit,
    PartnerFrame,
    PartnerIdentity,
    PartnerTracks,
    PartnerWarning,
    PictureView,
    PlacesObserved,
    PlotsRefused,
    PositionReports,
    ProposeIdentity,
    ReadinessChanged,
    Release,
    ReleaseAllClear,
    ReleaseStep,
    ReleaseWithheld,
    ReportShown,
    ResolveConflict,
    ResumeAgreement,
    RoleArea,
    RolesPublished,
    Scan,
    SensorRegistration,
    SetIdentity,
    SetReadiness,
    Sightings,
    SightingsUnexplained,
    SuspendAgreement,
    SystemTracks,
    SystemTracksDeleted,
    TellAudit,
    ThreatBatch,
    ThreatClassified,
    TrackBatch,
    TracksDeleted,
    TurnMeasured,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningRaised,
    WarningUpdated,
    WatchView,
)
from skypact.core.room import Room
from skypact.picture.picture import Picture
from skypact.sensors.sensors import Sensors
from skypact.sharing.settings import Partner
from skypact.sharing.sharing import Sharing
from skypact.sharing.umbrella.settings import UmbrellaSettings
from skypact.tracking.tracker import Tracker
from skypact.warning.alerting.alerting import Alerting
from skypact.warning.readiness.readiness import ReadinessRoom
from skypact.warning.warnings import Warnings

ROOMS = ("sensors", "tracking", "picture", "sharing", "warning", "alerting", "readiness")

ROUTES: Mapping[type[Message], tuple[str, ...]] = {
    NodeStarted: ROOMS,
    Datagrams: ("sensors",),
    DatagramsDropped: ("sensors",),
    PacketsRefused: ("sensors",),
    Scan: ("tracking",),
    Bearings: ("tracking",),
    PositionReports: ("tracking",),
    Sightings: ("tracking",),
    LaunchDetections: ("warning", "tracking"),
    TrackBatch: ("picture",),
    TracksDeleted: ("picture",),
    PartnerFrame: ("sharing",),
    SuspendAgreement: ("sharing",),
    ResumeAgreement: ("sharing",),
    TellAudit: ("sharing",),
    FrameUnopened: ("sharing",),
    PartnerTracks: ("picture",),
    SetIdentity: ("picture",),
    ProposeIdentity: ("picture",),
    ResolveConflict: ("picture",),
    PartnerIdentity: ("picture",),
    LinkView: ("picture",),
    FeedView: ("warning", "sharing"),
    NumbersWanted: ("sharing",),
    NumbersLeased: ("picture",),
    RolesPublished: ("picture",),
    OwnTracks: ("warning", "sharing"),
    SystemTracks: ("warning",),
    SystemTracksDeleted: ("warning", "sharing"),
    ThreatBatch: ("picture", "sharing"),
    IdentitySet: ("sharing",),
    IdentityProposed: ("sharing",),
    ConflictResolved: ("sharing",),
    PartnerWarning: ("warning",),
    PartnerAcknowledgement: ("warning",),
    AcknowledgeWarning: ("alerting", "warning"),
    ReleaseAllClear: ("warning",),
    ReportShown: ("warning",),
    ChannelNoted: (),
    WarningRaised: ("sharing", "alerting", "readiness"),
    WarningUpdated: ("sharing", "alerting", "readiness"),
    WarningAcknowledged: ("sharing", "alerting"),
    WarningEscalated: ("sharing", "alerting"),
    AllClearProposed: ("sharing", "alerting"),
    WarningCleared: ("sharing", "alerting", "readiness"),
    AlertChanged: ("readiness",),
    SetReadiness: ("readiness",),
    ClassifyThreat: ("readiness",),
    ThreatClassified: ("alerting",),
    Delivery: ("alerting",),
    NoticeReported: ("alerting",),
    ReleaseStep: ("alerting",),
    CancelAlert: ("alerting",),
    OverrideWatch: ("alerting",),
}

DOORS: tuple[type[Message], ...] = (
    Release,
    Delivery,
    Notice,
    NoticeStopped,
    AlertChanged,
    WatchView,
    ReadinessChanged,
    ThreatClassified,
    PictureView,
    PlacesObserved,
    FeedView,
    FeedNoted,
    LaunchDetections,
    LinkView,
    NumbersLeased,
    RolesPublished,
    AgreementSuspended,
    AgreementResumed,
    IdentitySet,
    IdentityProposed,
    PartnerIdentity,
    IdentityConflict,
    ConflictResolved,
    IdentityCarried,
    CommandRefused,
    ReleaseWithheld,
    FrameRefused,
    FrameTaken,
    PartnerAudit,
    OutboxAcknowledged,
    SensorRegistration,
    PlotsRefused,
    TurnMeasured,
    SightingsUnexplained,
    ChannelNoted,
)
"""The only types that leave a node."""

TRACK_NUMBERS = range(1_000, 32_768)
"""All system track numbers that people can say; nations that meet lease shares of them."""

MESSAGES_MAX = 100_000
"""More messages than this from one input means two rooms answer each other for ever."""


def build(directory: NodeDirectory) -> "Node":
    """Return the node that a folder describes, in its first state."""
    return Node(rooms(directory))


def sharing(directory: NodeDirectory) -> Sharing:
    """Return the room of sharing of a folder."""
    config = directory.config
    nation, context = config.node.nation, config.node.context
    partners = tuple(
        Partner(
            name=name,
            # One secret a node, one key a partner: no two partners see the same reference.
            reference_key=blake2b(name.encode(), key=directory.secret, digest_size=32).digest(),
        )
        for name in directory.partners
    )
    settings = msgspec.structs.replace(
        config.sharing, partners=partners, umbrella=umbrella(directory)
    )
    return Sharing(Issuer(nation, "sharing", context), settings, directory.agreements)


def rooms(directory: NodeDirectory) -> dict[str, Room]:
    """Return all rooms that a folder describes."""
    config = directory.config
    link = config.link
    picture = msgspec.structs.replace(
        config.picture,
        track_numbers=track_numbers(directory),
        asks=link is not None and link.leaf_port is None and link.coordinator in directory.partners,
    )

    def issuer(room: str) -> Issuer:
        return Issuer(config.node.nation, room, config.node.context)

    people, procedures, _ = directory.alerting
    return {
        "sensors": Sensors(issuer("sensors"), config.feeds, config.sensors, directory.standards),
        "tracking": Tracker(issuer("tracking"), config.tracking, config.sensors),
        "picture": Picture(issuer("picture"), picture),
        "sharing": sharing(directory),
        "warning": Warnings(issuer("warning"), config.warning, config.places, config.sensors),
        "alerting": Alerting(issuer("alerting"), people, procedures, config.places),
        "readiness": ReadinessRoom(issuer("readiness"), config.readiness),
    }


def track_numbers(directory: NodeDirectory) -> tuple[int, ...]:
    """Return the system track numbers that a node may give, in the order of use: its lease, or for
    a nation that is alone all of them, in an order that tells nothing."""
    config, secret = directory.config, directory.secret
    if config.link is not None or config.picture.track_numbers:
        return config.picture.track_numbers

    return _shuffled(TRACK_NUMBERS, secret)


def umbrella(directory: NodeDirectory) -> UmbrellaSettings:
    """Return what a node knows of its coordinator; of the coordinator itself, what it leases and
    publishes."""
    config = directory.config
    link = config.link
    if link is None or link.leaf_port is None:
        return UmbrellaSettings(coordinator=link.coordinator if link else "")
    doors = [(link.reached[0], link.leaf_port)]
    doors += [(hub.reached[0], hub.leaf_port) for hub in link.more_hubs]
    pool = [n for first, last in link.pool for n in range(first, last + 1)]
    return UmbrellaSettings(
        coordinator=config.node.nation,
        pool=_shuffled(dict.fromkeys(pool), directory.secret),
        pairs=link.pairs,
        hubs=tuple(f"{host}:{port}" for host, port in doors),
        areas=tuple(
            RoleArea(
                name=area.name,
                nation=area.nation,
                area_deg=tuple(degrees for corner in area.area_deg for degrees in corner),
            )
            for area in config.picture.identity.areas
        ),
    )


def _shuffled(numbers: Iterable[int], secret: bytes) -> tuple[int, ...]:
    """Return numbers in an order that tells nothing."""

    def drawn(number: int) -> bytes:
        return blake2b(number.to_bytes(4, "big"), key=secret, digest_size=16).digest()

    return tuple(sorted(numbers, key=drawn))


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
            # A room that an older program did not have begins empty.
            if name in held:
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
