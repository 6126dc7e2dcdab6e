"""The warning room: picture in; warnings, what people said of them, and deliveries out."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from skypact.core.columns import array, pack
from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    AllClearProposed,
    CommandRefused,
    FeedView,
    LaunchDetections,
    Message,
    NodeStarted,
    OwnTracks,
    PartnerAcknowledgement,
    PartnerWarning,
    ReleaseAllClear,
    ReportShown,
    SystemTracks,
    SystemTracksDeleted,
    ThreatBatch,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningEvent,
    WarningRaised,
    WarningState,
    WarningUpdated,
)
from skypact.core.site import SensorSite
from skypact.warning.audience import (
    EVENT_NAMES,
    LEDGER,
    REFUSED,
    REMINDER,
    RESTATED,
    SUPERSEDED,
    Audience,
)
from skypact.warning.case import Case, opened, resume
from skypact.warning.commands import why_not_acknowledged, why_not_cleared
from skypact.warning.docket import Docket, Key
from skypact.warning.kept import Kept
from skypact.warning.lifecycle import Trigger
from skypact.warning.observed import Observed
from skypact.warning.partners import follow, received
from skypact.warning.settings import Place, WarningSettings
from skypact.warning.threat.assess import Assessor
from skypact.warning.threat.evaluate import Assessment
from skypact.warning.threat.launch.launches import Launches


class Warnings:
    """Room. One warning for each (track, nation) that we raise; partners' warnings for us beside
    them. What people must answer carries a deadline; silence escalates, an answer never does."""

    def __init__(
        self,
        issuer: Issuer,
        settings: WarningSettings,
        places: tuple[Place, ...],
        sensors: tuple[SensorSite, ...] = (),
    ) -> None:
        self._issuer, self._settings = issuer, settings
        self._nation = issuer.nation
        self._audience = Audience(issuer, settings)
        self._assessor = Assessor(settings, places)
        self._launches = Launches(settings)
        self._observed = Observed(issuer, sensors, self._assessor.places)
        self._docket = Docket(settings.closed_max)
        self._raised = 0
        self._refused: dict[Key, None] = {}
        self._doors: dict[type[Message], Callable[[Any, int], list[Message]]] = {
            SystemTracks: self._observe,
            OwnTracks: self._note_own,
            SystemTracksDeleted: self._lose,
            LaunchDetections: self._take_launches,
            FeedView: self._observed.take,
            PartnerWarning: self._receive,
            PartnerAcknowledgement: self._take_answer,
            AcknowledgeWarning: self._acknowledge,
            ReleaseAllClear: self._clear,
            ReportShown: self._note_shown,
            NodeStarted: self._restate,
        }

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        """Take one message. Raises InvariantError for a kind that is not meant for this room."""
        door = self._doors.get(type(message))
        if door is None:
            raise InvariantError(f"the warning room takes no {type(message).__name__}")
        return door(message, now_ns)

    def wake(self, now_ns: int) -> Sequence[Message]:
        """Tell news that waited, escalate what nobody answered, propose due all-clears."""
        out: list[Message] = []
        for case in self._docket.due(now_ns):
            out += self._tell_news(case, now_ns)
            if case.silence_due_ns and case.silence_due_ns <= now_ns:
                out += self._escalate(case, now_ns)
            if case.quiet_due_ns and case.quiet_due_ns <= now_ns:
                out += self._propose_all_clear(case, case.why_quiet(), now_ns)
        return out

    def next_wake_ns(self) -> int | None:
        """Return when the first open warning wants attention."""
        return self._docket.next_due_ns()

    def snapshot(self) -> bytes:
        """Return the whole state as msgpack."""
        return msgspec.msgpack.encode(
            Kept(
                issued=self._issuer.issued,
                raised=self._raised,
                docket=self._docket.save(),
                tracks=self._assessor.memory.save(),
                found=list(self._assessor.found.values()),
                refused=list(self._refused),
                launches=self._launches.save(),
                observed=self._observed.save(),
            )
        )

    def restore(self, state: bytes) -> None:
        """Take over what `snapshot` returned."""
        held = msgspec.msgpack.decode(state, type=Kept)
        self._issuer.issued, self._raised = held.issued, held.raised
        self._docket.load(held.docket)
        self._assessor.memory.load(held.tracks)
        self._assessor.found = {found.track: found for found in held.found}
        self._refused = dict.fromkeys(held.refused)
        self._launches.load(held.launches)
        self._observed.load(held.observed)

    # The picture.

    def _observe(self, batch: SystemTracks, now_ns: int) -> list[Message]:
        seen = self._assessor.observe(batch, self._docket.tracks(), now_ns)
        out: list[Message] = []
        if len(seen.news):
            columns = pack(
                ThreatBatch,
                number=seen.news,
                threat_class=seen.news_class,
                probability=seen.news_probability,
            )
            header = self._issuer.header(batch.observed_ns, now_ns)
            out.append(ThreatBatch(**header, count=len(seen.news), **columns))
        for launch, track in self._launches.join(seen.falling):
            out += self._carry_over(-launch, track, now_ns)
        return out + self._judge(seen.assessments, now_ns)

    def _take_launches(self, message: LaunchDetections, now_ns: int) -> list[Message]:
        """What a launch may reach is told at once, before there is any track of it."""
        for number in self._launches.forget_old(now_ns):
            self._docket.forget(-number)
        return self._judge(self._launches.take(message, self._assessor.places, now_ns), now_ns)

    def _judge(self, found: Sequence[Assessment], now_ns: int) -> list[Message]:
        out: list[Message] = []
        for one in found:
            out += self._listen(one, now_ns)
        return out + self._consider(found, now_ns)

    def _note_own(self, batch: OwnTracks, now_ns: int) -> list[Message]:
        """A track that our own sensors have come to hold may now be warned of abroad."""
        new = self._assessor.memory.note_own(array(batch, "number"), now_ns)
        held = self._assessor.found
        return self._consider([held[n] for n in new.tolist() if n in held], now_ns)

    def _listen(self, found: Assessment, now_ns: int) -> list[Message]:
        out: list[Message] = []
        for case in self._docket.of_track(found.track):
            warning = case.warning
            if self._docket.raised((found.track, warning.nation)) is case:
                case.listen(found.of_nation(warning.nation), now_ns, self._settings)
                out += self._tell_news(case, now_ns)
        return out

    def _consider(self, found: Sequence[Assessment], now_ns: int) -> list[Message]:
        """Raise what is to be raised, the most urgent first."""
        new: list[tuple[int, int, str, Assessment]] = []
        for one in found:
            if one.doubtful:
                continue
            nations = dict.fromkeys((*one.nations(), *self._docket.settled_nations(one.track)))
            for nation in nations:
                part, key = one.of_nation(nation), (one.track, nation)
                names = tuple(place.name for place in part.places)
                barred = self._docket.bars(key, names, now_ns, self._settings.clear_after_s)
                if names and not barred and self._may_raise(part, key, now_ns):
                    new.append((part.arrival_ns(part.places[0]), one.track, nation, part))
        out: list[Message] = []
        for _, track, nation, part in sorted(new, key=lambda n: n[:3]):
            out += self._raise(part, (track, nation), now_ns)
        return out

    def _may_raise(self, found: Assessment, key: Key, now_ns: int) -> bool:
        if self._docket.raised(key) is not None:
            return False
        if found.launch is not None:
            return True
        if found.class_probability < self._settings.class_probability_min:
            return False
        if self._assessor.memory.held_by_us(key[0], now_ns):
            return True
        # What only partners' sensors hold, the partners warn each other of; ourselves we warn of
        # it only while no partner does.
        return key[1] == self._nation and not any(
            case.warning.nation == self._nation and case.warning.origin != self._nation
            for case in self._docket.of_track(key[0])
        )

    def _raise(self, found: Assessment, key: Key, now_ns: int) -> list[Message]:
        full = self._docket.open_count >= self._settings.open_max
        if full and key in self._refused:
            return []
        self._raised += 1
        name, who = f"{self._nation}-w{self._raised}", (self._nation, key[1])
        within_s, after_s = self._within_s(key[1]), self._settings.clear_after_s
        case = opened(found, name, who, now_ns, within_s, after_s)
        if full:
            self._refused[key] = None
            return self._refuse_case(case, now_ns)
        self._docket.add(case, key)
        return self._tell(WarningRaised, case, now_ns)

    def _lose(self, lost: SystemTracksDeleted, now_ns: int) -> list[Message]:
        out: list[Message] = []
        for number, successor, why in zip(lost.numbers, lost.successors, lost.reasons, strict=True):
            if successor:
                out += self._carry_over(number, successor, now_ns)
            else:
                cases = self._docket.of_track(number)
                ours = [c for c in cases if c.warning.origin == self._nation and not c.ended]
                for case in ours:
                    if case.latest is not None:
                        case.update_due_ns = now_ns
                        out += self._tell_news(case, now_ns)
                    case.end(f"Track {number} was lost ({why}).", now_ns, self._settings)
                    last = f"{case.ended} The last prediction stands."
                    case.apply(Trigger.UPDATE, reason=last)
                    out += self._tell(WarningUpdated, case, now_ns)
                self._docket.forget(number)
            self._assessor.lose(number, successor)
        return out

    def _carry_over(self, number: int, successor: int, now_ns: int) -> list[Message]:
        """The warnings about a track, or a launch, are those about another track from now on."""
        out: list[Message] = []
        cases = self._docket.of_track(number)
        doubles = self._docket.rename(number, successor)
        for case in cases:
            case.renumber(successor)
            out += self._tell(WarningUpdated, case, now_ns)
        for case in doubles:
            case.apply(Trigger.SUPERSEDE, reason=f"Another warning stands for track {successor}.")
            self._close(case)
            out += self._tell(WarningUpdated, case, now_ns, SUPERSEDED)
        return out

    # Partners.

    def _receive(self, message: PartnerWarning, now_ns: int) -> list[Message]:
        told, case = message.warning, self._docket.get(message.warning.warning_id)
        if told.origin != message.partner or (case and case.warning.origin != message.partner):
            why = f"Warning {told.warning_id} by {told.origin} came from {message.partner}."
            return [self._refusal(message.id, why, now_ns)]
        if case is not None:
            if told.track and case.open and not case.warning.track:
                self._docket.adopt(case, told.track)
            kind = follow(case, told, self._nation)
            if not case.open:
                self._close(case)
            superseded = case.warning.state is WarningState.SUPERSEDED
            event = SUPERSEDED if superseded else ""
            return self._tell(kind, case, now_ns, event) if kind else []
        case = received(told, self._nation, now_ns, self._settings.acknowledge_within_s)
        if case.open and self._docket.open_count >= self._settings.open_max:
            return self._refuse_case(case, now_ns)
        self._docket.add(case)
        return self._tell(WarningRaised, case, now_ns) if case.open else []

    def _take_answer(self, message: PartnerAcknowledgement, now_ns: int) -> list[Message]:
        case = self._docket.get(message.warning_id)
        if case is None or case.warning.nation != message.partner:
            why = f"{message.partner} answered warning {message.warning_id}, which is not theirs."
            return [self._refusal(message.id, why, now_ns)]
        changed = case.stamp(
            released_ns=message.released_ns,
            received_ns=message.received_ns_partner,
            shown_ns=message.shown_ns,
            acknowledged_ns=message.acknowledged_ns,
        )
        if message.acknowledged_ns and not case.answered and case.may(Trigger.ACKNOWLEDGE):
            case.apply(Trigger.ACKNOWLEDGE, acknowledged_by=message.person or message.partner)
            case.silence_due_ns = 0
            return self._tell(WarningAcknowledged, case, now_ns)
        return self._audience.deliver(LEDGER, case, now_ns) if changed else []

    # People.

    def _acknowledge(self, command: AcknowledgeWarning, now_ns: int) -> list[Message]:
        """An answer counts for every warning of the same track that still waits for one."""
        case = self._docket.get(command.warning_id)
        why = why_not_acknowledged(command, case, self._nation)
        if why or case is None:
            return [self._refusal(command.id, why, now_ns)]
        group = [case]
        if case.warning.track:
            group += [c for c in self._docket.of_track(case.warning.track) if c is not case]
        out: list[Message] = []
        for one in group:
            if one.warning.nation == self._nation and not one.answered:
                one.acknowledge(command.person.strip(), now_ns)
                out += self._tell(WarningAcknowledged, one, now_ns)
        return out

    def _clear(self, command: ReleaseAllClear, now_ns: int) -> list[Message]:
        case = self._docket.get(command.warning_id)
        why = why_not_cleared(command, case, self._nation)
        if why or case is None:
            return [self._refusal(command.id, why, now_ns)]
        person = command.person.strip()
        case.apply(Trigger.CLEAR, cleared_by=person, reason=f"All-clear by {person}.")
        self._close(case)
        return self._tell(WarningCleared, case, now_ns)

    def _note_shown(self, report: ReportShown, now_ns: int) -> list[Message]:
        case = self._docket.get(report.warning_id)
        if case is None or not case.open or case.warning.nation != self._nation:
            return []
        changed = case.stamp(shown_ns=report.observed_ns)
        return self._tell(WarningUpdated, case, now_ns, LEDGER) if changed else []

    def _restate(self, _: NodeStarted, now_ns: int) -> list[Message]:
        """Tell every open warning again, those of one track together, the soonest track first."""
        first: dict[int, int] = {}
        for case in self._docket.open():
            soonest_ns = first.get(case.subject, case.arrival_ns)
            first[case.subject] = min(soonest_ns, case.arrival_ns)
        out: list[Message] = [*self._observed.restate(now_ns)]
        for case in sorted(self._docket.open(), key=lambda c: (first[c.subject], c.subject)):
            out += self._audience.deliver(RESTATED, case, now_ns)
        return out

    # Steps that several of the above take.

    def _tell_news(self, case: Case, now_ns: int) -> list[Message]:
        if not case.update_due_ns or case.update_due_ns > now_ns:
            return []
        proposed = case.warning.state is WarningState.CLEAR_PROPOSED
        case.apply(resume(case) if proposed else Trigger.UPDATE, **case.news())
        case.told_ns = now_ns
        return self._tell(WarningUpdated, case, now_ns)

    def _escalate(self, case: Case, now_ns: int) -> list[Message]:
        within_s = self._within_s(case.warning.nation)
        if case.silent(now_ns, within_s, self._audience.steps_max):
            return self._tell(WarningEscalated, case, now_ns)
        if case.warning.nation != self._nation:
            return []
        return self._audience.deliver(REMINDER, case, now_ns)

    def _propose_all_clear(self, case: Case, reason: str, now_ns: int) -> list[Message]:
        case.quiet_due_ns, case.latest, case.update_due_ns = 0, None, 0
        if not case.may(Trigger.QUIET):
            return []
        case.apply(Trigger.QUIET, reason=reason)
        return self._tell(AllClearProposed, case, now_ns)

    def _close(self, case: Case) -> None:
        self._docket.close(case)
        self._refused.clear()

    def _tell(
        self, kind: type[WarningEvent], case: Case, now_ns: int, event: str = ""
    ) -> list[Message]:
        """Return the event for sharing and its deliveries to our own posts."""
        fact = kind(**self._issuer.header(now_ns, now_ns), warning=case.warning)
        return [fact, *self._audience.deliver(event or EVENT_NAMES[kind], case, now_ns)]

    def _refuse_case(self, case: Case, now_ns: int) -> list[Message]:
        limit = self._settings.open_max
        case.change(reason=f"{limit} warnings are open: told once, not kept. {case.warning.reason}")
        return self._audience.deliver(REFUSED, case, now_ns)

    def _refusal(self, command_id: str, reason: str, now_ns: int) -> Message:
        header = self._issuer.header(now_ns, now_ns)
        return CommandRefused(**header, command_id=command_id, reason=reason)

    def _within_s(self, nation: str) -> float:
        if nation == self._nation:
            return self._settings.acknowledge_within_s
        return self._settings.partner_acknowledge_within_s
