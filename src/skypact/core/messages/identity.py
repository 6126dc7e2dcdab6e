"""Identities of objects: what nations hold, the commands of people, and what follows."""

from enum import StrEnum
from hashlib import blake2b
from typing import Annotated

import msgspec

from skypact.core.messages.header import TIME_MAX_NS, Message
from skypact.core.messages.track import Identity, ThreatClass

Number = Annotated[int, msgspec.Meta(ge=1, le=0xFFFFFFFF)]
Person = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Mark = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")]
Instant = Annotated[int, msgspec.Meta(ge=0, le=TIME_MAX_NS)]
EVIDENCE_MAX, RESOLVES_MAX = 16, 64

DECIDED = (Identity.FRIEND, Identity.SUSPECT, Identity.HOSTILE)
"""Identities that only a named identity authority sets."""
STATED = (Identity.ASSUMED_FRIEND, Identity.NEUTRAL, *DECIDED)
"""Identities that say something of an object; two different ones contradict each other."""


class EvidenceSource(StrEnum):
    """What an identity rests on. A transponder is a claim and never proves a friend."""

    TRANSPONDER = "transponder"
    FLIGHT_PLAN = "flight_plan"
    MISSION = "mission"
    VOICE = "voice"
    VISUAL = "visual"
    BEHAVIOUR = "behaviour"
    OTHER = "other"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One short entry: where it is from, what it says, when it was so (ns UTC)."""

    source: EvidenceSource
    what: Words
    observed_ns: Instant


EvidenceList = Annotated[tuple[Evidence, ...], msgspec.Meta(max_length=EVIDENCE_MAX)]


class IdentityClaim(msgspec.Struct, frozen=True, kw_only=True):
    """What one nation holds of one object.

    claim_id: unique at this node; track: the system track number under which that nation has it;
    version: rises with every change; area: of the authority that set it, "" none; person: "" when a
    partner does not say; since_ns: when it was set; resolves: marks of the claims that it settles;
    ended: its nation holds the object no longer.
    """

    claim_id: str
    nation: str
    track: int
    identity: Identity
    version: int
    area: str
    person: str
    reason: str
    evidence: EvidenceList
    since_ns: int
    resolves: tuple[Mark, ...] = ()
    ended: bool = False

    @property
    def mark(self) -> str:
        """Return a name that every holder of this claim works out alike and nobody else can."""
        text = f"{self.nation}/{self.since_ns}/{int(self.identity)}"
        return blake2b(text.encode(), digest_size=8).hexdigest()


class IdentityStep(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history of a track's identity, oldest first."""

    time_ns: int
    text: str


class TrackIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """What is held of one system track. identity: in force here; settled: claims that a resolution
    has settled; conflict: claims contradict each other; decider, area: the nation whose authority
    decides where the track is, "" none; deciders: its persons and posts when it is ours."""

    number: int
    identity: Identity
    claims: tuple[IdentityClaim, ...]
    settled: tuple[IdentityClaim, ...] = ()
    conflict: bool = False
    decider: str = ""
    area: str = ""
    deciders: tuple[str, ...] = ()
    history: tuple[IdentityStep, ...] = ()


class _Asked(Message, frozen=True, kw_only=True):
    number: Number
    identity: Identity
    evidence: EvidenceList = ()
    person: Person
    reason: Words


class SetIdentity(_Asked, frozen=True, kw_only=True, tag="set_identity"):
    """A named person sets the identity of a system track. person: as on watch, a name or a post."""


class ProposeIdentity(_Asked, frozen=True, kw_only=True, tag="propose_identity"):
    """A named person proposes an identity to whoever holds the authority where the track is."""


class ResolveConflict(_Asked, frozen=True, kw_only=True, tag="resolve_conflict"):
    """A person with the authority decides between claims that contradict each other."""


class IdentitySet(Message, frozen=True, kw_only=True, tag="identity_set"):
    """What this nation holds of an object is new, has another number, or has ended."""

    claim: IdentityClaim
    threat_class: ThreatClass


class IdentityProposed(Message, frozen=True, kw_only=True, tag="identity_proposed"):
    """Somebody without the authority proposes an identity. nation: whose person; decider: the
    nation that holds the authority; person: "" when a partner does not say."""

    nation: str
    decider: str
    number: int
    identity: Identity
    evidence: EvidenceList
    person: str
    reason: str
    threat_class: ThreatClass


class PartnerIdentity(Message, frozen=True, kw_only=True, tag="partner_identity"):
    """What a partner holds of an object, as it released it. `claim_id` is already ours: partner
    name and reference."""

    partner: str
    claim: IdentityClaim


class IdentityConflict(Message, frozen=True, kw_only=True, tag="identity_conflict"):
    """Claims of one object contradict each other, both sides with their evidence; `open` is False
    once they no longer do. decider, area: who may decide, "" nobody."""

    number: int
    claims: tuple[IdentityClaim, ...]
    decider: str
    area: str
    deciders: tuple[str, ...] = ()
    open: bool = True


class ConflictResolved(Message, frozen=True, kw_only=True, tag="conflict_resolved"):
    """The authority of this or another nation has decided between claims; `claim.resolves` names
    those that it settles."""

    claim: IdentityClaim
    threat_class: ThreatClass


class IdentityCarried(Message, frozen=True, kw_only=True, tag="identity_carried"):
    """A set identity went with its object to another number, or a track was split and one part
    keeps it. number: where it is now; former: the number before; pending: the part that starts
    without an identity, 0 none; reason: the rule."""

    number: int
    former: int
    pending: int
    identity: Identity
    nation: str
    reason: str
