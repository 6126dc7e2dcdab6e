"""The room of alerting: warnings in; notices to people out, step by step as a procedure says."""

from collections.abc import Sequence

import msgspec

from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    AirWarning,
    Alert,
    AlertChanged,
    AlertState,
    AllClearProposed,
    CancelAlert,
    CommandRefused,
    Delivery,
    DeliveryState,
    Message,
    NodeStarted,
    NoticeReported,
    Outcome,
    OverrideWatch,
    ReleaseStep,
    Stage,
    ThreatClassified,
    ThreatKind,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningRaised,
    WarningUpdated,
    WatchView,
)
from skypact.warning.alerting.commands import (
    why_not_cancelled,
    why_not_overridden,
    why_not_released,
)
from skypact.warning.alerting.drills import Drills, DrillsState
from skypact.warning.alerting.held import Held
from skypact.warning.alerting.ledger import follow
from skypact.warning.alerting.procedure import AlertingSettings, Procedure, ns_of
from skypact.warning.alerting.steps import ALL_CLEAR, CORRECTION, UNSENT, Steps
from skypact.warning.alerting.telling import Telling
from skypact.warning.alerting.watch import Override, Watches
from skypact.warning.settings import Place

S = 1_000_000_000


class _State(msgspec.Struct, kw_only=True):
    issued: int
    raised: int
    notices: int
    held: list[Held]
    over: list[Alert]
    answering: list[tuple[str, str]]
    cancelled: dict[str, list[str]]
    overrides: dict[str, Override]
    drills: DrillsState
    view_ns: int | None


