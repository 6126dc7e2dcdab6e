import msgspec
import numpy as np
import pytest

from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    AirWarning,
    Context,
    Delivery,
    ReleaseAllClear,
    ReportShown,
    ThreatClass,
    WarningState,
)
from skypact.exercise.people import People, Reaction
from skypact.exercise.scenario import load

SECOND_NS = 1_000_000_000
NIGHT = load("first_night")
ISSUER = Issuer("auria", "exercise", Context.EXERCISE)


def told(
    number: int = 1,
    state: str = "raised",
    post: str = "duty",
    origin: str = "cestia",
    nation: str = "auria",
) -> Delivery:
    warning = AirWarning(
        warning_id=f"w-{number}",
        origin=origin,
        nation=nation,
        track=7,
        threat_class=ThreatClass.BALLISTIC,
        class_probability=1.0,
        state=WarningState(state),
        version=1,
        places=(),
        assessed_ns=0,
    )
    header = Issuer("auria", "warning", Context.EXERCISE).header(0, 0)
    return Delivery(**header, post=post, event="warning_" + state, warning=warning)


def commands(reactions: list[Reaction]) -> list[type]:
    return [r.command for r in reactions]


def test_a_warning_is_shown_then_acknowledged() -> None:
    people = People(NIGHT, 1)
    shown, acknowledged = people.react("auria", told(), SECOND_NS)
    assert (shown.command, acknowledged.command) == (ReportShown, AcknowledgeWarning)
    assert shown.due_ns == SECOND_NS + 200_000_000
    assert acknowledged.due_ns > shown.due_ns
    command = people.act(acknowledged, ISSUER, acknowledged.due_ns)
    assert isinstance(command, AcknowledgeWarning)
    assert (command.person, command.post, command.warning_id) == ("Ilse Maren", "duty", "w-1")
    assert command.observed_ns == acknowledged.due_ns
    assert command.context is Context.EXERCISE


def test_once_only() -> None:
    people = People(NIGHT, 1)
    people.react("auria", told(), 0)
    assert people.react("auria", told(state="escalated"), SECOND_NS) == []


def test_a_partners_warning_is_not_ours_to_acknowledge() -> None:
    people = People(NIGHT, 1)
    assert commands(people.react("auria", told(nation="borvia"), 0)) == [ReportShown]


def test_nobody_acknowledges_what_someone_else_has() -> None:
    people = People(NIGHT, 1)
    _, acknowledge = people.react("auria", told(), 0)
    people.react("auria", told(state="acknowledged"), 1)
    assert people.act(acknowledge, ISSUER, acknowledge.due_ns) is None


def test_the_nation_that_raised_it_ends_it() -> None:
    people = People(NIGHT, 1)
    people.react("auria", told(origin="auria"), 0)
    assert people.react("auria", told(state="clear_proposed"), 0) == []
    proposal = told(state="clear_proposed", origin="auria")
    (ends,) = people.react("auria", proposal, 0)
    assert people.react("auria", proposal, 0) == []
    assert isinstance(people.act(ends, ISSUER, ends.due_ns), ReleaseAllClear)
    (again,) = people.react("auria", proposal, ends.due_ns)
    people.react("auria", told(origin="auria"), 0)
    assert people.act(again, ISSUER, again.due_ns) is None


def test_a_post_without_a_person_does_nothing() -> None:
    assert People(NIGHT, 1).react("auria", told(post="supervisor"), 0) == []


def test_reaction_times_are_log_normal_around_the_median() -> None:
    people = People(NIGHT, 1)
    times_s = []
    for k in range(400):
        shown, acknowledge = people.react("auria", told(k), 0)
        times_s.append((acknowledge.due_ns - shown.due_ns) / SECOND_NS)
    person = NIGHT.nation("auria").people[0]
    assert np.median(times_s) == pytest.approx(person.reaction_s, rel=0.1)
    assert np.std(np.log(times_s)) == pytest.approx(person.reaction_spread, rel=0.15)


def test_people_of_one_nation_do_not_change_with_those_of_another() -> None:
    alone = msgspec.structs.replace(NIGHT, nations=(NIGHT.nation("auria"),))
    together = People(NIGHT, 9)
    together.react("borvia", told(nation="borvia"), 0)
    assert People(alone, 9).react("auria", told(), 0) == together.react("auria", told(), 0)


def test_who_overlooks_sees_but_never_acts() -> None:
    blind = replaced(overlooks=1.0)
    assert commands(blind.react("auria", told(), 0)) == [ReportShown]
    clear = told(2, "clear_proposed", origin="auria")
    assert ReleaseAllClear not in commands(blind.react("auria", clear, 0))
    half = replaced(overlooks=0.5)
    acted = [AcknowledgeWarning in commands(half.react("auria", told(k), 0)) for k in range(200)]
    assert 70 < sum(acted) < 130


def replaced(**changes: float) -> People:
    """Return the people of the night with a different Auria."""
    nations = tuple(
        msgspec.structs.replace(
            nation, people=tuple(msgspec.structs.replace(p, **changes) for p in nation.people)
        )
        for nation in NIGHT.nations
    )
    return People(msgspec.structs.replace(NIGHT, nations=nations), 1)
