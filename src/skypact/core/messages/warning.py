"""Warnings, the commands people give about them, and what is delivered to people."""

from enum import StrEnum
from typing import Annotated

import msgspec

from skypact.core.messages.header import Message
from skypact.core.messages.track import ThreatClass

Seconds = Annotated[float, msgspec.Meta(ge=-86_400, le=86_400, title="s")]
Degrees = Annotated[float, msgspec.Meta(ge=-360, le=360, title="deg")]
Person = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class WarningState(StrEnum):
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    CLEAR_PROPOSED = "clear_proposed"
    CLEARED = "cleared"
    SUPERSEDED = "superseded"


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """When each stage was reached, int ns UTC, 0 = not yet. The first four are stamped by the
    node that raised it, `received_ns`, `shown_ns` and `acknowledged_ns` by the node that was warned
    (for a warning about its own places the two are one)."""

    detected_ns: int = 0
    tracked_ns: int = 0
    raised_ns: int = 0
    released_ns: int = 0
    received_ns: int = 0
    shown_ns: int = 0
    acknowledged_ns: int = 0


class ThreatenedPlace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A defended site or zone the threat may reach. lat, lon: of the place, radians."""

    name: str
    nation: str
    time_to_go_s: Seconds
    time_spread_s: Seconds


class ReachablePlace(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A place that an air-breather could reach if it turned there now, and how soon at the
    earliest. It says nothing of where it will go."""

    name: str
    nation: str
    earliest_s: Seconds


class ImpactEllipse(msgspec.Struct, frozen=True, kw_only=True):
    """Where a ballistic threat is predicted to come down: centre and 95 % ellipse."""

    lat_rad: Annotated[float, msgspec.Meta(ge=-1.6, le=1.6)]
    lon_rad: Annotated[float, msgspec.Meta(ge=-3.2, le=3.2)]
    semi_major_m: Annotated[float, msgspec.Meta(ge=0, le=5e6)]
    semi_minor_m: Annotated[float, msgspec.Meta(ge=0, le=5e6)]
    azimuth_rad: Annotated[float, msgspec.Meta(ge=-7, le=7)]


class LaunchSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A launch that was seen from space: the middle of the 20 km cell of the reported point, how
    far from it the point may lie, and when."""

    lat_rad: Annotated[float, msgspec.Meta(ge=-1.6, le=1.6)]
    lon_rad: Annotated[float, msgspec.Meta(ge=-3.2, le=3.2)]
    within_m: Annotated[float, msgspec.Meta(ge=0, le=5e6)]
    time_ns: int
    confidence: Annotated[float, msgspec.Meta(ge=0, le=1)]


class AirWarning(msgspec.Struct, frozen=True, kw_only=True):
    """One warning as this node holds it.

    warning_id: unique at this node; origin: the nation that raised it; nation: the one it warns;
    track: system track number, 0 while there is none; version: counts updates, higher wins; reason:
    one sentence; launch: what was seen of it from space, for this node's own people only;
    places_more: places that are meant too and not named; closest_m: how near the way straight on
    comes to the first place, reachable: what else it could reach, of what flies.
    """

    warning_id: str
    origin: str
    nation: str
    track: int
    threat_class: ThreatClass
    class_probability: Annotated[float, msgspec.Meta(ge=0, le=1)]
    state: WarningState
    version: int
    places: tuple[ThreatenedPlace, ...]
    assessed_ns: int
    impact: ImpactEllipse | None = None
    reason: str = ""
    acknowledge_by_ns: int = 0
    acknowledged_by: str = ""
    cleared_by: str = ""
    ledger: Ledger = Ledger()
    launch: LaunchSeen | None = None
    places_more: int = 0
    closest_m: Annotated[float, msgspec.Meta(ge=0, le=1e8)] | None = None
    reachable: tuple[ReachablePlace, ...] = ()

    @property
    def over(self) -> bool:
        """Return whether nothing can happen to it any more."""
        return self.state in (WarningState.CLEARED, WarningState.SUPERSEDED)


class AcknowledgeWarning(Message, frozen=True, kw_only=True, tag="acknowledge_warning"):
    """A named person has understood a warning."""

    warning_id: str
    person: Person
    post: str


class ReleaseAllClear(Message, frozen=True, kw_only=True, tag="release_all_clear"):
    """A named person of the nation that raised a warning ends it."""

    warning_id: str
    person: Person
    post: str


class ReportShown(Message, frozen=True, kw_only=True, tag="report_shown"):
    """A console has painted the row of this warning at `observed_ns`."""

    warning_id: str
    post: str


class WarningRaised(Message, frozen=True, kw_only=True, tag="warning_raised"):
    warning: AirWarning


class WarningUpdated(Message, frozen=True, kw_only=True, tag="warning_updated"):
    warning: AirWarning


class WarningAcknowledged(Message, frozen=True, kw_only=True, tag="warning_acknowledged"):
    warning: AirWarning


class WarningEscalated(Message, frozen=True, kw_only=True, tag="warning_escalated"):
    warning: AirWarning


class AllClearProposed(Message, frozen=True, kw_only=True, tag="all_clear_proposed"):
    warning: AirWarning


class WarningCleared(Message, frozen=True, kw_only=True, tag="warning_cleared"):
    warning: AirWarning


class CommandRefused(Message, frozen=True, kw_only=True, tag="command_refused"):
    """A person's command could not be carried out; why, in one sentence."""

    command_id: str
    reason: str


class Delivery(Message, frozen=True, kw_only=True, tag="delivery"):
    """A warning on its way to one of our own posts. `event` is the kind of what happened.

    Made by warning/audience only; leaves when it and its cause are on disk.
    """

    post: str
    event: str
    warning: AirWarning


WarningEvent = (
    WarningRaised
    | WarningUpdated
    | WarningAcknowledged
    | WarningEscalated
    | AllClearProposed
    | WarningCleared
)
