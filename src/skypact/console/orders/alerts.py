"""Alerts as people see them, and what a page may ask about them."""

from typing import Annotated, Any

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import (
    Alert,
    AlertChanged,
    AlertState,
    CancelAlert,
    Message,
    OverrideWatch,
    Pending,
    Reach,
    ReleaseStep,
    WatchView,
)

OVER_MAX = 50
Short = Annotated[str, msgspec.Meta(max_length=200)]
S = 1_000_000_000


class OrderAlert(
    msgspec.Struct, frozen=True, tag="alert", tag_field="ask", forbid_unknown_fields=True
):
    """The person on watch lets a step of an alert go out, takes an alert back, or puts somebody
    else on watch for so many seconds (recipient "" ends that). The name is the session's."""

    order: Annotated[str, msgspec.Meta(pattern="^(release|cancel|override)$")]
    alert_id: Short = ""
    step: Short = ""
    reason: Short = ""
    post: Short = ""
    roster: Short = ""
    recipient: Short = ""
    for_s: Annotated[float, msgspec.Meta(ge=0, le=7 * 86_400)] = 0.0


def command(ask: OrderAlert, person: str, issuer: Issuer, now_ns: int) -> Message:
    """Return what a page asks as a command of a person."""
    header = issuer.header(now_ns, now_ns)
    match ask.order:
        case "release":
            return ReleaseStep(
                **header, alert_id=ask.alert_id, step=ask.step, person=person, post=ask.post
            )
        case "cancel":
            reason = ask.reason or "no reason was given"
            return CancelAlert(
                **header, alert_id=ask.alert_id, person=person, post=ask.post, reason=reason
            )
        case _:
            return OverrideWatch(
                **header,
                roster=ask.roster,
                recipient=ask.recipient,
                until_ns=now_ns + round(ask.for_s * S),
                person=person,
            )


class Alerts:
    """The newest state of each alert and of the rosters; of those that are over the last few."""

    def __init__(self) -> None:
        self._alerts: dict[str, Alert] = {}
        self._watch: WatchView | None = None

    def take(self, message: AlertChanged | WatchView) -> None:
        """Keep the newest state."""
        if isinstance(message, WatchView):
            self._watch = message
            return
        alert = message.alert
        self._alerts.pop(alert.alert_id, None)
        self._alerts[alert.alert_id] = alert
        over = [name for name, one in self._alerts.items() if one.state in _OVER]
        for name in over[:-OVER_MAX]:
            del self._alerts[name]

    def rows(self) -> dict[str, Any]:
        """Return all that a page shows of them, the newest first."""
        watch = self._watch
        return {
            "alerts": [_alert(alert) for alert in reversed(self._alerts.values())],
            "watch": [
                {
                    "roster": one.roster,
                    "who": one.recipient,
                    "until_ms": _ms(one.until_ns),
                    "next": one.next,
                    "overridden_by": one.overridden_by,
                }
                for one in (watch.rosters if watch else ())
            ],
            "tested": [
                {
                    "who": one.recipient,
                    "channel": one.channel.value,
                    "at_ms": _ms(one.tested_ns),
                    "state": one.state.value,
                    "evidence": one.evidence,
                }
                for one in (watch.tested if watch else ())
            ],
        }


_OVER = (AlertState.CLEARED, AlertState.CANCELLED)


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.alert_id,
        "procedure": alert.procedure,
        "nation": alert.nation,
        "class": alert.threat_class.name.lower(),
        "state": alert.state.value,
        "raised_ms": _ms(alert.raised_ns),
        "observed_ms": _ms(alert.observed_ns),
        "places": [
            {
                "name": place.name,
                "stage": place.stage.value,
                "arrival_ms": _ms(place.arrival_ns),
                "spread_s": round(place.spread_s, 1),
            }
            for place in alert.places
        ],
        "warnings": alert.warnings,
        "pending": [_pending(one) for one in alert.pending],
        "reaches": [_reach(one) for one in alert.reaches],
        "ended_by": alert.ended_by,
        "reason": alert.reason,
    }


def _pending(one: Pending) -> dict[str, Any]:
    return {
        "step": one.step,
        "stage": one.stage.value,
        "persons": one.persons,
        "released_by": one.released_by,
        "since_ms": _ms(one.since_ns),
    }


def _reach(one: Reach) -> dict[str, Any]:
    times = ("queued_ns", "sent_ns", "delivered_ns", "heard_ns", "ended_ns")
    return {
        "step": one.step,
        "stage": one.stage.value,
        "who": one.recipient,
        "channel": one.channel.value,
        "attempt": one.attempt,
        "state": one.state.value,
        "outcome": one.outcome.value,
        "asked": one.asked,
        "person": one.person,
        "evidence": one.evidence,
        **{name.replace("_ns", "_ms"): _ms(getattr(one, name)) for name in times},
    }


def _ms(time_ns: int) -> int:
    return round(time_ns / 1e6)
