"""Which states of a warning are its end."""

import msgspec
import pytest

from skypact.core.messages import WarningState
from tests.unit.cli.test_narrate import WARNING


@pytest.mark.parametrize("state", list(WarningState))
def test_only_cleared_and_superseded_are_over(state: WarningState) -> None:
    warning = msgspec.structs.replace(WARNING, state=state)
    assert warning.over == (state in (WarningState.CLEARED, WarningState.SUPERSEDED))
