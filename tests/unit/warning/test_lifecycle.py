import pytest

from skypact.core.errors import InvariantError
from skypact.core.messages import WarningState
from skypact.warning.lifecycle import TABLE, Trigger, may, next_state


def test_every_state_has_a_row() -> None:
    assert set(TABLE) == set(WarningState)


def test_cleared_is_final() -> None:
    for trigger in Trigger:
        assert not may(WarningState.CLEARED, trigger)
        with pytest.raises(InvariantError, match="cleared"):
            next_state(WarningState.CLEARED, trigger)


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
        assert may(state, Trigger.CLEAR) == (state is not WarningState.CLEARED)
