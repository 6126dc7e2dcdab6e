"""Identities on their way out and in: what we hold of objects, told partner by partner.

A partner never sees our internal ids: it gets a reference under a key of its own, as for warnings.
"""

from hashlib import blake2b

import msgspec

from skypact.core.ids import Header
from skypact.core.messages import (
    ConflictResolved,
    IdentityClaim,
    IdentityProposed,
    IdentitySet,
    Message,
    PartnerIdentity,
    Release,
    Stream,
    ThreatClass,
)
from skypact.sharing.release import Releaser
from skypact.sharing.treaty.agreements import What
from skypact.sharing.treaty.policy import Policy, Rule
from skypact.sharing.wire import IdentityBody, ProposalBody
from skypact.sharing.withheld import Withheld

REFERENCE_BYTES = 16


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """One of our claims in its newest version, with the class of its object."""

    claim: IdentityClaim
    threat_class: ThreatClass


class IdentitiesState(msgspec.Struct, frozen=True, kw_only=True):
    """current: by claim id; told: by partner and claim id, the version it has and the class under
    which it was told first."""

    current: dict[str, Current] = {}
    told: dict[str, dict[str, tuple[int, ThreatClass]]] = {}


class IdentitiesOut:
    """What of our claims each partner has, and what it is still to be told."""

    def __init__(self, nation: str, policies: dict[str, Policy], keys: dict[str, bytes]) -> None:
        self._nation, self._policies, self._keys = nation, policies, keys
        self._current: dict[str, Current] = {}
        self._told: dict[str, dict[str, tuple[int, ThreatClass]]] = {p: {} for p in policies}

    def take(
        self,
        event: IdentitySet | ConflictResolved | IdentityProposed,
        releaser: Releaser,
        withheld: Withheld,
        now_ns: int,
    ) -> list[Release]:
        """Tell every partner that may know of our claim, or the one to whom our people propose."""
        if isinstance(event, IdentityProposed):
            return self._propose(event, releaser, withheld, now_ns)
        claim = event.claim
        if claim.nation != self._nation:
            return []
        self._current[claim.claim_id] = Current(claim=claim, threat_class=event.threat_class)
        return [r for p in self._policies for r in self.settle(p, releaser, withheld, now_ns)]

    def settle(
        self, partner: str, releaser: Releaser, withheld: Withheld, now_ns: int
    ) -> list[Release]:
        """Tell a partner what it lacks, as far as the agreement goes; it may have begun, been
        resumed, or the class of an object be another one since."""
        told, out = self._told[partner], list[Release]()
        for claim_id, current in self._current.items():
            version = told.get(claim_id, (0, current.threat_class))[0]
            # An end of what a partner was never told is no news.
            if version < current.claim.version and (version or not current.claim.ended):
                out += self._tell(partner, current, releaser, withheld, now_ns)
        self._forget()
        return out

    def _tell(
        self,
        partner: str,
        current: Current,
        releaser: Releaser,
        withheld: Withheld,
        now_ns: int,
    ) -> list[Release]:
        claim, policy = current.claim, self._policies[partner]
        rule = _rule(policy, current.threat_class, now_ns)
        known = self._told[partner].get(claim.claim_id)
        if rule is None and known is not None:
            # What a partner holds is kept right under the class it knows.
            rule = _rule(policy, known[1], now_ns)
        if rule is None:
            withheld.count(partner, What.IDENTITY, _why(policy, now_ns), 1)
            return []
        first = known[1] if known else current.threat_class
        self._told[partner][claim.claim_id] = (claim.version, first)
        body = self._body(partner, claim, rule)
        label = policy.labels.of(What.IDENTITY, current.threat_class, now_ns)
        args = (partner, Stream.WARNING, (rule.name,), body, claim.since_ns, now_ns)
        return [releaser.make(*args, label)]

    def _body(self, partner: str, claim: IdentityClaim, rule: Rule) -> IdentityBody:
        """Return what a partner may know of a claim, field by field."""
        key = self._keys[partner]
        digest = blake2b(claim.claim_id.encode(), digest_size=REFERENCE_BYTES, key=key)
        return IdentityBody(
            reference=digest.hexdigest(),
            track=claim.track,
            identity=claim.identity,
            version=claim.version,
            area=claim.area,
            person=claim.person if rule.clause.show_person else "",
            reason=claim.reason,
            evidence=claim.evidence,
            since_ns=claim.since_ns,
            resolves=claim.resolves,
            ended=claim.ended,
        )

    def _propose(
        self, event: IdentityProposed, releaser: Releaser, withheld: Withheld, now_ns: int
    ) -> list[Release]:
        """Tell a proposal of our people to the nation that decides, when that is a partner."""
        partner = event.decider
        if event.nation != self._nation or partner not in self._policies:
            return []
        policy = self._policies[partner]
        rule = _rule(policy, event.threat_class, now_ns)
        if rule is None:
            withheld.count(partner, What.IDENTITY, _why(policy, now_ns), 1)
            return []
        body = ProposalBody(
            track=event.number,
            identity=event.identity,
            evidence=event.evidence,
            person=event.person if rule.clause.show_person else "",
            reason=event.reason,
            since_ns=event.observed_ns,
        )
        label = policy.labels.of(What.IDENTITY, event.threat_class, now_ns)
        args = (partner, Stream.WARNING, (rule.name,), body, event.observed_ns, now_ns)
        return [releaser.make(*args, label)]

    def _forget(self) -> None:
        """Drop claims that have ended and that every partner who had them knows to have."""
        for claim_id, current in list(self._current.items()):
            owed = any(
                told[claim_id][0] < current.claim.version
                for told in self._told.values()
                if claim_id in told
            )
            if current.claim.ended and not owed:
                del self._current[claim_id]
                for told in self._told.values():
                    told.pop(claim_id, None)

    def state(self) -> IdentitiesState:
        """Return the content for a snapshot."""
        return IdentitiesState(current=self._current, told=self._told)

    def restore(self, state: IdentitiesState) -> None:
        """Take over a state; partners without a configuration any more are forgotten."""
        self._current = dict(state.current)
        self._told = {partner: dict(state.told.get(partner, {})) for partner in self._policies}


def _rule(policy: Policy, threat: ThreatClass, now_ns: int) -> Rule | None:
    term = policy.term(now_ns)
    return next(iter(term.table[What.IDENTITY, int(threat)]), None) if term else None


def _why(policy: Policy, now_ns: int) -> str:
    return "no clause covers its class" if policy.term(now_ns) else policy.why_not()


def heard(header: Header, partner: str, nation: str, body: IdentityBody | ProposalBody) -> Message:
    """Return what a partner says of an identity as a message of ours. nation: ours."""
    if isinstance(body, ProposalBody):
        return IdentityProposed(
            **header,
            nation=partner,
            decider=nation,
            number=body.track,
            identity=body.identity,
            evidence=body.evidence,
            person=body.person,
            reason=body.reason,
            threat_class=ThreatClass.UNKNOWN,
        )
    claim = IdentityClaim(
        claim_id=f"{partner}/{body.reference}",
        nation=partner,
        track=body.track,
        identity=body.identity,
        version=body.version,
        area=body.area,
        person=body.person,
        reason=body.reason,
        evidence=body.evidence,
        since_ns=body.since_ns,
        resolves=body.resolves,
        ended=body.ended,
    )
    return PartnerIdentity(**header, partner=partner, claim=claim)
