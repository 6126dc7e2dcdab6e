"""Notices: what a procedure tells one recipient over one channel, and how far it has come."""

from enum import StrEnum
from typing import Annotated

import msgspec

from skypact.core.messages.header import Message
from skypact.core.messages.track import ThreatClass
from skypact.core.messages.warning import Person, Seconds

Degrees = Annotated[float, msgspec.Meta(ge=-360, le=360, title="deg")]
Text = Annotated[str, msgspec.Meta(max_length=4_000)]


class Channel(StrEnum):
    """Ways to reach a recipient. A console and a digital link are always there."""

    CONSOLE = "console"
    DIGITAL = "digital"
    CAP = "cap"
    MAIL = "mail"
    WEBHOOK = "webhook"
    MESSENGER = "messenger"
    PHONE = "phone"


class Stage(StrEnum):
    """What people are asked to do. CORRECTION takes back what should not have been said."""

    PREPARE = "prepare"
    TAKE_COVER = "take_cover"
    ALL_CLEAR = "all_clear"
    CORRECTION = "correction"
    TEST = "test"


class DeliveryState(StrEnum):
    """How far a notice has come, never more than the evidence. HEARD: a person was on the line;
    ACKNOWLEDGED: a person confirmed; EXPIRED: too late to be of use; FAILED: no attempt is left."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    HEARD = "heard"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    EXPIRED = "expired"
    FAILED = "failed"


class NoticeFailure(StrEnum):
    """Why an attempt failed. BUSY, NO_ANSWER, DECLINED: of a phone; MACHINE: it answered with a
    long greeting and no key was pressed; NO_KEY: it was answered and nobody pressed one;
    UNREACHABLE: no way there; REFUSED: the address or the text is not taken, trying again is of no
    use; LATE: its time ran out; STOPPED: by a NoticeStopped; CROWDED: too much was waiting."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    MACHINE = "machine"
    NO_KEY = "no_key"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    LATE = "late"
    STOPPED = "stopped"
    CROWDED = "crowded"


class NoticeArea(msgspec.Struct, frozen=True, kw_only=True):
    """A place that a notice is about. polygon_deg: lat, lon of the corners, closed by itself;
    seconds to go and their spread at `Notice.observed_ns`."""

    name: str
    polygon_deg: tuple[tuple[Degrees, Degrees], ...]
    time_to_go_s: Seconds
    time_spread_s: Seconds


class Notice(Message, frozen=True, kw_only=True, tag="notice"):
    """One text for one recipient over one channel. Leaves when it and its cause are on disk.

    notice_id: unique at this node, the same for every attempt; event_id: the same on all channels
    for one event; recipient: name in the roster; address: of the recipient on this channel;
    attempt: counts from 1; language: BCP 47; title, text: to read; speech: to say, numbers digit
    by digit; references: earlier notices of this event to this recipient on this channel, the
    newest last, which this one updates or ends; answer: whether a person must confirm;
    expires_ns: int ns UTC, of no use after it.
    """

    notice_id: str
    event_id: str
    procedure: str
    recipient: str
    channel: Channel
    address: str
    attempt: int
    language: str
    stage: Stage
    threat_class: ThreatClass
    title: Text
    text: Text
    speech: Text
    areas: tuple[NoticeArea, ...]
    references: tuple[str, ...]
    answer: bool
    expires_ns: int


class NoticeStopped(Message, frozen=True, kw_only=True, tag="notice_stopped"):
    """A notice that is still going out is to stop: a ringing phone, a retry of a mail."""

    notice_id: str
    reason: str


class NoticeReported(Message, frozen=True, kw_only=True, tag="notice_reported"):
    """A channel says how far a notice has come. evidence: what was seen, in one sentence, such as
    "486 Busy Here"; person: who answered, None where the channel cannot tell; failure: why, where
    the state is EXPIRED or FAILED."""

    notice_id: str
    attempt: int
    state: DeliveryState
    evidence: Text
    person: Person | None = None
    failure: NoticeFailure | None = None


class ChannelNoted(Message, frozen=True, kw_only=True, tag="channel_noted"):
    """A channel can be used or not: its heartbeat, said at every change and every `every_s`.
    reason: what was seen, such as "200 OK to OPTIONS"."""

    channel: Channel
    up: bool
    reason: Text
    every_s: Seconds
