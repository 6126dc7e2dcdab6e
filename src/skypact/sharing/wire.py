"""What goes over the wire between nations: a frame around one body. docs/reference/wire.md.

msgpack maps with the field names below; a receiver drops fields it does not know.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, get_args

import msgspec

from skypact.core.columns import Column
from skypact.core.messages import (
    Context,
    Identity,
    ImpactEllipse,
    PartnerTracks,
    Stream,
    ThreatClass,
    ThreatenedPlace,
    WarningState,
)
from skypact.core.messages.audit import AUDIT_BYTES_MAX
from skypact.core.messages.identity import RESOLVES_MAX, EvidenceList, Mark
from skypact.core.messages.umbrella import NUMBERS_MAX, Doors, Nations, Numbers, RoleAreas

VERSION = 1
REVISION = 6
"""Goes up when the wire gains something; who does not know it drops it. Told in heartbeats."""
ROWS_A_FRAME = 2_000
"""Rows of one TRACK frame: about half of the one megabyte that a message server takes."""
SMALL_BODY_BYTES = 65_536
"""A body of any other stream is not larger."""

Natural = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Number = Annotated[int, msgspec.Meta(ge=1, le=0xFFFFFFFF)]
Term = Annotated[int, msgspec.Meta(ge=1, le=2**30)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
ClauseName = Annotated[str, msgspec.Meta(max_length=128)]
Text = Annotated[str, msgspec.Meta(max_length=80)]
Reference = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]


Marking = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Markings = Annotated[tuple[Marking, ...], msgspec.Meta(max_length=32)]


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """How the sender has marked what is in a frame, in the shape of STANAG 4774: the policy, its
    classification, what the receiver must hold (all of `caveats`) or be (one of `releasable_to`),
    remarks; who marked it and when, and when to ask again."""

    policy: Marking
    classification: Marking
    caveats: Markings = ()
    releasable_to: Annotated[tuple[Name, ...], msgspec.Meta(max_length=32)] = ()
    remarks: Markings = ()
    originator: Name
    created_ns: Natural
    review_ns: Natural


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """sender, recipient: nations; epoch, sequence: of the stream; clauses: what allowed it;
    agreement: SHA-256 of the text that both signed; label: of all that is in it, none of what is
    not marked."""

    version: int
    context: Context
    sender: Name
    recipient: Name
    stream: Stream
    epoch: Natural
    sequence: Natural
    clauses: Annotated[tuple[ClauseName, ...], msgspec.Meta(max_length=256)]
    sent_ns: Natural
    body: Annotated[bytes, msgspec.Meta(max_length=4_194_304)]
    agreement: Annotated[bytes, msgspec.Meta(max_length=32)] = b""
    label: Label | msgspec.UnsetType = msgspec.UNSET


class TrackBody(msgspec.Struct, frozen=True, kw_only=True):
    """Tracks that changed or are due again, and numbers no longer released. clause: index into the
    frame's clauses; reporting: numbers of this frame that the sender reports, terms: the term of
    each."""

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        **PartnerTracks.COLUMNS,
        "clause": Column("|u1", "index", 0, 255),
    }
    ended: Annotated[tuple[Number, ...], msgspec.Meta(max_length=100_000)] = ()
    successors: Annotated[tuple[Natural, ...], msgspec.Meta(max_length=100_000)] = ()
    reporting: Annotated[tuple[Number, ...], msgspec.Meta(max_length=100_000)] = ()
    terms: Annotated[tuple[Term, ...], msgspec.Meta(max_length=100_000)] = ()
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
    clause: bytes


class CoalitionBody(msgspec.Struct, frozen=True, kw_only=True):
    """All objects that the receiver may see as the coalition's, at one time; what is not here is
    seen no longer. pad: zeros, so that a stream's bodies are all of the same size."""

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        **{n: PartnerTracks.COLUMNS[n] for n in ("number", "position_ecef_m", "velocity_ecef_mps")},
        "position_sd_m": Column("<f4", "m", 1, 1e6),
        "velocity_sd_mps": Column("<f4", "m/s", 0.1, 1e5),
        "threat_class": PartnerTracks.COLUMNS["threat_class"],
    }
    time_ns: Natural
    count: int
    number: bytes
    position_ecef_m: bytes
    velocity_ecef_mps: bytes
    position_sd_m: bytes
    velocity_sd_mps: bytes
    threat_class: bytes
    pad: bytes = b""


class CoverageArea(msgspec.Struct, frozen=True, kw_only=True):
    """height_min_m: above the ellipsoid; cells: numbers of cells, u4."""

    height_min_m: Annotated[float, msgspec.Meta(ge=-1e4, le=1e6)]
    cells: Annotated[bytes, msgspec.Meta(max_length=65_536)]


class CoverageBody(msgspec.Struct, frozen=True, kw_only=True, tag="coverage"):
    """Where the sender declares that it sees now; it replaces what it declared before."""

    cell_m: Annotated[float, msgspec.Meta(ge=10_000, le=1_000_000)]
    areas: Annotated[tuple[CoverageArea, ...], msgspec.Meta(max_length=32)]