class Alerting:
    """Room. For each procedure and threat class one alert at a time."""

    def __init__(
        self,
        issuer: Issuer,
        settings: AlertingSettings,
        procedures: Sequence[Procedure],
        places: Sequence[Place],
    ) -> None:
        self._issuer, self._settings = issuer, settings
        context = issuer.context
        self._procedures = {p.name: p for p in procedures if context in (p.contexts or (context,))}
        self._recipients = {r.name: r for r in settings.recipients}
        self._watches = Watches(settings.rosters)
        telling = Telling(issuer, settings, places)
        self._drills = Drills(issuer, settings)
        shelter_s = {place.name: place.shelter_s or 0.0 for place in places}
        about = (self._watches, self._procedures, self._recipients, shelter_s)
        self._steps = Steps(issuer, telling, *about)
        self._held: dict[str, Held] = {}
        self._over: list[Alert] = []
        self._shown: dict[str, Alert] = {}
        self._answering: dict[str, str] = {}
        self._cancelled: dict[str, list[str]] = {}
        self._raised = 0
        self._view_ns: int | None = None

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        """Take what became of a warning, a channel's report, or a person's command."""
        match message:
            case AcknowledgeWarning():
                self._answering[message.warning_id] = message.post
                return []
            case WarningAcknowledged():
                return self._acknowledged(message.warning, now_ns)
            case WarningRaised() | WarningUpdated() | WarningEscalated() | AllClearProposed():
                return self._warned(message.warning, now_ns)
            case WarningCleared():
                return self._warned(message.warning, now_ns)
            case Delivery():
                return self._ledger(message.warning, now_ns)
            case NoticeReported():
                return self._reported(message, now_ns)
            case ReleaseStep():
                return self._release(message, now_ns)
            case CancelAlert():
                return self._cancel(message, now_ns)
            case OverrideWatch():
                return self._override(message, now_ns)
            case ThreatClassified():
                return self._classified(message, now_ns)
            case NodeStarted():
                return self._restate(now_ns)
            case _:
                raise InvariantError(f"the room of alerting takes no {type(message).__name__}")

    def wake(self, now_ns: int) -> Sequence[Message]:
        """Begin steps and attempts that are due, give up what nobody answered."""
        out: list[Message] = []
        for held in [*self._held.values()]:
            due_ns = self._steps.next_ns(held)
            if due_ns is not None and due_ns <= now_ns:
                out += self._told(held, self._steps.work(held, now_ns), now_ns)
        tests = self._drills.wake(now_ns)
        due = self._view_ns is not None and self._view_ns <= now_ns
        return [*out, *tests, *(self._view(now_ns) if tests or due else [])]

    def next_wake_ns(self) -> int | None:
        """Return when the first alert, test or watch wants attention."""
        times = [self._steps.next_ns(held) for held in self._held.values()]
        times += [self._drills.next_ns(), self._view_ns]
        return min((t for t in times if t is not None), default=None)

    # Warnings.

    def _warned(self, warning: AirWarning, now_ns: int) -> list[Message]:
        out: list[Message] = []
        for procedure in self._procedures.values():
            held = self._of(procedure, warning)
            if held is None and self._begins(procedure, warning, now_ns):
                held = self._begin(procedure, warning, now_ns)
            if held is None:
                continue
            ended: list[Message] = []
            if warning.over:
                ended = self._end_warning(held, procedure, warning, now_ns)
            elif held.active:
                held.state = AlertState.ACTIVE
                held.pending.pop(ALL_CLEAR, None)
                held.follow(warning, procedure.places)
            out += self._told(held, [*ended, *self._steps.work(held, now_ns)], now_ns)
        if warning.over:
            self._cancelled.pop(warning.warning_id, None)
        return out

    def _of(self, procedure: Procedure, warning: AirWarning) -> Held | None:
        """Return the alert that a warning belongs to, or that it would join."""
        held = [h for h in self._held.values() if h.procedure == procedure.name]
        mine = [h for h in held if h.active or warning.over]
        known = next((h for h in mine if warning.warning_id in h.arrivals), None)
        if known is not None or warning.over or not self._is_about(procedure, warning):
            return known
        same = (h for h in mine if h.threat_class is warning.threat_class)
        return next(same, None)

    def _is_about(self, procedure: Procedure, warning: AirWarning) -> bool:
        named = any(
            place.nation == procedure.nation
            and (not procedure.places or place.name in procedure.places)
            for place in warning.places
        )
        return (
            warning.nation == procedure.nation and procedure.covers(warning.threat_class) and named
        )

    def _begins(self, procedure: Procedure, warning: AirWarning, now_ns: int) -> bool:
        """Say whether a warning begins an alert; one that was taken back stays so while its
        warnings are open."""
        valid = ns_of(procedure.valid_from) <= now_ns < ns_of(procedure.valid_until)
        known = procedure.name in self._cancelled.get(warning.warning_id, ())
        return valid and not known and not warning.over and self._is_about(procedure, warning)

    def _begin(self, procedure: Procedure, warning: AirWarning, now_ns: int) -> Held:
        self._raised += 1
        held = Held(
            alert_id=f"{self._issuer.nation}-a{self._raised}",
            procedure=procedure.name,
            nation=procedure.nation,
            threat_class=warning.threat_class,
            observed_ns=warning.ledger.detected_ns,
            raised_ns=now_ns,
            began_ns={Stage.PREPARE: now_ns},
        )
        held.follow(warning, procedure.places)
        self._held[held.alert_id] = held
        return held

    def _end_warning(
        self, held: Held, procedure: Procedure, warning: AirWarning, now_ns: int
    ) -> list[Message]:
        """Take out a warning that is over; with the last one the all-clear waits for people."""
        if held.arrivals.pop(warning.warning_id, None) is None:
            return []
        if warning.cleared_by and warning.origin == self._issuer.nation:
            held.ended_by = [*dict.fromkeys((*held.ended_by, warning.cleared_by))]
        if held.arrivals or held.state is not AlertState.ACTIVE:
            return []
        held.state = AlertState.OVER
        held.pending.clear()
        held.wait_for(ALL_CLEAR, Stage.ALL_CLEAR, 2 if procedure.all_clear == "two" else 1, now_ns)
        for person in held.ended_by:
            if held.release(ALL_CLEAR, person):
                return self._steps.finish(held, Stage.ALL_CLEAR, now_ns)
        return []

    def _acknowledged(self, warning: AirWarning, now_ns: int) -> list[Message]:
        """Somebody has confirmed the warning itself, at a console or at the partner."""
        post, out = self._answering.pop(warning.warning_id, ""), self._warned(warning, now_ns)
        for held in [h for h in self._held.values() if warning.warning_id in h.arrivals]:
            done: list[Message] = []
            for one in held.goings:
                recipient = self._recipients[one.recipient]
                here = recipient.post == post and post != ""
                there = recipient.nation == warning.nation != self._issuer.nation
                if one.open and one.asked and (here or there):
                    if one.channel in UNSENT:
                        one.state = DeliveryState.ACKNOWLEDGED
                        one.end(Outcome.ACKNOWLEDGED, now_ns, warning.acknowledged_by)
                    else:
                        why = f"{warning.acknowledged_by} has acknowledged the warning."
                        done += self._steps.stop(one, why, now_ns)
            out += self._told(held, done, now_ns)
        return out

    def _ledger(self, warning: AirWarning, now_ns: int) -> list[Message]:
        """Take how far a warning has come on the ways on which it goes itself."""
        out: list[Message] = []
        for held in [h for h in self._held.values() if warning.warning_id in h.arrivals]:
            if follow(held, warning, self._issuer, now_ns):
                out += self._told(held, [], now_ns)
        return out

    def _reported(self, report: NoticeReported, now_ns: int) -> list[Message]:
        for held in [*self._held.values()]:
            for one in held.goings:
                if any(report.notice_id in ids for ids in one.told.values()):
                    follows = self._steps.take(held, one, report, now_ns)
                    return [] if follows is None else self._told(held, follows, now_ns)
        return self._view(now_ns) if self._drills.take(report, now_ns) else []

    # People.

    def _release(self, command: ReleaseStep, now_ns: int) -> list[Message]:
        held = self._held.get(command.alert_id)
        why = why_not_released(command, held)
        if why or held is None:
            return [self._refusal(command.id, why, now_ns)]
        if held.release(command.step, command.person.strip()):
            if command.step == ALL_CLEAR:
                held.ended_by = [*dict.fromkeys((*held.ended_by, command.person.strip()))]
                return self._told(held, self._steps.finish(held, Stage.ALL_CLEAR, now_ns), now_ns)
            held.begun.append(command.step)
        return self._told(held, self._steps.work(held, now_ns), now_ns)

    def _cancel(self, command: CancelAlert, now_ns: int) -> list[Message]:
        held = self._held.get(command.alert_id)
        procedure = self._procedures[held.procedure] if held else None
        why = why_not_cancelled(command, held, procedure)
        if why or held is None or procedure is None:
            return [self._refusal(command.id, why, now_ns)]
        if CORRECTION not in held.pending:
            needed = 2 if procedure.cancel == "two" else 1
            held.wait_for(CORRECTION, Stage.CORRECTION, needed, now_ns)
        held.reason = command.reason
        person, out = command.person.strip(), list[Message]()
        held.ended_by = [*dict.fromkeys((*held.ended_by, person))]
        if held.release(CORRECTION, person):
            self._bar(held)
            out += self._steps.finish(held, Stage.CORRECTION, now_ns)
        return self._told(held, out, now_ns)

    def _classified(self, told: ThreatClassified, now_ns: int) -> list[Message]:
        """What is held to be a drill, or no drill after all, opens again what it has led to: a
        person decides whether the alert is taken back."""
        out: list[Message] = []
        for held in [*self._held.values()]:
            if not {*told.warning_ids} & {*held.arrivals} or not held.active:
                continue
            if told.held is ThreatKind.DRILL and CORRECTION not in held.pending:
                needed = 2 if self._procedures[held.procedure].cancel == "two" else 1
                held.wait_for(CORRECTION, Stage.CORRECTION, needed, now_ns)
                held.reason = f"{told.person} holds it to be a drill: {told.evidence}"
            elif told.held is not ThreatKind.DRILL:
                held.pending.pop(CORRECTION, None)
                held.reason = ""
            out += self._told(held, [], now_ns)
        if told.before is ThreatKind.DRILL:
            for warning_id in told.warning_ids:
                self._cancelled.pop(warning_id, None)
        return out

    def _override(self, command: OverrideWatch, now_ns: int) -> list[Message]:
        why = why_not_overridden(command, self._watches, self._recipients, now_ns)
        if why:
            return [self._refusal(command.id, why, now_ns)]
        self._watches.override(command)
        return self._view(now_ns)

    def _bar(self, held: Held) -> None:
        """Let the warnings of an alert that is taken back not raise it again."""
        for warning_id in held.arrivals:
            self._cancelled.setdefault(warning_id, []).append(held.procedure)

    def _refusal(self, command_id: str, reason: str, now_ns: int) -> Message:
        header = self._issuer.header(now_ns, now_ns)
        return CommandRefused(**header, command_id=command_id, reason=reason)

    # What the console is told.

    def _told(self, held: Held, out: list[Message], now_ns: int) -> list[Message]:
        """Return what leaves, with how the alert stands when that is new; one that is over is put
        away."""
        alert = held.shown()
        if not held.open:
            self._held.pop(held.alert_id, None)
            self._over = [*self._over, alert][-self._settings.kept_max :]
        if self._shown.get(held.alert_id) == alert:
            return out
        self._shown[held.alert_id] = alert
        if not held.open:
            del self._shown[held.alert_id]
        return [*out, self._changed(alert, now_ns)]

    def _changed(self, alert: Alert, now_ns: int) -> Message:
        header = self._issuer.header(alert.observed_ns or now_ns, now_ns)
        return AlertChanged(**header, alert=alert)

    def _view(self, now_ns: int) -> list[Message]:
        """Return who is on watch and what came of tests, for the console."""
        self._view_ns = self._watches.next_change_ns(now_ns)
        return [
            WatchView(
                **self._issuer.header(now_ns, now_ns),
                rosters=self._watches.states(now_ns),
                tested=self._drills.states(),
            )
        ]

    def _restate(self, now_ns: int) -> list[Message]:
        """After a start, tell how all alerts stand, and send again what was on its way."""
        self._drills.start(now_ns)
        out = [self._changed(alert, now_ns) for alert in self._over]
        for held in self._held.values():
            out += self._steps.restate(held, now_ns)
            out.append(self._changed(held.shown(), now_ns))
        return [*out, *self._view(now_ns)]

    def snapshot(self) -> bytes:
        """Return the whole state as msgpack."""
        return msgspec.msgpack.encode(
            _State(
                issued=self._issuer.issued,
                raised=self._raised,
                notices=self._steps.notices,
                held=[*self._held.values()],
                over=self._over,
                answering=[*self._answering.items()],
                cancelled=self._cancelled,
                overrides=self._watches.overrides,
                drills=self._drills.state(),
                view_ns=self._view_ns,
            )
        )

    def restore(self, state: bytes) -> None:
        """Take over what `snapshot` returned; alerts of procedures and recipients that are gone are
        put away as they are."""
        held = msgspec.msgpack.decode(state, type=_State)
        self._issuer.issued, self._raised = held.issued, held.raised
        self._steps.notices, self._view_ns = held.notices, held.view_ns
        known = [h for h in held.held if h.procedure in self._procedures]
        for one in known:
            one.keep(self._recipients)
        self._held = {one.alert_id: one for one in known}
        self._over = [*held.over, *(h.shown() for h in held.held if h not in known)]
        self._answering, self._cancelled = dict(held.answering), dict(held.cancelled)
        self._watches.overrides = dict(held.overrides)
        self._drills.restore(held.drills)
