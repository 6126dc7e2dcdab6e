"""Warnings on their way out: ours to the nations they warn, and what we did with theirs.

A partner never sees our internal ids: it gets a reference under a key that only we and our
configuration for that partner know.
"""

from hashlib import blake2b

import msgspec

from skypact.core.messages import (
    AirWarning,
    AllClearProposed,
    Ledger,
    Release,
    Stream,
    ThreatClass,
    WarningAcknowledged,
    WarningEvent,
    WarningState,
)
from skypact.sharing.release import Releaser
from skypact.sharing.treaty.agreements import What
from skypact.sharing.treaty.policy import Policy, Rule, Term, warning_rule
from skypact.sharing.wire import AcknowledgementBody, WarningBody
from skypact.sharing.withheld import Withheld

REFERENCE_BYTES = 16
ACKNOWLEDGED = "acknowledged"


class Told(msgspec.Struct, kw_only=True):
    """One of our warnings as a partner knows it. version: the newest that it was told."""

    warning_id: str
    nation: str
    threat_class: ThreatClass
    released_ns: int
    cleared_ns: int = 0
    version: int = 0


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """One of our warnings as it is now. ended_ns: when it was over, 0 while it is not."""

    warning: AirWarning
    ended_ns: int = 0


class Answered(msgspec.Struct, kw_only=True):
    """What we last told the origin about its warning."""

    stages_ns: tuple[int, int, int]
    cleared_ns: int = 0


class WarningsOutState(msgspec.Struct, frozen=True, kw_only=True):
    """By partner and reference; by warning id. through: who passed a warning on to us."""

    told: dict[str, dict[str, Told]]
    answered: dict[str, Answered]
    current: dict[str, Current] = {}
    through: dict[str, str] = {}


