"""The ways on which a warning goes itself, a console and the line to a partner: how far it has come
there, its own ledger says."""

from skypact.core.ids import Issuer
from skypact.core.messages import AirWarning, DeliveryState, NoticeReported
from skypact.warning.alerting.going import Going
from skypact.warning.alerting.held import Held
from skypact.warning.alerting.steps import UNSENT


def follow(held: Held, warning: AirWarning, issuer: Issuer, now_ns: int) -> bool:
    """Take how far a warning has come; return whether that changed anything."""
    ledger, changed = warning.ledger, False
    stages = (
        (DeliveryState.SENT, ledger.released_ns or ledger.raised_ns),
        (DeliveryState.DELIVERED, ledger.received_ns),
        (DeliveryState.HEARD, ledger.shown_ns),
    )
    for one in held.goings:
        if one.open and one.channel in UNSENT:
            for state, at_ns in stages:
                if at_ns:
                    changed = one.take(_seen(one, state, issuer, now_ns), at_ns) or changed
    return changed


def _seen(one: Going, state: DeliveryState, issuer: Issuer, now_ns: int) -> NoticeReported:
    return NoticeReported(
        **issuer.header(now_ns, now_ns),
        notice_id=one.notice_id,
        attempt=one.attempt,
        state=state,
        evidence="as the warning's ledger says",
    )
