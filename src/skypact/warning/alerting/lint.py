"""Faults of procedures, recipients and rosters that their types cannot show: who cannot be reached,
what is never done, what would come too late."""

from collections.abc import Iterator, Mapping, Sequence

from skypact.core.messages import Channel
from skypact.warning.alerting.procedure import (
    ADDRESSED,
    AlertingSettings,
    Procedure,
    Recipient,
    Roster,
    Step,
)
from skypact.warning.alerting.watch import gap
from skypact.warning.phrases.phrases import language_of
from skypact.warning.settings import Place

Fault = tuple[str, str]


def people_faults(
    settings: AlertingSettings, places: Sequence[Place], partners: Sequence[str]
) -> Iterator[Fault]:
    """Yield key and sentence of what is wrong with recipients and rosters."""
    known = {place.name for place in places}
    names: dict[str, str] = {}
    for i, one in enumerate(settings.recipients):
        at = f"recipient[{i}]"
        if one.name in names:
            yield f"{at}.name", f"{one.name} is there twice"
        names[one.name] = at
        yield from ((f"{at}.{key}", said) for key, said in _recipient(one, known, partners))
    for i, roster in enumerate(settings.rosters):
        at = f"roster[{i}]"
        if roster.name in names:
            yield f"{at}.name", f"{roster.name} is there twice"
        names[roster.name] = at
        recipients = {one.name for one in settings.recipients}
        yield from ((f"{at}.{key}", said) for key, said in _roster(roster, recipients))


def _recipient(one: Recipient, places: set[str], partners: Sequence[str]) -> Iterator[Fault]:
    if language_of(one.language) is None:
        yield "language", f"there are no words in {one.language}"
    if not one.channels():
        named = ", ".join(ADDRESSED)
        yield "name", f"{one.name} cannot be reached: it has no post, no nation and none of {named}"
    for name in one.places:
        if name not in places:
            yield "places", f"there is no place {name}"
    if one.nation and one.nation not in partners:
        yield "nation", f"there is no agreement with {one.nation}"
    if one.nation and one.post:
        yield "post", "a partner has no post of ours"


def _roster(roster: Roster, recipients: set[str]) -> Iterator[Fault]:
    for i, shift in enumerate(roster.shifts):
        if shift.who not in recipients:
            yield f"shift[{i}].who", f"there is no recipient {shift.who}"
    if roster.substitute and roster.substitute not in recipients:
        yield "substitute", f"there is no recipient {roster.substitute}"
    empty = gap(roster)
    if empty:
        yield "name", f"nobody is on watch at {empty} UTC, and there is no substitute"


def procedure_faults(
    procedure: Procedure, settings: AlertingSettings, places: Sequence[Place]
) -> Iterator[Fault]:
    """Yield key and sentence of what is wrong with a procedure at this node."""
    if procedure.valid_until <= procedure.valid_from:
        yield "valid_until", "the procedure ends before it begins"
    theirs = {p.name: p for p in places if p.nation == procedure.nation}
    for name in procedure.places:
        if name not in theirs:
            yield "places", f"{procedure.nation} has no place {name}"
    seen: set[str] = set()
    people = {one.name: one for one in settings.recipients}
    rosters = {roster.name: roster for roster in settings.rosters}
    about = [p for n, p in theirs.items() if not procedure.places or n in procedure.places]
    shelter_s = min((p.shelter_s or 0.0 for p in about), default=0.0)
    for i, step in enumerate(procedure.steps):
        if step.id in seen:
            yield f"step[{i}].id", f"step {step.id} is there twice"
        seen.add(step.id)
        for key, said in (*_reach(step, people, rosters), *_in_time(step, procedure, shelter_s)):
            yield f"step[{i}].{key}", said
    if not any(step.release != "two" for step in procedure.steps):
        yield "step", "every step waits for two persons: nobody would be told at once"


def _reach(
    step: Step, people: Mapping[str, Recipient], rosters: Mapping[str, Roster]
) -> Iterator[Fault]:
    for key, names in (("tell", step.tell), ("then", step.then)):
        for name in names:
            if name not in people and name not in rosters:
                yield key, f"there is no recipient or roster {name}"
                continue
            for one in _of(name, people, rosters):
                ways = [Channel(way) for way in step.channels] or one.channels()
                if not any(one.address(way) for way in ways):
                    named = ", ".join(step.channels)
                    yield key, f"{one.name} cannot be reached by {named}"
    if step.then and not step.answer:
        yield "then", "nobody is next where no answer is asked for"


def _of(
    name: str, people: Mapping[str, Recipient], rosters: Mapping[str, Roster]
) -> Iterator[Recipient]:
    if name in people:
        yield people[name]
        return
    roster = rosters[name]
    named = dict.fromkeys((*(shift.who for shift in roster.shifts), roster.substitute))
    yield from (people[who] for who in named if who in people)


def _in_time(step: Step, procedure: Procedure, shelter_s: float) -> Iterator[Fault]:
    """Yield that the last in line would be told when people should be in shelter already."""
    if step.stage != "take_cover":
        return
    left_s = procedure.lead_s + shelter_s
    if step.after_s >= left_s:
        yield "after_s", f"{step.after_s:g} s after take cover begins people must be in shelter"
        return
    one_s = step.attempts * step.answer_within_s + (step.attempts - 1) * step.every_s
    last_s = step.after_s + one_s * len(step.then)
    if step.answer and last_s > left_s:
        yield (
            "then",
            f"{step.then[-1]} would be told up to {last_s:g} s after take cover begins; people "
            f"must be in shelter after {left_s:g} s",
        )
