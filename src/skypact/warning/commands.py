"""Why a person's command cannot be carried out, in one sentence; "" when it can."""

from skypact.core.messages import AcknowledgeWarning, ReleaseAllClear
from skypact.warning.case import Case
from skypact.warning.lifecycle import Trigger


def why_not_acknowledged(command: AcknowledgeWarning, case: Case | None, own: str) -> str:
    """Return why the warning cannot be acknowledged by this nation's person now."""
    name = command.warning_id
    if case is None:
        return f"Warning {name} is not known here."
    warning = case.warning
    if not command.person.strip():
        return f"Warning {name} needs the name of the person who acknowledges it."
    if warning.nation != own:
        return f"Warning {name} is for {warning.nation}; only {warning.nation} can acknowledge it."
    if case.answered:
        return f"Warning {name} was already acknowledged by {warning.acknowledged_by}."
    if not case.may(Trigger.ACKNOWLEDGE):
        return f"Warning {name} was cleared by {warning.cleared_by}."
    return ""


def why_not_cleared(command: ReleaseAllClear, case: Case | None, own: str) -> str:
    """Return why this nation's person cannot give the all-clear now."""
    name = command.warning_id
    if case is None:
        return f"Warning {name} is not known here."
    warning = case.warning
    if not command.person.strip():
        return f"An all-clear needs the name of a person; warning {name} stays open."
    if warning.origin != own:
        return f"Warning {name} was raised by {warning.origin}; only {warning.origin} can clear it."
    if not case.may(Trigger.CLEAR):
        return f"Warning {name} was already cleared by {warning.cleared_by}."
    return ""
