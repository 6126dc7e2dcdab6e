"""Alerts: what a procedure has told whom about a threat, and what people decide about it."""

from enum import StrEnum
from typing import Annotated

import msgspec

from skypact.core.messages.alerting.notice import Channel, DeliveryState, Stage, Text
from skypact.core.messages.header import Message
from skypact.core.messages.track import ThreatClass
from skypact.core.messages.warning import Person, Seconds


class AlertState(StrEnum):
    """ACTIVE: a warning of it is open; OVER: none is, the all-clear waits for a person; CLEARED:
    all who were told have been told so; CANCELLED: it was wrong, and all who were told know."""

    ACTIVE = "active"
    OVER = "over"
    CLEARED = "cleared"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What became of telling one recipient. INFORMED: it left, no answer was asked for; ESCALATED:
    the next in line is told in its place; STOPPED: no longer needed, as somebody of the post has
    answered or the alert is over."""

    OPEN = "open"
    INFORMED = "informed"
    ACKNOWLEDGED = "acknowledged"
    ESCALATED = "escalated"
    FAILED = "failed"
    STOPPED = "stopped"


class AlertPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A place of an alert and the stage it is in. arrival_ns: first predicted arrival, int ns UTC;
    spread_s: half of its window."""

    name: str
    stage: Stage
    arrival_ns: int
    spread_s: Seconds


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of one step. attempt: on this channel, from 1; *_ns: when it first came so far,
    0 not yet; evidence: what the channel saw last."""

    step: str
    stage: Stage
    recipient: str
    channel: Channel
    attempt: int
    state: DeliveryState
    outcome: Outcome
    notice_id: str
    asked: bool
    person: str = ""
    evidence: Text = ""
    queued_ns: int = 0
    sent_ns: int = 0
    delivered_ns: int = 0
    heard_ns: int = 0
    ended_ns: int = 0


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A step that waits for people. persons: how many must release it; released_by: who has."""

    step: str
    stage: Stage
    persons: Annotated[int, msgspec.Meta(ge=1, le=2)]
    released_by: tuple[str, ...]
    since_ns: int


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One procedure at work on one threat class. warnings: ids of its open warnings; observed_ns:
    when the first plot of it was seen; raised_ns: when it began; reason: why it ended so."""

    alert_id: str
    procedure: str
    nation: str
    threat_class: ThreatClass
    state: AlertState
    places: tuple[AlertPlace, ...]
    warnings: tuple[str, ...]
    pending: tuple[Pending, ...]
    reaches: tuple[Reach, ...]
    observed_ns: int
    raised_ns: int
    ended_by: tuple[str, ...] = ()
    reason: str = ""


class AlertChanged(Message, frozen=True, kw_only=True, tag="alert_changed"):
    alert: Alert


class ReleaseStep(Message, frozen=True, kw_only=True, tag="release_step"):
    """A named person lets a step of a procedure go out."""

    alert_id: str
    step: str
    person: Person
    post: str


class CancelAlert(Message, frozen=True, kw_only=True, tag="cancel_alert"):
    """A named person takes an alert back: it was wrong. All who were told are told so."""

    alert_id: str
    person: Person
    post: str
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class OverrideWatch(Message, frozen=True, kw_only=True, tag="override_watch"):
    """Somebody else is on watch for a while. recipient: "" ends the override."""

    roster: str
    recipient: str
    until_ns: int
    person: Person


class WatchState(msgspec.Struct, frozen=True, kw_only=True):
    """Who of a roster is on watch; recipient "" for nobody. next: who follows, at until_ns."""

    roster: str
    recipient: str
    until_ns: int
    next: str
    overridden_by: str = ""


class TestedState(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the last test of a recipient's channel; when int ns UTC, 0 never."""

    recipient: str
    channel: Channel
    tested_ns: int
    state: DeliveryState
    evidence: Text


class WatchView(Message, frozen=True, kw_only=True, tag="watch_view"):
    """Rosters and the newest tests, for the node's own console."""

    rosters: tuple[WatchState, ...]
    tested: tuple[TestedState, ...]
