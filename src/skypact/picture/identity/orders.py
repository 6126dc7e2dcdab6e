"""What a person may order about an identity, as data in and one sentence out."""

from typing import NamedTuple

from skypact.core.messages import (
    DECIDED,
    ProposeIdentity,
    ResolveConflict,
    SetIdentity,
)
from skypact.picture.identity.authority import AuthorityArea, IdentitySettings
from skypact.picture.identity.claims import WORDS, Held, conflicting, in_force, live, proof_fault
from skypact.picture.numbers import PROVISIONAL


class Order(NamedTuple):
    """A command, whether its track is there, the area it is in, our nation, what is held of it."""

    order: SetIdentity | ProposeIdentity | ResolveConflict
    there: bool
    area: AuthorityArea | None
    nation: str
    held: list[Held]

    @property
    def area_held(self) -> str:
        """Return the area whose authority the person has, "" for none."""
        area = self.area
        if area is None or area.nation != self.nation or self.order.person not in area.who:
            return ""
        return area.name

    def authority(self) -> str:
        """Return who has the authority, in words."""
        if self.area is None:
            return "nobody holds the identity authority where it is"
        if self.area.nation != self.nation:
            return f"{self.area.nation} decides in area {self.area.name}"
        return f"in area {self.area.name} only {', '.join(self.area.who)} may"


def why_not(case: Order, settings: IdentitySettings) -> str:
    """Say why a command is refused, "" when it is carried out."""
    order, identity = case.order, case.order.identity
    if not case.there:
        return f"the picture has no track {order.number}"
    if order.number >= PROVISIONAL:
        return "the track has only a provisional number, which nobody else knows"
    if isinstance(order, ProposeIdentity):
        return ""
    evidence = list(order.evidence)
    if isinstance(order, ResolveConflict):
        evidence += [e for h in case.held if h.claim.identity is identity for e in h.claim.evidence]
    why = proof_fault(identity, evidence)
    if not why and isinstance(order, ResolveConflict):
        return _why_not_resolved(case)
    return why or _why_not_set(case, settings)


def _why_not_resolved(case: Order) -> str:
    if not conflicting(case.held):
        return f"the claims of track {case.order.number} do not contradict each other"
    return "" if case.area_held else f"a conflict is for the authority: {case.authority()}"


def _why_not_set(case: Order, settings: IdentitySettings) -> str:
    identity = case.order.identity
    if case.area_held:
        return ""
    if identity in DECIDED or identity not in settings.open_to_others():
        return f"{WORDS[identity]} is for the authority: {case.authority()}; propose it instead"
    mine = [h for h in live(case.held) if h.claim.nation == case.nation]
    if in_force(case.held) in DECIDED or any(h.authorised for h in mine):
        return f"an authority has set it: {case.authority()}; propose instead"
    return ""
