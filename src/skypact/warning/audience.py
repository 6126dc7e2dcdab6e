"""Who of our own people is told of a warning, and in what words: the only maker of `Delivery`."""

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import (
    AirWarning,
    AllClearProposed,
    Delivery,
    Message,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningRaised,
    WarningState,
    WarningUpdated,
)
from skypact.warning.case import Case
from skypact.warning.settings import WarningSettings

EVENT_NAMES: dict[type[Message], str] = {
    WarningRaised: "warning_raised",
    WarningUpdated: "warning_updated",
    WarningAcknowledged: "warning_acknowledged",
    WarningEscalated: "warning_escalated",
    AllClearProposed: "all_clear_proposed",
    WarningCleared: "warning_cleared",
}
RESTATED = "restated"  # told again after a restart
REMINDER = "reminder"  # nobody has answered and every post knows already
LEDGER = "ledger"  # only the ledger has grown
SUPERSEDED = "warning_superseded"  # its track was another warning's
REFUSED = "refused"  # told once and not kept: too many are open


class Audience:
    """Own posts. `posts` hear everything; each step of escalation adds one escalation post, which
    then hears everything about that warning."""

    def __init__(self, issuer: Issuer, settings: WarningSettings) -> None:
        self._issuer = issuer
        self._posts = settings.posts
        self._escalation_posts = settings.escalation_posts

    @property
    def steps_max(self) -> int:
        """Return how often a warning can escalate; at least once, to the same posts."""
        return max(len(self._escalation_posts), 1)

    def deliver(self, event: str, case: Case, now_ns: int) -> list[Message]:
        """Return a Delivery for each post that is told of this warning."""
        told = (*self._posts, *self._escalation_posts[: case.step])
        warning = _in_words(case.warning, self._issuer.nation)
        return [
            Delivery(**self._issuer.header(now_ns, now_ns), post=post, event=event, warning=warning)
            for post in told
        ]


def _in_words(warning: AirWarning, own: str) -> AirWarning:
    """Return the warning as our own people read it: one for a partner says how far it has come,
    one between others that it is for information."""
    if warning.nation == own:
        return warning
    if warning.origin != own:
        progress = f"For information: {warning.origin} warns {warning.nation}."
    elif warning.acknowledged_by:
        progress = f"{warning.nation} has acknowledged."
    elif warning.state is WarningState.ESCALATED:
        progress = f"{warning.nation} has not acknowledged in time: call them."
    else:
        progress = f"Sent to {warning.nation}, waiting for acknowledgement."
    return msgspec.structs.replace(warning, reason=f"{progress} {warning.reason}".strip())
