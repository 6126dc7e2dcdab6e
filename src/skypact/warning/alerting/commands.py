"""Why a person's command about an alert cannot be carried out, in one sentence; "" when it can."""

from collections.abc import Container

from skypact.core.messages import AlertState, CancelAlert, OverrideWatch, ReleaseStep, Stage
from skypact.warning.alerting.held import Held
from skypact.warning.alerting.procedure import Procedure


def why_not_released(command: ReleaseStep, held: Held | None) -> str:
    """Return why this person cannot let the step go out now."""
    if held is None:
        return f"Alert {command.alert_id} is not known here, or it is over."
    pending = held.pending.get(command.step)
    if pending is None:
        waits = ", ".join(held.pending) or "nothing"
        return (
            f"Step {command.step} of alert {held.alert_id} does not wait for anybody; {waits} does."
        )
    if pending.stage is Stage.CORRECTION:
        return f"Whoever agrees that alert {held.alert_id} was wrong cancels it too, with a reason."
    person = command.person.strip()
    if not person:
        return f"Step {command.step} needs the name of the person who releases it."
    if person in pending.released_by:
        return f"{person} has released {command.step} already; another person is needed."
    return ""


def why_not_cancelled(command: CancelAlert, held: Held | None, procedure: Procedure | None) -> str:
    """Return why this person cannot take the alert back now."""
    if held is None or procedure is None:
        return f"Alert {command.alert_id} is not known here, or it is over."
    if held.state in (AlertState.CLEARED, AlertState.CANCELLED):
        return f"Alert {held.alert_id} is {held.state.value} already."
    person = command.person.strip()
    if not person:
        return f"Alert {held.alert_id} needs the name of the person who takes it back."
    if procedure.may_cancel and command.post not in procedure.may_cancel:
        named = ", ".join(procedure.may_cancel)
        return f"Procedure {procedure.name} lets {named} take an alert back, not {command.post}."
    pending = held.pending.get("correction")
    if pending is not None and person in pending.released_by:
        return f"{person} has asked for it already; another person is needed."
    return ""


def why_not_overridden(
    command: OverrideWatch, rosters: Container[str], recipients: Container[str], now_ns: int
) -> str:
    """Return why somebody else cannot be put on watch."""
    if command.roster not in rosters:
        return f"There is no roster {command.roster}."
    if not command.person.strip():
        return f"Roster {command.roster} needs the name of the person who changes it."
    if command.recipient and command.recipient not in recipients:
        return f"There is no recipient {command.recipient}."
    if command.recipient and command.until_ns <= now_ns:
        return "The time until which somebody else is on watch is over already."
    return ""
