"""Identities as people see and ask for them: rows of tracks, notices, and what a page may ask."""

from typing import Annotated, Any

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import (
    ConflictResolved,
    Evidence,
    EvidenceSource,
    Identity,
    IdentityCarried,
    IdentityClaim,
    IdentityConflict,
    IdentityProposed,
    IdentitySet,
    Message,
    PartnerIdentity,
    PictureView,
    ProposeIdentity,
    ResolveConflict,
    SetIdentity,
    TrackIdentity,
)

WORDS = {identity: identity.name.lower().replace("_", " ") for identity in Identity}
ORDERS = {"set": SetIdentity, "propose": ProposeIdentity, "resolve": ResolveConflict}
Short = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A notice in parts: kind, about, text."""

    kind: str
    about: str
    text: str


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of evidence as a page gives it; it is of now."""

    source: EvidenceSource
    what: Short


class Identify(
    msgspec.Struct, frozen=True, tag="identify", tag_field="ask", forbid_unknown_fields=True
):
    """The person on watch sets or proposes an identity, or resolves a conflict. The name is the
    session's, never the page's."""

    order: Annotated[str, msgspec.Meta(pattern="^(set|propose|resolve)$")]
    track: Annotated[int, msgspec.Meta(ge=1, le=0xFFFFFFFF)]
    identity: Identity
    reason: Short
    evidence: Annotated[tuple[Seen, ...], msgspec.Meta(max_length=16)] = ()


def command(ask: Identify, person: str, issuer: Issuer, now_ns: int) -> Message:
    """Return what a page asks as a command of a person."""
    return ORDERS[ask.order](
        **issuer.header(now_ns, now_ns),
        number=ask.track,
        identity=ask.identity,
        evidence=tuple(
            Evidence(source=seen.source, what=seen.what, observed_ns=now_ns)
            for seen in ask.evidence
        ),
        person=person,
        reason=ask.reason,
    )


def rows(view: PictureView) -> dict[str, Any]:
    """Return the tracks of which somebody has said something."""
    return {"rows": [_row(track) for track in view.identities]}


def _row(track: TrackIdentity) -> dict[str, Any]:
    return {
        "track": track.number,
        "identity": WORDS[track.identity],
        "conflict": track.conflict,
        "decider": track.decider,
        "area": track.area,
        "deciders": track.deciders,
        "claims": [_claim(claim) for claim in track.claims],
        "settled": [_claim(claim) for claim in track.settled],
        "history": [{"at_ms": round(s.time_ns / 1e6), "text": s.text} for s in track.history],
    }


def _claim(claim: IdentityClaim) -> dict[str, Any]:
    return {
        "nation": claim.nation,
        "identity": WORDS[claim.identity],
        "area": claim.area,
        "person": claim.person,
        "reason": claim.reason,
        "since_ms": round(claim.since_ns / 1e6),
        "evidence": [
            {"source": e.source.value, "what": e.what, "at_ms": round(e.observed_ns / 1e6)}
            for e in claim.evidence
        ],
    }


def noted(message: Message) -> Shown | None:
    """Return what to note of an identity, None when the message is about something else."""
    match message:
        case IdentitySet() | PartnerIdentity() | ConflictResolved():
            return _held(message)
        case IdentityProposed():
            who = f"{message.person} of {message.nation}" if message.person else message.nation
            text = f"{who} proposes {WORDS[message.identity]}: {message.reason}"
            return Shown(kind="identity proposed", about=f"track {message.number}", text=text)
        case IdentityConflict():
            return _conflict(message)
        case IdentityCarried():
            text = f"{WORDS[message.identity]} of {message.nation} is on {message.number}"
            if message.pending:
                text += f", split from it {message.pending} starts pending: set it again"
            else:
                text += f", before on {message.former}: {message.reason}"
            return Shown(kind="identity carried", about=f"track {message.number}", text=text)
        case _:
            return None


def _held(message: IdentitySet | PartnerIdentity | ConflictResolved) -> Shown:
    claim = message.claim
    who = f"{claim.person} of {claim.nation}" if claim.person else claim.nation
    about = f"track {claim.track}"
    if claim.ended:
        return Shown(kind="identity ended", about=about, text=f"{who} holds it no longer")
    under = f" as authority of {claim.area}" if claim.area else ""
    resolved = isinstance(message, ConflictResolved)
    verb = "decided" if resolved else "holds"
    kind = "conflict resolved" if resolved else "identity"
    text = f"{who} {verb} {WORDS[claim.identity]}{under}: {claim.reason}"
    return Shown(kind=kind, about=about, text=text)


def _conflict(message: IdentityConflict) -> Shown:
    about = f"track {message.number}"
    if not message.open:
        return Shown(kind="identity conflict over", about=about, text="the claims agree")
    said = "; ".join(
        f"{c.nation} says {WORDS[c.identity]} ({', '.join(e.what for e in c.evidence) or 'bare'})"
        for c in message.claims
    )
    who = f"{message.decider} decides in area {message.area}" if message.decider else "no authority"
    return Shown(kind="IDENTITY CONFLICT", about=about, text=f"hold and verify: {said}; {who}")
