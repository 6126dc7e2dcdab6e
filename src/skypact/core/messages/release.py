"""What leaves for partners and what comes from them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from skypact.core.columns import Column
from skypact.core.messages.header import Message
from skypact.core.messages.track import STATE_COLUMNS
from skypact.core.messages.umbrella import CoordinatorState
from skypact.core.messages.warning import AirWarning


class Stream(StrEnum):
    """TRACK, COALITION and HEARTBEAT are best effort (epoch and sequence); WARNING goes through the
    outbox and is never lost; RECEIPT says up to where WARNING is on the receiver's disk. KEYS stays
    at the edge: certificates of the keys that sign and seal frames, no frame."""

    TRACK = "track"
    COALITION = "coalition"
    HEARTBEAT = "heartbeat"
    WARNING = "warning"
    RECEIPT = "receipt"
    KEYS = "keys"


FRAMED = (Stream.TRACK, Stream.COALITION, Stream.HEARTBEAT, Stream.WARNING, Stream.RECEIPT)
"""Streams of frames."""


class Release(Message, frozen=True, kw_only=True, tag="release"):
    """One frame for one partner, made by sharing/release only.

    clauses: the agreement clauses that allowed it; sequence: gap-free within (stream, epoch);
    frame: the bytes to send, before sealing.
    """

    partner: str
    stream: Stream
    epoch: int
    sequence: int
    clauses: tuple[str, ...]
    frame: bytes


class ReleaseWithheld(Message, frozen=True, kw_only=True, tag="release_withheld"):
    """Something was not released, and why; counted per partner and reason, shown to the owner."""

    partner: str
    what: str
    reason: str
    withheld: int


class PartnerFrame(Message, frozen=True, kw_only=True, tag="partner_frame"):
    """Bytes as they came from a partner; only sharing/federation opens them."""

    partner: str
    stream: Stream
    frame: Annotated[bytes, msgspec.Meta(max_length=4_194_304)]


class FrameUnopened(Message, frozen=True, kw_only=True, tag="frame_unopened"):
    """Bytes that came in a partner's name and could not be opened: not sealed for us, not signed by
    it, or no keys are known; counted per partner and reason."""

    partner: str
    reason: str
    count: int


class OutboxAcknowledged(Message, frozen=True, kw_only=True, tag="outbox_acknowledged"):
    """A partner has our WARNING frames up to `upto_sequence` on disk; the outbox forgets them."""

    partner: str
    upto_sequence: int


class FrameRefused(Message, frozen=True, kw_only=True, tag="frame_refused"):
    """A partner's frame was not accepted."""

    partner: str
    reason: str


class PartnerTracks(Message, frozen=True, kw_only=True, tag="partner_tracks"):
    """Tracks a partner released to us, at the precision the agreement allows.

    number: system track number; threat_class: as the partner holds it; deleted: numbers it no
    longer reports; successors: for each of them the number it goes on under, 0 none (may be empty);
    reporting, terms: numbers of this message that the partner reports, and under which term;
    label: how the partner has marked them, in words, "" for not at all.
    """

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        **{k: v for k, v in STATE_COLUMNS.items() if k not in ("detected_ns", "confirmed_ns")},
        "threat_class": Column("|u1", "ThreatClass", 0, 5),
    }
    partner: str
    deleted: tuple[int, ...]
    successors: tuple[int, ...] = ()
    reporting: tuple[int, ...] = ()
    terms: tuple[int, ...] = ()
    label: str = ""
    count: int
    number: bytes
    time_ns: bytes
    position_ecef_m: bytes
    velocity_ecef_mps: bytes
    covariance: bytes
    quality: bytes
    detection: bytes
    address: bytes
    callsign: bytes
    threat_class: bytes


class PartnerWarning(Message, frozen=True, kw_only=True, tag="partner_warning"):
    """A warning (new, updated, cleared) that a partner released to us. Its `warning_id` is
    already ours: partner name and reference. label: how the partner has marked it, in words."""

    partner: str
    warning: AirWarning
    label: str = ""


class PartnerAcknowledgement(Message, frozen=True, kw_only=True, tag="partner_acknowledgement"):
    """What the warned nation did with a warning that we raised. `warning_id` is ours;
    released_ns: when we first released it to this partner, 0 unknown."""

    partner: str
    warning_id: str
    event: str
    person: str
    received_ns_partner: int
    shown_ns: int
    acknowledged_ns: int
    released_ns: int = 0


class WayChanged(Message, frozen=True, kw_only=True, tag="way_changed"):
    """A partner with a direct line beside the hub is heard, or no longer heard, by one of the two.
    way: hub or direct; doubled, late: frames since the start that came by both, and that came after
    newer ones."""

    partner: str
    way: str
    up: bool
    doubled: int
    late: int


class LinkState(msgspec.Struct, frozen=True, kw_only=True):
    """A link to one partner. gaps: best-effort frames lost on the way to us; outbox: durable frames
    not yet on the partner's disk; warnings_missing: durable frames the partner has sent that we
    still lack; suspended: in words, what of the agreements with it is suspended and by whom;
    wire: version and revision that the partner speaks, "" before it has said so; notes: in words,
    how its program or its texts differ from ours."""

    partner: str
    alive: bool
    last_heard_ns: int
    tracks_in: int
    tracks_out: int
    gaps: int
    outbox: int
    warnings_missing: int = 0
    suspended: tuple[str, ...] = ()
    wire: str = ""
    notes: tuple[str, ...] = ()


class LinkView(Message, frozen=True, kw_only=True, tag="link_view"):
    """Links for the node's own console. coordinator: whether it is there; None for the coordinator
    itself and for who has none."""

    links: tuple[LinkState, ...]
    coordinator: CoordinatorState | None = None
