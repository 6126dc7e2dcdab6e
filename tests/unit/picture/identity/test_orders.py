"""What a person may order, case by case."""

import pytest

from skypact.core.messages import Identity
from skypact.picture.identity.authority import IdentitySettings
from skypact.picture.identity.orders import Order, why_not
from skypact.picture.numbers import PROVISIONAL
from tests.unit.picture.identity.claimed import (
    OURS,
    SQUAWK,
    THEIRS,
    decides,
    held,
    proposes,
    sets,
)

SETTINGS = IdentitySettings()
WIDE = IdentitySettings(others_may_set=("neutral",))
DECIDED = (Identity.FRIEND, Identity.SUSPECT, Identity.HOSTILE)


def case(order, area=OURS, claims=(), there=True) -> Order:
    return Order(order, there, area, "auria", list(claims))


@pytest.mark.parametrize("identity", list(Identity))
def test_the_authority_sets_all_seven(identity: Identity) -> None:
    assert why_not(case(sets(identity)), SETTINGS) == ""


@pytest.mark.parametrize("identity", DECIDED)
@pytest.mark.parametrize(
    ("person", "area", "said"),
    [
        ("Jo Brandt", OURS, "in area centre only Ilse Maren may"),
        ("Ilse Maren", THEIRS, "borvia decides in area centre"),
        ("Ilse Maren", None, "nobody holds the identity authority"),
    ],
)
def test_nobody_else_sets_friend_suspect_or_hostile(identity, person, area, said) -> None:
    assert said in why_not(case(sets(identity, person=person), area), SETTINGS)
    assert said in why_not(case(sets(identity, person=person), area), WIDE)
    assert why_not(case(proposes(identity, person=person), area), SETTINGS) == ""


def test_others_set_what_the_settings_say_and_never_over_an_authority() -> None:
    neutral = sets(Identity.NEUTRAL, person="Jo Brandt")
    assert "authority" in why_not(case(neutral), SETTINGS)
    assert why_not(case(neutral), WIDE) == ""
    friend = held(Identity.FRIEND)
    assert "an authority has set it" in why_not(case(neutral, claims=[friend]), WIDE)
    careful = held(Identity.UNKNOWN, nation="auria")
    assert "an authority has set it" in why_not(case(neutral, claims=[careful]), WIDE)


def test_only_the_authority_decides_a_conflict_and_only_where_there_is_one() -> None:
    both = [held(Identity.FRIEND), held(Identity.HOSTILE, claim_id="c/1", nation="c")]
    assert why_not(case(decides(Identity.FRIEND), claims=both), SETTINGS) == ""
    assert "do not contradict" in why_not(case(decides(Identity.FRIEND)), SETTINGS)
    other = decides(Identity.FRIEND, person="Jo Brandt")
    assert "for the authority" in why_not(case(other, claims=both), SETTINGS)
    assert "borvia decides" in why_not(case(decides(Identity.FRIEND), THEIRS, both), SETTINGS)


def test_a_decision_may_rest_on_the_evidence_of_those_who_said_it_before() -> None:
    both = [held(Identity.FRIEND), held(Identity.HOSTILE, claim_id="c/1", nation="c")]
    bare = decides(Identity.FRIEND, evidence=())
    assert why_not(case(bare, claims=both), SETTINGS) == ""
    claimed = [held(Identity.FRIEND, evidence=(SQUAWK,)), both[1]]
    assert "never proves" in why_not(case(bare, claims=claimed), SETTINGS)


def test_a_track_must_be_there_and_have_a_number_that_others_know() -> None:
    assert "no track 105" in why_not(case(sets(Identity.UNKNOWN), there=False), SETTINGS)
    odd = sets(Identity.UNKNOWN, number=PROVISIONAL + 1)
    assert "provisional" in why_not(case(odd), SETTINGS)
    assert "never proves" in why_not(case(sets(Identity.FRIEND, evidence=(SQUAWK,))), SETTINGS)
