"""Clauses for nations that are not named, which could not hold."""

import pytest

from skypact.sharing.treaty.lint import faults_alone
from tests.unit.sharing.coalition.club import OTHERS, OWNER, SPONSOR, VIEWER, agreements, unnamed
from tests.unit.sharing.treaty import agreement, clause

ROUND = {"position_grid_m": 5_000.0, "velocity_grid_mps": 50.0}


def found(*said: object) -> list[tuple[str | None, str]]:
    files = {f"{i}.toml": one for i, one in enumerate(said)}
    return [(f.key, f.message) for f in faults_alone(files)]  # type: ignore[arg-type]


def test_a_group_that_holds_has_no_fault():
    assert found(*agreements()) == []
    assert found(agreements()[0]) == []


@pytest.mark.parametrize(
    ("given", "key", "said"),
    [
        ({"among": OTHERS[:1]}, "among", "needs at least 2"),
        ({"among": (*OTHERS, VIEWER)}, "among", "knows that the track is not its own"),
        ({"among": (*OTHERS, OWNER)}, "among", "the owner is one of them anyway"),
        ({"for_nations": ()}, "for_nations", "says nobody"),
        ({"for_nations": (SPONSOR,)}, "for_nations", "knows the owner by name"),
        ({"position_grid_m": 1_000.0}, "position_grid_m", "below 2 km"),
        ({"velocity_grid_mps": 10.0}, "position_grid_m", "below 2 km and 20 m/s"),
        ({"position_grid_m": 0.0, "velocity_grid_mps": 0.0}, "position_grid_m", "below 2 km"),
        ({"delay_s": 5.0}, "delay_s", "means nothing"),
        ({"show_callsign": True}, "show_callsign", "means nothing"),
    ],
)
def test_what_a_clause_lacks(given: dict, key: str, said: str):
    rule = agreements(unnamed(**given))[0]
    assert any(k == f"clause[3].{key}" and said in message for k, message in found(rule))


def test_two_groups_for_one_nation_tell_more_than_either():
    both = agreements(unnamed(), unnamed(id="9", classes=("drone",), among=(*OTHERS, "estia")))[0]
    assert any("tell more than either" in message for _, message in found(both))


def test_who_gets_it_by_name_as_well_is_not_hidden_from():
    named = agreement(clause(id="1", **ROUND), owner=OWNER, partner=VIEWER)
    assert any("by the owner's name" in message for _, message in found(*agreements(), named))


@pytest.mark.parametrize("missing", [OWNER, *OTHERS])
def test_one_that_declares_no_coverage_is_told(missing: str):
    kept = [
        agreement(
            *(c for c in a.clauses if a.owner != missing or c.what != "coverage"),
            owner=a.owner,
            partner=a.partner,
        )
        for a in agreements()
    ]
    wanted = f"no clause lets {missing} declare coverage to {SPONSOR}: no track would leave"
    assert wanted in [message for _, message in found(*kept)]


def test_a_sponsor_that_may_not_pass_on_is_told():
    rest = [a for a in agreements() if (a.owner, a.partner) != (SPONSOR, VIEWER)]
    assert any("no coalition clause for" in message for _, message in found(*rest))


def test_a_nation_cannot_be_called_coalition():
    assert found(agreement(clause(), owner="coalition"))[0][0] == "owner"


@pytest.mark.parametrize("what", ["coverage", "coalition"])
def test_clauses_about_no_class(what: str):
    assert found(agreement(clause(what, classes=("drone",))))[0][0] == "clause[0].classes"
    twice = agreement(clause(what, id="1", classes=()), clause(what, id="2", classes=()))
    assert found(twice)[0][0] == "clause[1].what"
    assert found(agreement(clause("coverage", classes=(), position_grid_m=5_000.0)))