class WarningsOut:
    """The WARNING stream to every partner."""

    def __init__(
        self, nation: str, policies: dict[str, Policy], keys: dict[str, bytes], memory_ns: int
    ) -> None:
        self._nation, self._policies, self._keys = nation, policies, keys
        self._memory_ns = memory_ns
        self._told: dict[str, dict[str, Told]] = {partner: {} for partner in policies}
        self._answered: dict[str, Answered] = {}
        self._current: dict[str, Current] = {}
        self._settled: dict[str, Term | None] = {}
        self._through: dict[str, str] = {}

    def note(self, partner: str, reference: str, told: Told) -> None:
        """Remember a warning of another nation that a partner knows by a reference of ours."""
        self._told[partner][reference] = told

    def passed_on(self, warning_id: str, partner: str) -> None:
        """Remember who has passed a warning on to us: it gets the answer."""
        self._through[warning_id] = partner

    def reference(self, partner: str, warning_id: str) -> str:
        """Return what a partner knows a warning of ours by."""
        key = self._keys[partner]
        digest = blake2b(warning_id.encode(), digest_size=REFERENCE_BYTES, key=key)
        return digest.hexdigest()

    def find(self, partner: str, reference: str) -> Told | None:
        """Return the warning a partner's reference stands for."""
        return self._told.get(partner, {}).get(reference)

    def take(
        self, event: WarningEvent, releaser: Releaser, withheld: Withheld, now_ns: int
    ) -> list[Release]:
        """Return what an event lets out: our warning to partners, or our answer to its origin."""
        if event.warning.origin != self._nation:
            return self._answer(event.warning, releaser, withheld, now_ns)
        warning = event.warning
        ended_ns = now_ns if warning.over else 0
        self._current[warning.warning_id] = Current(warning=warning, ended_ns=ended_ns)
        out: list[Release] = []
        for partner in self._policies:
            acknowledged = isinstance(event, WarningAcknowledged) and partner == warning.nation
            if acknowledged or isinstance(event, AllClearProposed):
                # It is the one that acknowledged; a proposal is nobody else's business.
                self._skip(partner, warning)
            else:
                out += self._warn(partner, warning, releaser, withheld, now_ns)
        return out

    def _skip(self, partner: str, warning: AirWarning) -> None:
        """Note that a partner that knows the warning lacks nothing by this version."""
        told = self._told[partner].get(self.reference(partner, warning.warning_id))
        if told and told.version == warning.version - 1:
            told.version = warning.version

    def _warn(
        self,
        partner: str,
        warning: AirWarning,
        releaser: Releaser,
        withheld: Withheld,
        now_ns: int,
    ) -> list[Release]:
        reference = self.reference(partner, warning.warning_id)
        told = self._told[partner].get(reference)
        threat = warning.threat_class
        term = self._policies[partner].term(now_ns)
        rule = term and _rule(term, partner, warning, told)
        if told and rule and threat not in rule.clause.covers():
            threat = told.threat_class
        if rule is None:
            if warning.nation == partner:
                why = _why(term, threat) if term else self._policies[partner].why_not()
                withheld.count(partner, What.WARNING, why, 1)
            return []
        if told is None:
            told = Told(
                warning_id=warning.warning_id,
                nation=warning.nation,
                threat_class=threat,
                released_ns=now_ns,
            )
            self._told[partner][reference] = told
        told.threat_class, told.version = threat, warning.version
        told.cleared_ns = now_ns if warning.over else 0
        body = _warning_body(warning, reference, told, rule)
        label = self._policies[partner].labels.of(What.WARNING, threat, now_ns)
        args = (partner, Stream.WARNING, (rule.name,), body, warning.assessed_ns, now_ns)
        return [releaser.make(*args, label)]

    def settle(
        self, partner: str, releaser: Releaser, withheld: Withheld, now_ns: int
    ) -> list[Release]:
        """Return what a partner lacks when another agreement, or none, is in force than before:
        what was raised or what became of it meanwhile, and as far back as a clause tells, what was
        over before."""
        term = self._policies[partner].term(now_ns)
        if partner in self._settled and self._settled[partner] is term:
            return []
        self._settled[partner] = term
        out: list[Release] = []
        for current in self._current.values() if term else ():
            warning = current.warning
            told = self._told[partner].get(self.reference(partner, warning.warning_id))
            rule = term and _rule(term, partner, warning, told)
            if rule is None or (told and told.version >= warning.version):
                continue
            past = told is None and current.ended_ns
            if not past or now_ns - current.ended_ns <= rule.history_ns:
                out += self._warn(partner, warning, releaser, withheld, now_ns)
        return out

    def _answer(
        self, warning: AirWarning, releaser: Releaser, withheld: Withheld, now_ns: int
    ) -> list[Release]:
        origin = self._through.get(warning.warning_id, warning.origin)
        ledger = warning.ledger
        if warning.nation != self._nation or origin not in self._policies:
            return []
        answered = self._answered.setdefault(warning.warning_id, Answered(stages_ns=(0, 0, 0)))
        if warning.over:
            answered.cleared_ns = now_ns
        stages_ns = (ledger.received_ns, ledger.shown_ns, ledger.acknowledged_ns)
        if stages_ns == answered.stages_ns:
            return []
        term = self._policies[origin].term(now_ns)
        rules = term.table[What.ACKNOWLEDGEMENT, int(warning.threat_class)] if term else ()
        if not rules:
            why = "no clause covers its class" if term else self._policies[origin].why_not()
            withheld.count(origin, What.ACKNOWLEDGEMENT, why, 1)
            return []
        answered.stages_ns = stages_ns
        received_ns, shown_ns, acknowledged_ns = stages_ns
        body = AcknowledgementBody(
            reference=warning.warning_id.rpartition("/")[2],
            event=ACKNOWLEDGED if acknowledged_ns else "shown" if shown_ns else "received",
            person=warning.acknowledged_by if rules[0].clause.show_person else "",
            received_ns=received_ns,
            shown_ns=shown_ns,
            acknowledged_ns=acknowledged_ns,
        )
        labels, threat = self._policies[origin].labels, warning.threat_class
        label = labels.of(What.ACKNOWLEDGEMENT, threat, now_ns)
        args = (origin, Stream.WARNING, (rules[0].name,), body, max(stages_ns), now_ns)
        return [releaser.make(*args, label)]

    def forget_old(self, now_ns: int) -> None:
        """Drop what is long over."""

        def kept(entry: Told | Answered) -> bool:
            return not entry.cleared_ns or now_ns - entry.cleared_ns < self._memory_ns

        for partner, told in self._told.items():
            self._told[partner] = {r: t for r, t in told.items() if kept(t)}
        gone = {w for w, a in self._answered.items() if not kept(a)}
        self._answered = {w: a for w, a in self._answered.items() if w not in gone}
        self._through = {w: p for w, p in self._through.items() if w not in gone}
        self._current = {
            w: c
            for w, c in self._current.items()
            if not c.ended_ns or now_ns - c.ended_ns < self._memory_ns
        }

    def state(self) -> WarningsOutState:
        """Return the content for a snapshot."""
        return WarningsOutState(
            told=self._told,
            answered=self._answered,
            current=self._current,
            through=self._through,
        )

    def restore(self, state: WarningsOutState) -> None:
        """Take over a state; partners without a configuration any more are forgotten."""
        self._told = {partner: state.told.get(partner, {}) for partner in self._policies}
        self._answered, self._through = dict(state.answered), dict(state.through)
        self._current = dict(state.current)


