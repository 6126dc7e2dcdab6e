"""An alert as the room holds it: its places, their stages, its steps and whom they tell."""

from collections.abc import Container, Iterable, Mapping, Sequence

import msgspec

from skypact.core.messages import (
    AirWarning,
    Alert,
    AlertPlace,
    AlertState,
    Outcome,
    Pending,
    Stage,
    ThreatClass,
)
from skypact.warning.alerting.going import Going
from skypact.warning.alerting.procedure import PERSONS, Procedure, Step

S = 1_000_000_000
REACHES_SHOWN_MAX = 1_000
"""Of the recipients of one alert so many are shown, those that are open first."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A threat's predicted arrival at a place: int ns UTC, and half of its window."""

    at_ns: int
    spread_s: float

    @property
    def first_ns(self) -> int:
        """Return the earliest time in the window."""
        return self.at_ns - round(self.spread_s * S)


class Held(msgspec.Struct, kw_only=True):
    """arrivals: by open warning and place; acknowledged: warnings that are; stages: of each place
    ever threatened, which never goes back; began_ns: of each stage; begun: steps whose recipients
    are told; skipped: that are not needed; pending: that wait for people, by id; of_recipient:
    places in `goings`, by name."""

    alert_id: str
    procedure: str
    nation: str
    threat_class: ThreatClass
    observed_ns: int
    raised_ns: int
    state: AlertState = AlertState.ACTIVE
    arrivals: dict[str, dict[str, Arrival]] = {}
    acknowledged: list[str] = []
    stages: dict[str, Stage] = {}
    began_ns: dict[Stage, int] = {}
    begun: list[str] = []
    skipped: list[str] = []
    pending: dict[str, Pending] = {}
    goings: list[Going] = []
    of_recipient: dict[str, list[int]] = {}
    ended_by: list[str] = []
    reason: str = ""

    @property
    def open(self) -> bool:
        """Return whether anything can still happen to it."""
        over = self.state in (AlertState.CLEARED, AlertState.CANCELLED)
        return not over or any(going.open for going in self.goings)

    @property
    def active(self) -> bool:
        """Return whether a warning of it may still be told of."""
        return self.state in (AlertState.ACTIVE, AlertState.OVER)

    def add(self, one: Going) -> None:
        """Take in one more recipient of a step."""
        self.of_recipient.setdefault(one.recipient, []).append(len(self.goings))
        self.goings.append(one)

    def of(self, recipient: str) -> list[Going]:
        """Return what a recipient is told, and was, the oldest first."""
        return [self.goings[at] for at in self.of_recipient.get(recipient, ())]

    def keep(self, recipients: Container[str]) -> None:
        """Forget recipients that there are no longer."""
        held, self.goings, self.of_recipient = self.goings, [], {}
        for one in held:
            if one.recipient in recipients:
                self.add(one)

    def follow(self, warning: AirWarning, wanted: Sequence[str]) -> None:
        """Take a warning as it is now; wanted: the places of the procedure."""
        found = {
            place.name: Arrival(
                at_ns=warning.assessed_ns + round(place.time_to_go_s * S),
                spread_s=place.time_spread_s,
            )
            for place in warning.places
            if place.nation == self.nation and (not wanted or place.name in wanted)
        }
        self.arrivals[warning.warning_id] = found
        if warning.acknowledged_by and warning.warning_id not in self.acknowledged:
            self.acknowledged.append(warning.warning_id)
        for name in found:
            self.stages.setdefault(name, Stage.PREPARE)

    def first(self) -> dict[str, Arrival]:
        """Return the first arrival at each place that an open warning threatens."""
        out: dict[str, Arrival] = {}
        for places in self.arrivals.values():
            for name, arrival in places.items():
                if name not in out or arrival.first_ns < out[name].first_ns:
                    out[name] = arrival
        return out

    def cover_due_ns(self, procedure: Procedure, shelter_s: Mapping[str, float]) -> dict[str, int]:
        """Return when people must be told to take cover, place by place, where they are not."""
        lead_s = procedure.lead_s
        return {
            name: arrival.first_ns - round((shelter_s.get(name, 0.0) + lead_s) * S)
            for name, arrival in self.first().items()
            if self.stages[name] is Stage.PREPARE
        }

    def to_say(
        self, stage: Stage, concerned: Sequence[str], told: Sequence[str], covered: bool
    ) -> tuple[Stage, list[str]]:
        """Return what a step that begins with `stage` says to a recipient now, and of which places,
        the soonest first. concerned: about which it is told, () all; told: which it knows; covered:
        another step will tell it to take cover. Nobody is told less than what is so."""
        first = self.first()
        mine = [n for n in self.stages if not concerned or n in concerned]
        mine.sort(key=lambda n: (first[n].first_ns if n in first else 2**62, n))
        cover = [n for n in mine if self.stages[n] is Stage.TAKE_COVER]
        early = [n for n in mine if self.stages[n] is Stage.PREPARE]
        if stage is Stage.TAKE_COVER:
            return stage, cover
        if covered or not {*cover} - {*told}:
            return Stage.PREPARE, early
        return Stage.TAKE_COVER, cover

    def answered(self, stage: Stage) -> bool:
        """Return whether anybody has confirmed what a stage asks, or what follows it."""
        done = [g.stage for g in self.goings if g.outcome is Outcome.ACKNOWLEDGED]
        return stage in done or Stage.TAKE_COVER in done

    def due_steps(self, procedure: Procedure, now_ns: int) -> list[Step]:
        """Return the steps whose time has come and that have not begun."""
        return [
            step
            for step in procedure.steps
            if step.id not in self.begun
            and step.id not in self.skipped
            and step.id not in self.pending
            and step.began_by in self.began_ns
            and self.began_ns[step.began_by] + round(step.after_s * S) <= now_ns
        ]

    def next_ns(self, procedure: Procedure, shelter_s: Mapping[str, float]) -> int | None:
        """Return when it wants attention next."""
        times = [going.due_ns for going in self.goings if going.open and going.due_ns]
        if self.state is AlertState.ACTIVE:
            times += self.cover_due_ns(procedure, shelter_s).values()
            known = {*self.begun, *self.skipped, *self.pending}
            times += [
                self.began_ns[step.began_by] + round(step.after_s * S)
                for step in procedure.steps
                if step.id not in known and step.began_by in self.began_ns
            ]
        return min(times, default=None)

    def wait_for(self, step: str, stage: Stage, persons: int, now_ns: int) -> None:
        """Let a step wait until so many persons have released it."""
        self.pending[step] = Pending(
            step=step, stage=stage, persons=persons, released_by=(), since_ns=now_ns
        )

    def release(self, step: str, person: str) -> bool:
        """Take a person's release; return whether that was the last that it needed."""
        held = self.pending[step]
        by = tuple(dict.fromkeys((*held.released_by, person)))
        self.pending[step] = msgspec.structs.replace(held, released_by=by)
        if len(by) < held.persons:
            return False
        del self.pending[step]
        return True

    def shown(self) -> Alert:
        """Return it for people."""
        first = self.first()
        reaches = sorted(self.goings, key=lambda going: not going.open)[:REACHES_SHOWN_MAX]
        return Alert(
            alert_id=self.alert_id,
            procedure=self.procedure,
            nation=self.nation,
            threat_class=self.threat_class,
            state=self.state,
            places=tuple(
                AlertPlace(
                    name=name,
                    stage=stage,
                    arrival_ns=first[name].at_ns if name in first else 0,
                    spread_s=first[name].spread_s if name in first else 0.0,
                )
                for name, stage in self.stages.items()
            ),
            warnings=tuple(self.arrivals),
            pending=tuple(self.pending.values()),
            reaches=tuple(going.reach() for going in reaches),
            observed_ns=self.observed_ns,
            raised_ns=self.raised_ns,
            ended_by=tuple(self.ended_by),
            reason=self.reason,
        )


def persons(step: Step, public: Iterable[bool]) -> int:
    """Return how many people must release a step. public: of each whom it tells."""
    return PERSONS[step.release] if step.release else int(any(public))
