"""Claims of one object: which count, which contradict, what is in force. Pure functions."""

from collections.abc import Iterable, Sequence

import msgspec

from skypact.core.messages import (
    DECIDED,
    STATED,
    Evidence,
    EvidenceSource,
    Identity,
    IdentityClaim,
)

WORDS = {identity: identity.name.lower().replace("_", " ") for identity in Identity}


class Held(msgspec.Struct, kw_only=True):
    """A claim as this node holds it. system: the system track it is about, 0 none yet; authorised:
    its nation holds the authority it names; held_ns: since when this node has it; decides: what it
    resolves is settled here too; lost_ns: since when it lacks a track, 0 when it has one."""

    claim: IdentityClaim
    system: int
    authorised: bool
    held_ns: int
    decides: bool = False
    lost_ns: int = 0

    @property
    def counts(self) -> bool:
        """Say whether it can be in force: friend, suspect and hostile need the authority."""
        return self.claim.identity not in DECIDED or self.authorised


def live(held: Sequence[Held]) -> list[Held]:
    """Return the claims of one track that no decision has settled, in the order
    in which this node got them."""
    settled = {mark for h in held if h.decides for mark in h.claim.resolves}
    open_ones = [h for h in held if h.claim.mark not in settled]
    return sorted(open_ones, key=lambda h: (h.held_ns, h.claim.nation, h.claim.claim_id))


def in_force(held: Sequence[Held]) -> Identity | None:
    """Return what people have set, None when nobody has.

    The first claim that says something holds until its nation or a resolution changes it: one that
    comes later and differs makes a conflict and overwrites nothing.
    """
    counting = [h.claim.identity for h in live(held) if h.counts]
    stated = [identity for identity in counting if identity in STATED]
    return next(iter(stated), next(iter(counting), None))


def conflicting(held: Sequence[Held]) -> bool:
    """Say whether two claims say different things; pending and unknown say nothing."""
    return len({h.claim.identity for h in live(held)} & set(STATED)) > 1


def proof_fault(identity: Identity, evidence: Iterable[Evidence]) -> str:
    """Return why the evidence is not enough for an identity, "" when it is."""
    sources = {entry.source for entry in evidence}
    if identity in DECIDED and not sources:
        return f"{WORDS[identity]} needs evidence"
    if identity is Identity.FRIEND and sources <= {EvidenceSource.TRANSPONDER}:
        return "a transponder claims and never proves a friend: other evidence is needed"
    return ""