def _warning_body(warning: AirWarning, reference: str, told: Told, rule: Rule) -> WarningBody:
    """Return what a partner may know of a warning, field by field."""
    ledger = warning.ledger
    return WarningBody(
        reference=reference,
        nation=warning.nation,
        track=warning.track,
        threat_class=told.threat_class,
        class_probability=round(warning.class_probability, 2),
        state=_public(warning),
        version=warning.version,
        places=tuple(p for p in warning.places if p.nation == warning.nation),
        assessed_ns=warning.assessed_ns,
        acknowledge_by_ns=warning.acknowledge_by_ns,
        detected_ns=ledger.detected_ns,
        tracked_ns=ledger.tracked_ns,
        raised_ns=ledger.raised_ns,
        released_ns=told.released_ns,
        impact=warning.impact if rule.clause.show_impact else None,
    )


def _rule(term: Term, partner: str, warning: AirWarning, told: Told | None) -> Rule | None:
    """Return the rule under which a partner is told. An end is told under the class the partner
    knows: else it would stay warned for ever."""
    rule = warning_rule(term, partner, warning.nation, warning.threat_class)
    if rule is None and told and warning.over:
        return warning_rule(term, partner, warning.nation, told.threat_class)
    return rule


def _why(term: Term, threat: ThreatClass) -> str:
    """Say why a partner is not told of a warning of its own nation."""
    covered = term.table[What.WARNING, int(threat)]
    return "no clause for this nation" if covered else "no clause covers its class"


def _public(warning: AirWarning) -> WarningState:
    """Return the state; that an all-clear is only proposed is nobody else's business."""
    if warning.state is not WarningState.CLEAR_PROPOSED:
        return warning.state
    answered = warning.acknowledged_by or warning.ledger.acknowledged_ns
    return WarningState.ACKNOWLEDGED if answered else WarningState.RAISED


def told_by(
    partner: str, body: WarningBody, clauses: tuple[str, ...], label: str, now_ns: int
) -> AirWarning:
    """Return the warning that a partner tells us of. label: how it has marked it, in words."""
    marked = f", marked {label}" if label else ""
    return AirWarning(
        warning_id=f"{partner}/{body.reference}",
        origin=partner,
        nation=body.nation,
        track=body.track,
        threat_class=body.threat_class,
        class_probability=body.class_probability,
        state=body.state,
        version=body.version,
        places=body.places,
        assessed_ns=body.assessed_ns,
        impact=body.impact,
        reason=f"warned by {partner} under {', '.join(clauses)}{marked}",
        acknowledge_by_ns=body.acknowledge_by_ns,
        ledger=Ledger(
            detected_ns=body.detected_ns,
            tracked_ns=body.tracked_ns,
            raised_ns=body.raised_ns,
            released_ns=body.released_ns,
            received_ns=now_ns,
        ),
    )
