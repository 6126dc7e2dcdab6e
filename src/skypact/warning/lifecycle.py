"""The life of a warning as a table: what may happen in which state, and where it leads.

RAISED --acknowledge--> ACKNOWLEDGED     silence: RAISED --> ESCALATED, again and again
any open state --quiet--> CLEAR_PROPOSED --threatens again--> back to the state it was in
any open state --a named person--> CLEARED, which is final
any open state --its track turns out to be another warning's--> SUPERSEDED, which is final
"""

from enum import StrEnum

from skypact.core.errors import InvariantError
from skypact.core.messages import WarningState


class Trigger(StrEnum):
    """What can happen to a warning.

    SILENCE: the time to acknowledge passed; QUIET: it no longer threatens, or its time is over;
    RESUME, RESUME_ESCALATED, RESUME_ANSWERED: it threatens again after the all-clear was proposed;
    CLEAR: by a named person of the nation that raised it, or by that nation's message;
    SUPERSEDE: two tracks were one, and another warning stands for it. That is no all-clear.
    """

    UPDATE = "update"
    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"
    QUIET = "quiet"
    RESUME = "resume"
    RESUME_ESCALATED = "resume_escalated"
    RESUME_ANSWERED = "resume_answered"
    CLEAR = "clear"
    SUPERSEDE = "supersede"


_S, _T = WarningState, Trigger
TABLE: dict[WarningState, dict[Trigger, WarningState]] = {
    _S.RAISED: {
        _T.UPDATE: _S.RAISED,
        _T.ACKNOWLEDGE: _S.ACKNOWLEDGED,
        _T.SILENCE: _S.ESCALATED,
        _T.QUIET: _S.CLEAR_PROPOSED,
        _T.CLEAR: _S.CLEARED,
        _T.SUPERSEDE: _S.SUPERSEDED,
    },
    _S.ESCALATED: {
        _T.UPDATE: _S.ESCALATED,
        _T.ACKNOWLEDGE: _S.ACKNOWLEDGED,
        _T.SILENCE: _S.ESCALATED,
        _T.QUIET: _S.CLEAR_PROPOSED,
        _T.CLEAR: _S.CLEARED,
        _T.SUPERSEDE: _S.SUPERSEDED,
    },
    _S.ACKNOWLEDGED: {
        _T.UPDATE: _S.ACKNOWLEDGED,
        _T.QUIET: _S.CLEAR_PROPOSED,
        _T.CLEAR: _S.CLEARED,
        _T.SUPERSEDE: _S.SUPERSEDED,
    },
    _S.CLEAR_PROPOSED: {
        _T.UPDATE: _S.CLEAR_PROPOSED,
        # The threat may be over, but nobody has said yet that they knew of it.
        _T.ACKNOWLEDGE: _S.CLEAR_PROPOSED,
        _T.SILENCE: _S.CLEAR_PROPOSED,
        _T.RESUME: _S.RAISED,
        _T.RESUME_ESCALATED: _S.ESCALATED,
        _T.RESUME_ANSWERED: _S.ACKNOWLEDGED,
        _T.CLEAR: _S.CLEARED,
        _T.SUPERSEDE: _S.SUPERSEDED,
    },
    _S.CLEARED: {},
    _S.SUPERSEDED: {},
}


def may(state: WarningState, trigger: Trigger) -> bool:
    """Return whether `trigger` means anything in `state`."""
    return trigger in TABLE[state]


def next_state(state: WarningState, trigger: Trigger) -> WarningState:
    """Return the state that follows. Raises InvariantError where the table has no entry."""
    if not may(state, trigger):
        raise InvariantError(f"a warning that is {state} cannot {trigger}")
    return TABLE[state][trigger]
