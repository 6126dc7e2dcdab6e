"""Alerts as people see them, and what a page may ask about them."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import (
    Alert,
    AlertChanged,
    AlertState,
    CancelAlert,
    Channel,
    ClassifyThreat,
    DeliveryState,
    Message,
    NoticeReported,
    Outcome,
    OverrideWatch,
    Pending,
    Reach,
    Readiness,
    ReadinessChanged,
    ReleaseStep,
    SetReadiness,
    ThreatKind,
    WatchView,
)

OVER_MAX = 50
Short = Annotated[str, msgspec.Meta(max_length=200)]
S = 1_000_000_000


class OrderAlert(
    msgspec.Struct, frozen=True, tag="alert", tag_field="ask", forbid_unknown_fields=True
):
    """The person on watch lets a step of an alert go out, confirms what was told to a post by the
    console, takes an alert back, puts somebody else on watch for so many seconds (recipient "" ends
    that), sets the state of a base, or says what a threat is held to be. The name is the session's.
    """

    order: Annotated[
        str, msgspec.Meta(pattern="^(release|answer|cancel|override|readiness|classify)$")
    ]
    alert_id: Short = ""
    step: Short = ""
    reason: Short = ""
    post: Short = ""
    notice_id: Short = ""
    roster: Short = ""
    recipient: Short = ""
    base: Short = ""
    state: Short = ""
    warning_id: Short = ""
    held: ThreatKind = ThreatKind.UNKNOWN
    for_s: Annotated[float, msgspec.Meta(ge=0, le=7 * 86_400)] = 0.0

    @property
    def about(self) -> str:
        """Return by which name the page awaits the answer."""
        whole = self.roster or self.base or self.warning_id
        return whole or f"{self.alert_id}/{self.step or self.notice_id}"


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
        case "readiness":
            reason = ask.reason or "no reason was given"
            return SetReadiness(
                **header, name=ask.base, state=ask.state, person=person, reason=reason
            )
        case "classify":
            evidence = ask.reason or "no evidence was given"
            return ClassifyThreat(
                **header,
                warning_id=ask.warning_id,
                held=ask.held,
                evidence=evidence,
                person=person,
            )
        case "answer":
            return NoticeReported(
                **header,
                notice_id=ask.notice_id,
                attempt=1,
                state=DeliveryState.ACKNOWLEDGED,
                evidence="confirmed at a console",
                person=person,
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
        self._bases: dict[str, Readiness] = {}

    def take(self, message: AlertChanged | WatchView | ReadinessChanged) -> None:
        """Keep the newest state."""
        if isinstance(message, ReadinessChanged):
            self._bases[message.readiness.name] = message.readiness
            return
        if isinstance(message, WatchView):
            self._watch = message
            return
        alert = message.alert
        self._alerts.pop(alert.alert_id, None)
        self._alerts[alert.alert_id] = alert
        over = [name for name, one in self._alerts.items() if one.state in _OVER]
        for name in over[:-OVER_MAX]:
            del self._alerts[name]

    def why_not(self, ask: OrderAlert) -> str:
        """Return why an answer cannot be given here, "" when it can: only what was told by the
        console is answered at the console. The node itself judges all else."""
        if ask.order != "answer":
            return ""
        alert = self._alerts.get(ask.alert_id)
        for reach in alert.reaches if alert else ():
            if reach.notice_id == ask.notice_id and reach.channel is Channel.CONSOLE:
                return "" if reach.outcome is Outcome.OPEN else "That needs no answer any more."
        return "Nothing that was told here awaits this answer."

    def at_post(self, ask: OrderAlert, posts: Mapping[str, str]) -> OrderAlert:
        """Return what is asked with its post: named by the person, else the one that has the
        alert's warnings. posts: by warning."""
        alert = self._alerts.get(ask.alert_id)
        held = [posts[one] for one in (alert.warnings if alert else ()) if one in posts]
        return msgspec.structs.replace(ask, post=ask.post or next(iter(held), ""))

    def rows(self) -> dict[str, Any]:
        """Return all that a page shows of them, the newest first."""
        watch = self._watch
        return {
            "readiness": [_base(base) for base in self._bases.values()],
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


def _base(one: Readiness) -> dict[str, Any]:
    proposal = one.proposal
    return {
        "name": one.name,
        "states": one.states,
        "state": one.state,
        "since_ms": _ms(one.since_ns),
        "until_ms": _ms(one.until_ns),
        "expired": one.expired,
        "person": one.person,
        "reason": one.reason,
        "proposed": proposal and {"state": proposal.state, "reason": proposal.reason},
        "history": [
            {"state": s.state, "at_ms": _ms(s.since_ns), "person": s.person, "reason": s.reason}
            for s in one.history
        ],
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
        "notice_id": one.notice_id,
        "person": one.person,
        "evidence": one.evidence,
        **{name.replace("_ns", "_ms"): _ms(getattr(one, name)) for name in times},
    }


def _ms(time_ns: int) -> int:
    return round(time_ns / 1e6)
