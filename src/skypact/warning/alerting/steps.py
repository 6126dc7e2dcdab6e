"""How an alert is carried on, step by step: who is told next, by which way, and who instead."""

from collections.abc import Iterator, Mapping, Sequence

from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    AlertState,
    Channel,
    DeliveryState,
    Message,
    NoticeReported,
    NoticeStopped,
    Outcome,
    Stage,
)
from skypact.warning.alerting.going import USELESS, Going, going
from skypact.warning.alerting.held import Held, persons
from skypact.warning.alerting.procedure import Procedure, Recipient, Step
from skypact.warning.alerting.telling import Telling
from skypact.warning.alerting.watch import Watches

S = 1_000_000_000
ALL_CLEAR, CORRECTION = "all-clear", "correction"
UNSENT = frozenset({Channel.CONSOLE, Channel.DIGITAL})
"""Ways on which the warning itself goes: how far it has come, its own ledger says."""
END_ATTEMPTS, END_EVERY_NS = 5, 15 * S


class Steps:
    """Carries alerts on. notices: how many there have been."""

    def __init__(
        self,
        issuer: Issuer,
        telling: Telling,
        watches: Watches,
        procedures: Mapping[str, Procedure],
        recipients: Mapping[str, Recipient],
        shelter_s: Mapping[str, float],
    ) -> None:
        self._issuer, self._telling, self._watches = issuer, telling, watches
        self._procedures, self._recipients = procedures, recipients
        self._shelter_s = shelter_s
        self.notices = 0

    def next_ns(self, held: Held) -> int | None:
        """Return when an alert wants attention next."""
        return held.next_ns(self._procedures[held.procedure], self._shelter_s)

    def work(self, held: Held, now_ns: int) -> list[Message]:
        """Do all that is due: stages, steps, attempts."""
        procedure, out = self._procedures[held.procedure], list[Message]()
        if held.state is AlertState.ACTIVE:
            for name, due_ns in held.cover_due_ns(procedure, self._shelter_s).items():
                if due_ns <= now_ns:
                    held.stages[name] = Stage.TAKE_COVER
                    held.began_ns.setdefault(Stage.TAKE_COVER, now_ns)
            for step in held.due_steps(procedure, now_ns):
                self._due(held, step, now_ns)
            for step in procedure.steps:
                if step.id in held.begun:
                    out += self._extend(held, step, now_ns)
        for one in [*held.goings]:
            if one.open and one.due_ns <= now_ns:
                if one.resting:
                    out += self._attempt(held, one, now_ns)
                else:
                    said = "nobody answered" if one.asked else "no word from the channel"
                    out += self._failed(held, one, DeliveryState.EXPIRED, f"{said} in time", now_ns)
        return out

    def restate(self, held: Held, now_ns: int) -> list[Message]:
        """Return what was on its way when the node ended: it has to be sent again."""
        out: list[Message] = []
        for one in held.goings:
            if one.open and one.attempt and not one.resting and one.channel not in UNSENT:
                one.attempt -= 1
                one.begin(one.notice_id, one.said, now_ns)
                out.append(self._notice(held, one, now_ns))
        return out

    def _due(self, held: Held, step: Step, now_ns: int) -> None:
        if step.unless_answered and held.answered(step.began_by):
            held.skipped.append(step.id)
            return
        needed = persons(step, [r.public for r in self._targets(step, now_ns)])
        if needed:
            held.wait_for(step.id, step.began_by, needed, now_ns)
        else:
            held.begun.append(step.id)

    def _targets(self, step: Step, now_ns: int) -> Iterator[Recipient]:
        """Yield whom a step tells by now; of a roster, who is on watch."""
        for name in step.tell:
            who = self._who(name, now_ns)
            if who is not None:
                yield who

    def _who(self, name: str, now_ns: int) -> Recipient | None:
        on_watch = self._watches.on_watch(name, now_ns) if name in self._watches else name
        return self._recipients.get(on_watch)

    def _extend(self, held: Held, step: Step, now_ns: int) -> list[Message]:
        """Tell those whom a step concerns and who do not know yet, or who lack new places."""
        known, out = {(g.step, g.recipient): g for g in held.goings}, list[Message]()
        for recipient in self._targets(step, now_ns):
            one = known.get((step.id, recipient.name))
            _, places = self._to_say(held, step, recipient, one)
            if not places:
                continue
            if one is None:
                out += self._add(held, step, recipient, step.then, now_ns)
            elif not one.open and one.outcome is not Outcome.STOPPED and {*places} - {*one.places}:
                again_ns = one.ended_ns + round(step.update_every_s * S)
                one.again(max(again_ns, now_ns))
        return out

    def _add(
        self, held: Held, step: Step, recipient: Recipient, then: Sequence[str], now_ns: int
    ) -> list[Message]:
        """Begin to tell one recipient; what it was being told at an earlier stage stops."""
        ways = [Channel(name) for name in step.channels] or recipient.channels()
        one = going(step, recipient.name, [w for w in ways if recipient.address(w)], then)
        one.due_ns, one.resting = now_ns, True
        out: list[Message] = []
        for other in held.of(one.recipient):
            if other.open and other.stage is not one.stage:
                out += self.stop(other, "There is something newer to say.", now_ns)
        held.add(one)
        if not one.channels:
            one.channels = [Channel.CONSOLE]
            one.evidence = "it has none of the step's channels"
            one.end(Outcome.FAILED, now_ns)
        return out

    def _attempt(self, held: Held, one: Going, now_ns: int) -> list[Message]:
        recipient, step = self._recipients[one.recipient], self._step(held, one)
        places = [*held.stages]
        if step is not None:
            one.stage, places = self._to_say(held, step, recipient, one)
        # A try again of the same text keeps its id; what has changed is another notice.
        known = one.attempt > 0 and places == one.said
        if not known:
            self.notices += 1
        notice_id = one.notice_id if known else f"{self._issuer.nation}-n{self.notices}"
        one.begin(notice_id, places, now_ns)
        return [] if one.channel in UNSENT else [self._notice(held, one, now_ns)]

    def _to_say(
        self, held: Held, step: Step, recipient: Recipient, one: Going | None
    ) -> tuple[Stage, list[str]]:
        others = self._procedures[held.procedure].steps
        covered = any(
            other.began_by is Stage.TAKE_COVER and recipient.name in {*other.tell, *other.then}
            for other in others
        )
        told = () if one is None else one.before if one.open else one.places
        return held.to_say(step.began_by, recipient.places, told, covered)

    def _notice(self, held: Held, one: Going, now_ns: int) -> Message:
        return self._telling.notice(held, one, self._recipients[one.recipient], now_ns)

    def _step(self, held: Held, one: Going) -> Step | None:
        return self._procedures[held.procedure].step(one.step)

    def _failed(
        self,
        held: Held,
        one: Going,
        state: DeliveryState,
        why: str,
        now_ns: int,
        useless: bool = False,
    ) -> list[Message]:
        """End an attempt without success: another one, the next in line, or nobody is left."""
        out: list[Message] = []
        if state is DeliveryState.EXPIRED and one.channel not in UNSENT:
            out.append(self._stopped(one, why, now_ns))
        if one.fail(state, why, useless, now_ns):
            return out
        step, then = self._step(held, one), [*one.then]
        told = {g.recipient for g in held.goings if g.step == one.step}
        while then and step is not None:
            who = self._who(then.pop(0), now_ns)
            if who is not None and who.name not in told:
                one.end(Outcome.ESCALATED, now_ns)
                out += self._add(held, step, who, then, now_ns)
                new = held.goings[-1]
                return out + (self._attempt(held, new, now_ns) if new.open else [])
        one.end(Outcome.FAILED, now_ns)
        return out

    def stop(self, one: Going, why: str, now_ns: int) -> list[Message]:
        """End what is still going out; nobody needs it any more."""
        sent = one.attempt and not one.resting and one.channel not in UNSENT
        one.end(Outcome.STOPPED, now_ns)
        return [self._stopped(one, why, now_ns)] if sent else []

    def _stopped(self, one: Going, why: str, now_ns: int) -> Message:
        header = self._issuer.header(now_ns, now_ns)
        return NoticeStopped(**header, notice_id=one.notice_id, reason=why)

    def take(
        self, held: Held, one: Going, report: NoticeReported, now_ns: int
    ) -> list[Message] | None:
        """Return what follows from a channel's report, None when it says nothing new."""
        if one.take(report, now_ns):
            answered = one.outcome is Outcome.ACKNOWLEDGED
            return self._answered(held, one, now_ns) if answered else []
        if not one.open or one.resting or report.attempt != one.attempt:
            return None
        why = report.evidence or report.state.value
        if report.state is DeliveryState.REJECTED:
            one.attempt, one.at = one.attempts, len(one.channels)
            return self._failed(held, one, report.state, why, now_ns)
        if report.state in (DeliveryState.FAILED, DeliveryState.EXPIRED):
            useless = report.failure in USELESS
            return self._failed(held, one, DeliveryState.FAILED, why, now_ns, useless)
        return None

    def _answered(self, held: Held, one: Going, now_ns: int) -> list[Message]:
        """Stop what still goes out to the same post; the answer counts for the warnings."""
        recipient, out = self._recipients[one.recipient], list[Message]()
        who = one.person or recipient.person or recipient.name
        if not recipient.post:
            return out
        for other in held.goings:
            post = self._recipients[other.recipient].post
            if other.open and other.stage is one.stage and post == recipient.post:
                out += self.stop(other, f"{who} has answered.", now_ns)
        if held.nation == self._issuer.nation:
            for warning_id in [w for w in held.arrivals if w not in held.acknowledged]:
                header = self._issuer.header(now_ns, now_ns)
                out.append(
                    AcknowledgeWarning(
                        **header, warning_id=warning_id, person=who, post=recipient.post
                    )
                )
        return out

    def finish(self, held: Held, stage: Stage, now_ns: int) -> list[Message]:
        """Tell exactly those who were told, by the ways on which they were, that it is over."""
        wrong = stage is Stage.CORRECTION
        held.state = AlertState.CANCELLED if wrong else AlertState.CLEARED
        held.pending.clear()
        why = "The alert was wrong." if wrong else "The alert is over."
        out = [m for one in held.goings if one.open for m in self.stop(one, why, now_ns)]
        told = dict.fromkeys((g.recipient, way) for g in held.goings for way in g.told)
        for name, channel in told:
            if channel in UNSENT:
                continue
            end = Going(
                step=CORRECTION if wrong else ALL_CLEAR,
                stage=stage,
                recipient=name,
                channels=[channel],
                asked=False,
                attempts=END_ATTEMPTS,
                answer_ns=0,
                every_ns=END_EVERY_NS,
            )
            held.add(end)
            out += self._attempt(held, end, now_ns)
        return out
