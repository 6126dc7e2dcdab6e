"""Which claims count, which contradict, what is in force."""

import pytest

from skypact.core.messages import Evidence, EvidenceSource, Identity
from skypact.picture.identity.claims import conflicting, in_force, live, proof_fault
from tests.unit.picture.flights import T0
from tests.unit.picture.identity.claimed import SEEN, SQUAWK, claim, held

FRIEND, HOSTILE = Identity.FRIEND, Identity.HOSTILE


def test_what_comes_second_overwrites_nothing_and_contradicts() -> None:
    first, second = held(FRIEND), held(HOSTILE, claim_id="c/1", nation="c", held_ns=T0 + 1)
    for claims in ([first, second], [second, first]):
        assert in_force(claims) is FRIEND
        assert conflicting(claims)


def test_a_claim_dated_back_does_not_come_first() -> None:
    back = held(HOSTILE, claim_id="c/1", nation="c", held_ns=T0 + 1, since_ns=1)
    assert in_force([back, held(FRIEND)]) is FRIEND


@pytest.mark.parametrize("quiet", [Identity.PENDING, Identity.UNKNOWN])
def test_pending_and_unknown_say_nothing(quiet: Identity) -> None:
    both = [held(quiet), held(HOSTILE, claim_id="c/1", nation="c", held_ns=T0 + 1)]
    assert in_force(both) is HOSTILE
    assert not conflicting(both)
    assert in_force([held(quiet)]) is quiet
    assert in_force([]) is None


@pytest.mark.parametrize("identity", [FRIEND, Identity.SUSPECT, HOSTILE])
def test_without_authority_it_is_heard_but_not_in_force(identity: Identity) -> None:
    claims = [held(identity, authorised=False)]
    assert in_force(claims) is None
    assert conflicting([*claims, held(Identity.NEUTRAL, claim_id="c/1", nation="c")])


def test_a_decision_settles_what_it_names_and_no_more() -> None:
    friend, neutral = held(FRIEND), held(Identity.NEUTRAL, claim_id="c/1", nation="c")
    settles = {"resolves": (friend.claim.mark,), "claim_id": "d/1", "nation": "d"}
    decided = held(HOSTILE, **settles, decides=True, held_ns=T0 + 9)
    assert live([friend, neutral, decided]) == [neutral, decided]
    assert conflicting([friend, neutral, decided])
    assert in_force([friend, decided]) is HOSTILE
    undecided = held(HOSTILE, **settles, held_ns=T0 + 9)
    assert in_force([friend, undecided]) is FRIEND


def test_a_mark_is_of_one_statement_only() -> None:
    same = claim(version=7, track=9, claim_id="x")
    others = [claim(HOSTILE), claim(nation="c"), claim(since_ns=T0 + 1)]
    assert same.mark == claim().mark
    assert len({claim().mark, *(c.mark for c in others)}) == 4


def test_a_transponder_never_proves_a_friend() -> None:
    assert "never proves" in proof_fault(FRIEND, [SQUAWK])
    assert proof_fault(FRIEND, [SQUAWK, SEEN]) == ""
    assert proof_fault(Identity.ASSUMED_FRIEND, [SQUAWK]) == ""
    plan = Evidence(source=EvidenceSource.FLIGHT_PLAN, what="AB12", observed_ns=T0)
    assert proof_fault(FRIEND, [plan]) == ""


@pytest.mark.parametrize("identity", [FRIEND, Identity.SUSPECT, HOSTILE])
def test_what_an_authority_sets_needs_evidence(identity: Identity) -> None:
    assert proof_fault(identity, []) != ""
    assert proof_fault(Identity.NEUTRAL, []) == ""
