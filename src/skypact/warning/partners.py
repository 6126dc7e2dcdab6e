"""Warnings that partners raise: how they come in and how later messages change them.

Messages may come twice, late or out of order: the higher version wins, and an answer given here
is never taken back by what the partner has not heard of yet.
"""

from typing import Any

import msgspec

from skypact.core.messages import (
    AirWarning,
    AllClearProposed,
    WarningCleared,
    WarningEvent,
    WarningState,
    WarningUpdated,
)
from skypact.warning.case import SECOND_NS, Case, resume, sentence
from skypact.warning.lifecycle import Trigger

_FACTS = ("threat_class", "class_probability", "places", "assessed_ns", "impact")


def received(told: AirWarning, own: str, now_ns: int, within_s: float) -> Case:
    """Return the case of a partner's warning as it came. One for another nation is for
    information: its state is the partner's, and nobody here has to answer."""
    facts = _facts(told, told.track)
    if told.nation != own:
        warning = msgspec.structs.replace(told, version=1, **facts)
        return Case(warning=warning, partner_version=told.version, told_ns=now_ns)
    by_ns = now_ns + round(within_s * SECOND_NS)
    ledger = msgspec.structs.replace(told.ledger, received_ns=now_ns, shown_ns=0, acknowledged_ns=0)
    state = told.state
    if state in (WarningState.ACKNOWLEDGED, WarningState.ESCALATED):
        state = WarningState.RAISED
    warning = msgspec.structs.replace(
        told,
        state=state,
        version=1,
        acknowledged_by="",
        acknowledge_by_ns=by_ns,
        ledger=ledger,
        **facts,
    )
    due_ns = 0 if warning.over else by_ns
    return Case(
        warning=warning, partner_version=told.version, silence_due_ns=due_ns, told_ns=now_ns
    )


def follow(case: Case, told: AirWarning, own: str) -> type[WarningEvent] | None:
    """Change the case as the partner's message says; return what that is, None for no news."""
    state = case.warning.state
    if told.version <= case.partner_version or not case.open:
        return None
    case.partner_version = told.version
    # A new number of the track comes from our own picture, not from the partner's; where a launch
    # had none, the docket has taken over the partner's.
    facts = _facts(told, case.warning.track)
    if told.state is WarningState.CLEARED:
        case.apply(Trigger.CLEAR, **facts, cleared_by=told.cleared_by or told.origin)
        return WarningCleared
    if told.state is WarningState.SUPERSEDED:
        case.apply(Trigger.SUPERSEDE, **facts)
        return WarningUpdated
    if told.nation != own:
        facts["state"] = told.state
    elif told.state is WarningState.CLEAR_PROPOSED and state is not told.state:
        case.apply(Trigger.QUIET, **facts)
        return AllClearProposed
    elif state is WarningState.CLEAR_PROPOSED and told.state is not state:
        case.apply(resume(case), **facts)
        return WarningUpdated
    if all(getattr(case.warning, name) == value for name, value in facts.items()):
        return None
    case.change(**facts)
    return WarningUpdated


def _facts(told: AirWarning, track: int) -> dict[str, Any]:
    """Return the fields that the partner's messages decide, with the reason in our words."""
    reason = sentence(msgspec.structs.replace(told, track=track))
    facts = {name: getattr(told, name) for name in _FACTS}
    return facts | {"reason": f"{reason} ({told.reason})" if told.reason else reason}
