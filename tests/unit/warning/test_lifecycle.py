import pytest

from skypact.core.errors import InvariantError
from skypact.core.messages import WarningState
from skypact.warning.lifecycle import TABLE, Trigger, may, next_state

FINAL = (WarningState.CLEARED, WarningState.SUPERSEDED)


def test_every_state_has_a_row() -> None:
    assert set(TABLE) == set(WarningState)


@pytest.mark.parametrize("state", FINAL)
def test_an_end_is_final(state: WarningState) -> None:
    for trigger in Trigger:
        assert not may(state, trigger)
        with pytest.raises(InvariantError, match=str(state)):
            next_state(state, trigger)


def test_only_silence_escalates() -> None:
    ways = {
        (state, trigger)
        for state, row in TABLE.items()
        for trigger, to in row.items()
        if to is WarningState.ESCALATED and state is not WarningState.ESCALATED
    }
    assert ways == {
        (WarningState.RAISED, Trigger.SILENCE),
        (WarningState.CLEAR_PROPOSED, Trigger.RESUME_ESCALATED),  # it was escalated before
    }
    assert Trigger.SILENCE not in TABLE[WarningState.ACKNOWLEDGED]


def test_only_a_person_or_the_origin_clears() -> None:
    for row in TABLE.values():
        for trigger, to in row.items():
            assert (to is WarningState.CLEARED) == (trigger is Trigger.CLEAR)


def test_every_open_state_can_be_cleared() -> None:
    for state in WarningState:
        assert may(state, Trigger.CLEAR) == (state not in FINAL)


def test_being_superseded_is_no_all_clear() -> None:
    for state, row in TABLE.items():
        assert (Trigger.SUPERSEDE in row) == (state not in FINAL)
        assert row.get(Trigger.SUPERSEDE, WarningState.SUPERSEDED) is WarningState.SUPERSEDED
