"""Claims and commands for the tests of identities."""

from typing import Any

from skypact.core.messages import (
    Evidence,
    EvidenceSource,
    Identity,
    IdentityClaim,
    PartnerIdentity,
    ProposeIdentity,
    ResolveConflict,
    SetIdentity,
)
from skypact.picture.identity.authority import AuthorityArea, IdentitySettings
from skypact.picture.identity.claims import Held
from tests.unit.picture.flights import ISSUER, T0, picture

SEEN = Evidence(source=EvidenceSource.VISUAL, what="two engines, twin tail", observed_ns=T0)
SQUAWK = Evidence(source=EvidenceSource.TRANSPONDER, what="answers 4312", observed_ns=T0)
OURS = AuthorityArea(name="centre", nation="auria", who=("Ilse Maren",))
THEIRS = AuthorityArea(name="centre", nation="borvia")
FAR = AuthorityArea(name="far", nation="borvia", area_deg=((10.0, 0.0), (10.0, 5.0), (15.0, 0.0)))


def claim(identity: Identity = Identity.FRIEND, **given: Any) -> IdentityClaim:
    base = {
        "claim_id": "borvia/1",
        "nation": "borvia",
        "track": 105,
        "version": 1,
        "area": "",
        "person": "",
        "reason": "said so",
        "evidence": (SEEN,),
        "since_ns": T0,
    }
    return IdentityClaim(**{**base, "identity": identity, **given})


def held(identity: Identity, **given: Any) -> Held:
    own = {k: given.pop(k) for k in ("authorised", "decides", "held_ns") if k in given}
    base = {"system": 105, "authorised": True, "held_ns": T0}
    return Held(claim=claim(identity, **given), **{**base, **own})


def told(identity: Identity, now_ns: int = T0, **given: Any) -> PartnerIdentity:
    """What a partner says."""
    said = claim(identity, **{"since_ns": now_ns, **given})
    return PartnerIdentity(**ISSUER.header(now_ns, now_ns), partner=said.nation, claim=said)


def _order(kind: type, identity: Identity, now_ns: int, given: dict[str, Any]) -> Any:
    base = {"number": 105, "person": "Ilse Maren", "reason": "seen", "evidence": (SEEN,)}
    return kind(**ISSUER.header(now_ns, now_ns), **{**base, "identity": identity, **given})


def sets(identity: Identity, now_ns: int = T0, **given: Any) -> SetIdentity:
    return _order(SetIdentity, identity, now_ns, given)


def proposes(identity: Identity, now_ns: int = T0, **given: Any) -> ProposeIdentity:
    return _order(ProposeIdentity, identity, now_ns, given)


def decides(identity: Identity, now_ns: int = T0, **given: Any) -> ResolveConflict:
    return _order(ResolveConflict, identity, now_ns, given)


def room(*areas: AuthorityArea, **settings: Any) -> Any:
    """The picture of auria, whose identity table has these areas."""
    open_to = {"others_may_set": settings.pop("others_may_set", ("pending", "unknown"))}
    return picture(identity=IdentitySettings(areas=areas, **open_to), **settings)