class WarningBody(msgspec.Struct, frozen=True, kw_only=True, tag="warning"):
    """A warning as the partner may know it. reference: for this partner only; coalition: it is not
    the sender's, it passes it on."""

    reference: Reference
    nation: Name
    track: Natural
    threat_class: ThreatClass
    class_probability: Annotated[float, msgspec.Meta(ge=0, le=1)]
    state: WarningState
    version: Natural
    places: Annotated[tuple[ThreatenedPlace, ...], msgspec.Meta(max_length=256)]
    assessed_ns: Natural
    acknowledge_by_ns: Natural
    detected_ns: Natural
    tracked_ns: Natural
    raised_ns: Natural
    released_ns: Natural
    impact: ImpactEllipse | None = None
    coalition: bool = False


class AcknowledgementBody(msgspec.Struct, frozen=True, kw_only=True, tag="acknowledgement"):
    """What the warned nation did with a warning. event: received, shown or acknowledged."""

    reference: Reference
    event: Annotated[str, msgspec.Meta(pattern="^(received|shown|acknowledged)$")]
    person: Text
    received_ns: Natural
    shown_ns: Natural
    acknowledged_ns: Natural


class IdentityBody(msgspec.Struct, frozen=True, kw_only=True, tag="identity"):
    """What the sender holds of an object. reference: of this claim, for this partner only; area: of
    the authority that set it; resolves: marks of the claims that it settles."""

    reference: Reference
    track: Number
    identity: Identity
    version: Natural
    area: Annotated[str, msgspec.Meta(max_length=32)]
    person: Text
    reason: Annotated[str, msgspec.Meta(max_length=200)]
    evidence: EvidenceList
    since_ns: Natural
    resolves: Annotated[tuple[Mark, ...], msgspec.Meta(max_length=RESOLVES_MAX)] = ()
    ended: bool = False


class ProposalBody(msgspec.Struct, frozen=True, kw_only=True, tag="proposal"):
    """An identity that the sender's people propose to the receiver, who decides where it is."""

    track: Number
    identity: Identity
    evidence: EvidenceList
    person: Text
    reason: Annotated[str, msgspec.Meta(max_length=200)]
    since_ns: Natural


class AgreementBody(msgspec.Struct, frozen=True, kw_only=True, tag="agreement"):
    """The sender has suspended an agreement between the two, or a clause of it, or takes it up
    again. since_ns: when it did."""

    agreement: Annotated[str, msgspec.Meta(max_length=65)]
    clause: Annotated[str, msgspec.Meta(max_length=32)]
    suspended: bool
    reason: Annotated[str, msgspec.Meta(max_length=200)]
    since_ns: Natural


class NumbersBody(msgspec.Struct, frozen=True, kw_only=True, tag="numbers_wanted"):
    """A nation asks the coordinator for system track numbers. held: those that it has."""

    wanted: Annotated[int, msgspec.Meta(ge=0, le=NUMBERS_MAX)]
    held: Numbers = ()


class LeaseBody(msgspec.Struct, frozen=True, kw_only=True, tag="numbers"):
    """The coordinator leases numbers, for good; none when none are left."""

    numbers: Numbers


class RolesBody(msgspec.Struct, frozen=True, kw_only=True, tag="roles"):
    """The coordinator says who may speak to the receiver, where its doors are, and whose people
    decide about identities where."""

    members: Nations
    hubs: Doors
    areas: RoleAreas


class HeartbeatBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Newest sequence sent on each stream, so that a lost tail is noticed. audit: what the sender
    tells of its audit log, when there is something to tell; revision: of the wire it speaks."""

    track_sequence: Natural
    warning_sequence: Natural
    audit: Annotated[bytes, msgspec.Meta(max_length=AUDIT_BYTES_MAX)] = b""
    revision: Natural = 0


class ReceiptBody(msgspec.Struct, frozen=True, kw_only=True):
    """Every WARNING frame up to this sequence is on the receiver's disk."""

    upto_sequence: Natural


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing of a body of the stream `warning` but what it is."""

    type: Annotated[str, msgspec.Meta(max_length=80)] = ""


UmbrellaBody = NumbersBody | LeaseBody | RolesBody
DurableBody = (
    WarningBody
    | AcknowledgementBody
    | AgreementBody
    | IdentityBody
    | ProposalBody
    | CoverageBody
    | UmbrellaBody
)

encode = msgspec.msgpack.Encoder().encode
frame_decoder = msgspec.msgpack.Decoder(Frame)
track_decoder = msgspec.msgpack.Decoder(TrackBody)
coalition_decoder = msgspec.msgpack.Decoder(CoalitionBody)
durable_decoder: msgspec.msgpack.Decoder[DurableBody] = msgspec.msgpack.Decoder(DurableBody)
DURABLE_KINDS = tuple(str(kind.__struct_config__.tag) for kind in get_args(DurableBody))
kind_decoder = msgspec.msgpack.Decoder(Kind)
heartbeat_decoder = msgspec.msgpack.Decoder(HeartbeatBody)
receipt_decoder = msgspec.msgpack.Decoder(ReceiptBody)
