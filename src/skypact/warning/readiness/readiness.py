"""The room of readiness: rules propose on events, a named person sets; and what people hold a
threat to be, which opens again what it has led to."""

from collections.abc import Iterable, Sequence

import msgspec

from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AirWarning,
    AlertChanged,
    ClassifyThreat,
    CommandRefused,
    Message,
    NodeStarted,
    Readiness,
    ReadinessChanged,
    ReadinessProposal,
    ReadinessStep,
    SetReadiness,
    Stage,
    ThreatClass,
    ThreatClassified,
    ThreatKind,
    WarningCleared,
    WarningRaised,
    WarningUpdated,
)
from skypact.warning.readiness.settings import ReadinessRule, ReadinessSettings

S = 1_000_000_000
HISTORY_MAX = 50
KINDS_MAX = 5_000


class _State(msgspec.Struct, kw_only=True):
    issued: int
    bases: dict[str, Readiness]
    open: dict[str, int]
    kinds: dict[str, ThreatKind]
    covered: list[str]


class ReadinessRoom:
    """Room. No state changes without a named person."""

    def __init__(self, issuer: Issuer, settings: Sequence[ReadinessSettings]) -> None:
        self._issuer = issuer
        self._settings = {one.name: one for one in settings}
        self._bases = {one.name: _first(one) for one in settings}
        self._open: dict[str, int] = {}
        self._kinds: dict[str, ThreatKind] = {}
        self._covered: dict[str, None] = {}

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        """Take what became of a warning or an alert, or a person's command."""
        match message:
            case WarningRaised() | WarningUpdated() | WarningCleared():
                return self._warned(message.warning, now_ns)
            case AlertChanged():
                return self._alerted(message, now_ns)
            case SetReadiness():
                return self._set(message, now_ns)
            case ClassifyThreat():
                return self._classify(message, now_ns)
            case NodeStarted():
                return [self._changed(name, now_ns) for name in self._bases]
            case _:
                raise InvariantError(f"the room of readiness takes no {type(message).__name__}")

    def wake(self, now_ns: int) -> Sequence[Message]:
        """Note which states nobody has said again in time."""
        out: list[Message] = []
        for name, base in self._bases.items():
            if base.until_ns and base.until_ns <= now_ns and not base.expired:
                self._bases[name] = msgspec.structs.replace(base, expired=True)
                usual = base.states[0]
                why = f"Nobody has said {base.state} again in time."
                out += self._propose(name, usual, why, (), now_ns) or [self._changed(name, now_ns)]
        return out

    def next_wake_ns(self) -> int | None:
        """Return when the first state runs out."""
        ends = [b.until_ns for b in self._bases.values() if b.until_ns and not b.expired]
        return min(ends, default=None)

    # Events.

    def _warned(self, warning: AirWarning, now_ns: int) -> list[Message]:
        name, out = warning.warning_id, list[Message]()
        if warning.over:
            if self._open.pop(name, None) is None:
                return []
            self._kinds.pop(name, None)
            for base in [*self._bases.values()]:
                if name in base.causes and not any(w in self._open for w in base.causes):
                    out += self._apply(base.name, "over", warning.threat_class, (), (), now_ns)
            return out
        if name in self._open or warning.nation != self._issuer.nation:
            return []
        self._open[name] = warning.track
        places = [p.name for p in warning.places if p.nation == self._issuer.nation]
        for base in self._bases:
            out += self._apply(base, "warning", warning.threat_class, places, (name,), now_ns)
        return out

    def _alerted(self, message: AlertChanged, now_ns: int) -> list[Message]:
        """A place that must take cover is an event once in each alert."""
        alert, out = message.alert, list[Message]()
        if alert.nation != self._issuer.nation:
            return []
        new = [
            p.name
            for p in alert.places
            if p.stage is Stage.TAKE_COVER and f"{alert.alert_id} {p.name}" not in self._covered
        ]
        for name in new:
            self._covered[f"{alert.alert_id} {name}"] = None
        while len(self._covered) > KINDS_MAX:
            del self._covered[next(iter(self._covered))]
        for base in self._bases if new else ():
            out += self._apply(base, "take_cover", alert.threat_class, new, alert.warnings, now_ns)
        return out

    def _apply(
        self,
        name: str,
        on: str,
        threat: ThreatClass,
        places: Sequence[str],
        causes: Sequence[str],
        now_ns: int,
    ) -> list[Message]:
        """Propose what the first rule says that is about an event."""
        base = self._bases[name]
        for rule in self._settings[name].rules:
            if rule.on == on and _is_about(rule, base, threat, places):
                return self._propose(name, rule.state, _words(on, threat, places), causes, now_ns)
        return []

    def _propose(
        self, name: str, state: str, reason: str, causes: Iterable[str], now_ns: int
    ) -> list[Message]:
        base = self._bases[name]
        if base.state == state and not base.expired:
            # The state is right already; its causes are more than before.
            more = tuple(dict.fromkeys((*base.causes, *causes)))
            self._bases[name] = msgspec.structs.replace(base, causes=more)
            return []
        held = base.proposal
        if held is not None and held.state == state:
            more = tuple(dict.fromkeys((*held.causes, *causes)))
            proposal = msgspec.structs.replace(held, causes=more)
            self._bases[name] = msgspec.structs.replace(base, proposal=proposal)
            return []
        proposal = ReadinessProposal(
            state=state, since_ns=now_ns, reason=reason, causes=tuple(causes)
        )
        self._bases[name] = msgspec.structs.replace(base, proposal=proposal)
        return [self._changed(name, now_ns)]

    # People.

    def _set(self, command: SetReadiness, now_ns: int) -> list[Message]:
        base = self._bases.get(command.name)
        if base is None:
            known = ", ".join(self._bases) or "none"
            return [
                self._refusal(command.id, f"There is no {command.name}; known: {known}.", now_ns)
            ]
        if command.state not in base.states:
            why = f"{command.name} has no state {command.state}; known: {', '.join(base.states)}."
            return [self._refusal(command.id, why, now_ns)]
        person = command.person.strip()
        if not person:
            return [self._refusal(command.id, "A state is set by a named person.", now_ns)]
        usual = command.state == base.states[0]
        proposed = base.proposal and base.proposal.state == command.state
        step = ReadinessStep(
            state=command.state, since_ns=now_ns, person=person, reason=command.reason
        )
        expires_ns = round(self._settings[base.name].expires_s * S)
        causes = base.proposal.causes if base.proposal and proposed else ()
        if base.state == command.state:
            causes = tuple(dict.fromkeys((*base.causes, *causes)))
        self._bases[base.name] = Readiness(
            name=base.name,
            states=base.states,
            state=command.state,
            since_ns=base.since_ns if base.state == command.state else now_ns,
            until_ns=0 if usual else now_ns + expires_ns,
            person=person,
            reason=command.reason,
            causes=() if usual else causes,
            history=(*base.history, step)[-HISTORY_MAX:],
        )
        return [self._changed(base.name, now_ns)]

    def _classify(self, command: ClassifyThreat, now_ns: int) -> list[Message]:
        """Say what a threat is held to be: all warnings of the same track are of it."""
        track = self._open.get(command.warning_id)
        if track is None:
            why = f"Warning {command.warning_id} is not one of this nation that is open."
            return [self._refusal(command.id, why, now_ns)]
        person = command.person.strip()
        if not person:
            why = "What a threat is held to be is said by a named person."
            return [self._refusal(command.id, why, now_ns)]
        same = [w for w, t in self._open.items() if w == command.warning_id or (t and t == track)]
        before = self._kinds.get(command.warning_id, ThreatKind.UNKNOWN)
        if before is command.held:
            return []
        self._kinds |= dict.fromkeys(same, command.held)
        told = ThreatClassified(
            **self._issuer.header(now_ns, now_ns),
            warning_ids=tuple(same),
            held=command.held,
            before=before,
            evidence=command.evidence,
            person=person,
        )
        return [told, *self._reopened(same, told, now_ns)]

    def _reopened(self, same: Sequence[str], told: ThreatClassified, now_ns: int) -> list[Message]:
        """Propose again where it has led to a state, or to a proposal."""
        out: list[Message] = []
        for name, base in [*self._bases.items()]:
            drove = {*same} & {*base.causes}
            proposed = base.proposal and {*same} & {*base.proposal.causes}
            if told.held is ThreatKind.DRILL and (drove or proposed):
                if proposed:
                    self._bases[name] = msgspec.structs.replace(base, proposal=None)
                why = f"{told.person} holds what led to it to be a drill: {told.evidence}"
                usual = base.states[0]
                out += self._propose(name, usual, why, same, now_ns) or [
                    self._changed(name, now_ns)
                ]
            elif told.before is ThreatKind.DRILL:
                out += self._apply(name, "warning", ThreatClass.UNKNOWN, ANYWHERE, same, now_ns)
        return out

    def _refusal(self, command_id: str, reason: str, now_ns: int) -> Message:
        header = self._issuer.header(now_ns, now_ns)
        return CommandRefused(**header, command_id=command_id, reason=reason)

    def _changed(self, name: str, now_ns: int) -> Message:
        header = self._issuer.header(now_ns, now_ns)
        return ReadinessChanged(**header, readiness=self._bases[name])

    def snapshot(self) -> bytes:
        """Return the whole state as msgpack."""
        return msgspec.msgpack.encode(
            _State(
                issued=self._issuer.issued,
                bases=self._bases,
                open=self._open,
                kinds=self._kinds,
                covered=[*self._covered],
            )
        )

    def restore(self, state: bytes) -> None:
        """Take over what `snapshot` returned, for the bases that there still are, as far as they
        still have such a state."""
        held = msgspec.msgpack.decode(state, type=_State)
        self._issuer.issued = held.issued
        for name, base in held.bases.items():
            one = self._settings.get(name)
            if one is not None and base.state in one.states:
                self._bases[name] = msgspec.structs.replace(base, states=one.states)
        self._open, self._kinds = dict(held.open), dict(held.kinds)
        self._covered = dict.fromkeys(held.covered)


ANYWHERE = ("*",)
"""Stands for all places where it is not known any more which they were."""


def _first(one: ReadinessSettings) -> Readiness:
    return Readiness(
        name=one.name,
        states=one.states,
        state=one.states[0],
        since_ns=0,
        until_ns=0,
        person="",
        reason="",
    )


def _is_about(
    rule: ReadinessRule, base: Readiness, threat: ThreatClass, places: Sequence[str]
) -> bool:
    known = threat is not ThreatClass.UNKNOWN and rule.classes
    if known and threat.name.lower() not in rule.classes:
        return False
    if rule.places and places != ANYWHERE and not {*rule.places} & {*places}:
        return False
    if rule.when and base.state not in rule.when:
        return False
    return base.state != rule.state or base.expired


def _words(on: str, threat: ThreatClass, places: Sequence[str]) -> str:
    if on == "over":
        return "The last warning that led to it is over."
    kind = threat.name.lower() if threat is not ThreatClass.UNKNOWN else "threat"
    where = f" for {', '.join(places[:3])}" if places and tuple(places) != ANYWHERE else ""
    what = "Take cover" if on == "take_cover" else "A warning"
    return f"{what}{where}: {kind}."
