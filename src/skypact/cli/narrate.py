"""Door messages as sentences for a terminal: one readable line per important event."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from skypact.core.messages import (
    AgreementResumed,
    AgreementSuspended,
    AirWarning,
    Alert,
    AlertChanged,
    AlertState,
    AuditFault,
    ClockStepped,
    Delivery,
    FeedNoted,
    FeedView,
    FrameRefused,
    InputQuarantined,
    LinkState,
    LinkView,
    Message,
    Outcome,
    PlotsRefused,
    Readiness,
    ReadinessChanged,
    ReleaseWithheld,
    RolesPublished,
    SensorRegistration,
    StorageFailed,
    ThreatClassified,
    TurnMeasured,
    WayChanged,
)

EVENTS = {
    "warning_raised": "WARNING",
    "warning_updated": "update",
    "warning_acknowledged": "acknowledged",
    "warning_escalated": "ESCALATED, nobody has acknowledged",
    "all_clear_proposed": "all-clear proposed, a person must release it",
    "warning_cleared": "ALL-CLEAR",
    "warning_superseded": "superseded, another warning stands",
}


def duration(seconds: float) -> str:
    """Return seconds as people say them: "1 min 05 s"."""
    whole = max(0, round(seconds))
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"


class Narrator:
    """Remembers what was said, so that a line appears only when something changed."""

    def __init__(self) -> None:
        self._links: dict[str, bool] = {}
        self._feeds: dict[str, bool] = {}
        self._absent = False
        self._said: set[str] = set()

    def lines(self, message: Message) -> Iterator[str]:
        """Yield what is worth a line."""
        match message:
            case Delivery():
                yield from self._delivery(message)
            case LinkView():
                yield from self._changes("link to", self._links, _links(message))
                yield from self._coordinator(message)
                yield from self._new(text for link in message.links for text in _told(link))
            case FeedView():
                fresh = {f.name: True for f in message.feeds if f.alive}
                yield from self._changes("feed", self._feeds, fresh)
            case AlertChanged():
                yield from self._new(alert(message.alert))
            case ReadinessChanged():
                yield from self._new(readiness(message.readiness))
            case ThreatClassified():
                named = " and ".join(message.warning_ids)
                yield f"{named} held to be {message.held} by {message.person}: {message.evidence}"
            case FeedNoted():
                yield f"feed {message.feed}: {message.text}"
            case AgreementSuspended() | AgreementResumed():
                yield agreement(message)
            case WayChanged():
                yield way_changed(message)
            case RolesPublished():
                yield f"{message.coordinator} publishes roles: {roles(message)}"
            case _:
                line = fault(message)
                yield from self._new([line] if line else [])

    def _new(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield what was not said before."""
        for line in lines:
            if line not in self._said:
                self._said.add(line)
                yield line

    def _changes(self, what: str, held: dict[str, bool], now: dict[str, bool]) -> Iterator[str]:
        for name, alive in now.items():
            if held.get(name, False) != alive:
                held[name] = alive
                yield f"{what} {name} {'is up' if alive else 'is LOST'}"

    def _coordinator(self, view: LinkView) -> Iterator[str]:
        absent_ns = view.coordinator.absent_since_ns if view.coordinator else 0
        if view.coordinator and bool(absent_ns) != self._absent:
            self._absent = bool(absent_ns)
            at = datetime.fromtimestamp(absent_ns // 1_000_000_000, UTC)
            what = f"ABSENT since {at:%H:%M:%SZ}; local work goes on" if absent_ns else "is back"
            yield f"coordinator {view.coordinator.nation} {what}"

    def _delivery(self, message: Delivery) -> Iterator[str]:
        warning = message.warning
        what = EVENTS.get(message.event)
        key = f"{message.event} {warning.warning_id}"
        if what is None or key in self._said:
            return
        self._said.add(key)
        yield f"{what}: {sentence(warning)}"


def alert(one: Alert) -> Iterator[str]:
    """Yield what is worth a line of an alert as it stands now."""
    name = f"alert {one.alert_id} ({one.procedure}, {one.threat_class.name.lower()})"
    yield f"{name} has begun"
    for place in one.places:
        yield f"{name}: {place.name} {place.stage.value.replace('_', ' ')}"
    for held in one.pending:
        if not held.released_by:
            by = "a person" if held.persons == 1 else "two persons"
            yield f"{name}: step {held.step} waits for {by}: skypact alert release"
    for reach in one.reaches:
        if reach.outcome is not Outcome.OPEN:
            by = f" by {reach.person}" if reach.person else ""
            how = f"{reach.recipient} by {reach.channel.value}"
            told = f"{reach.step}, {how}: {reach.outcome.value}{by}"
            yield f"{name}: {told}" + (f" ({reach.evidence})" if reach.evidence else "")
    if one.state is not AlertState.ACTIVE:
        who = f" by {' and '.join(one.ended_by)}" if one.ended_by else ""
        yield f"{name} is {one.state.value}{who}" + (f": {one.reason}" if one.reason else "")


def readiness(one: Readiness) -> Iterator[str]:
    """Yield what is worth a line of a base or sector as it is now."""
    if one.person:
        yield f"{one.name} is {one.state} by {one.person}: {one.reason}"
    if one.expired:
        yield f"{one.name}: nobody has said {one.state} again in time"
    if one.proposal:
        why = one.proposal.reason
        yield f"{one.name}: {one.proposal.state} is proposed, a person must set it: {why}"


def _told(link: LinkState) -> Iterator[str]:
    """Yield what people should know of a partner's program; numbers change too often for a line."""
    yield from (re.sub(r" \(\d+\)", "", note) for note in link.notes)


def _links(view: LinkView) -> dict[str, bool]:
    return {link.partner: link.alive for link in view.links}


def roles(message: RolesPublished) -> str:
    """Return who may what in one sentence."""
    areas = ", ".join(f"{area.name} of {area.nation}" for area in message.areas) or "none"
    return f"members {', '.join(message.members)}; areas of identity authority {areas}"


def way_changed(message: WayChanged) -> str:
    """Return which of two ways to a partner has come up or gone down, in one sentence."""
    way = "the hub" if message.way == "hub" else "the direct line"
    return f"{message.partner} by {way}: {'is up' if message.up else 'is LOST'}"


def agreement(message: AgreementSuspended | AgreementResumed) -> str:
    """Return what a party did with an agreement, in one sentence."""
    what = "SUSPENDED" if isinstance(message, AgreementSuspended) else "resumed"
    name = f"{message.agreement}/{message.clause}" if message.clause else message.agreement
    by = f"{message.person} of {message.party}" if message.person else message.party
    return f"agreement {name} {what} by {by}: {message.reason}"


def fault(message: Message) -> str:
    """Return what went wrong in one sentence, "" when nothing did."""
    match message:
        case FrameRefused():
            return f"refused a frame of {message.partner}: {message.reason}"
        case SensorRegistration() | TurnMeasured():
            return f"sensor {message.sensor}: {message.text}"
        case PlotsRefused():
            return f"refused {message.count} of {message.source}: {message.reason}"
        case ReleaseWithheld():
            return f"withheld {message.what} from {message.partner}: {message.reason}"
        case AuditFault():
            return f"AUDIT, {message.fault}: {message.partner}: {message.text}"
        case InputQuarantined():
            return f"an input broke a rule of the node and is set aside: {message.reason}"
        case StorageFailed():
            return f"DISK FAILED, warnings go out unrecorded: {message.reason}"
        case ClockStepped():
            return f"UTC stepped by {message.step_ns / 1e9:+.3f} s; following it slowly"
        case _:
            return ""


def sentence(warning: AirWarning) -> str:
    """Return a warning in one sentence."""
    places = ", ".join(
        f"{place.name} in {duration(place.time_to_go_s)}" for place in warning.places[:3]
    )
    more = f" and {len(warning.places) - 3} more" if len(warning.places) > 3 else ""
    by = f", by {warning.acknowledged_by}" if warning.acknowledged_by else ""
    return (
        f"{warning.threat_class.name.lower()} track {warning.track} threatens "
        f"{places or warning.nation}{more} [{warning.warning_id}, from {warning.origin} "
        f"for {warning.nation}{by}]"
    )
