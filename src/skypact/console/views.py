"""Messages to what the page shows: degrees, milliseconds, words. Nothing else converts units."""

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from skypact.console.orders.identities import noted
from skypact.console.settings import NodeIdentity
from skypact.core.columns import array
from skypact.core.messages import (
    AgreementResumed,
    AgreementSuspended,
    AirWarning,
    AuditFault,
    ChannelNoted,
    ClockStepped,
    CommandRefused,
    DatagramsDropped,
    FeedNoted,
    FeedView,
    FrameRefused,
    ImpactEllipse,
    InputQuarantined,
    LaunchDetections,
    Ledger,
    LinkView,
    Message,
    PlotsRefused,
    ReleaseWithheld,
    RolesPublished,
    SensorRegistration,
    Sighted,
    SightingsUnexplained,
    StorageFailed,
    ThreatClass,
    TurnMeasured,
    WarningState,
    WayChanged,
)

CLASS_WORDS = {
    ThreatClass.UNKNOWN: "unknown",
    ThreatClass.BALLISTIC: "ballistic",
    ThreatClass.CRUISE: "cruise",
    ThreatClass.DRONE: "drone",
    ThreatClass.AIRCRAFT: "aircraft",
    ThreatClass.ROCKET: "rocket",
}
STAGES = ("detected", "tracked", "raised", "released", "received", "shown", "acknowledged")
_OPEN = (WarningState.RAISED, WarningState.ESCALATED)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something the duty officer should be able to look up. Equal (kind, about, text) are one
    notice with a count."""

    kind: str
    about: str
    text: str
    count: int = 1


def milliseconds(time_ns: int) -> float:
    """Return ms UTC; exact to a microsecond in a double."""
    return round(time_ns / 1e6, 3)


def warning_row(warning: AirWarning, identity: NodeIdentity) -> dict[str, Any]:
    """Return the queue row of a warning. eta_ms: when the threat may be there, ms UTC;
    may_acknowledge, may_release: what this nation's people can do with it now."""
    return {
        "id": warning.warning_id,
        "origin": warning.origin,
        "nation": warning.nation,
        "track": warning.track,
        "threat": CLASS_WORDS[warning.threat_class],
        "probability": round(warning.class_probability, 3),
        "state": warning.state.value,
        "over": warning.over,
        "version": warning.version,
        "places": [
            {
                "name": place.name,
                "nation": place.nation,
                "eta_ms": milliseconds(warning.assessed_ns) + round(place.time_to_go_s * 1e3),
                "spread_s": round(place.time_spread_s, 1),
            }
            for place in warning.places
        ],
        "assessed_ms": milliseconds(warning.assessed_ns),
        "impact": None if warning.impact is None else _ellipse(warning.impact),
        "reason": warning.reason,
        "acknowledge_by_ms": milliseconds(warning.acknowledge_by_ns),
        "acknowledged_by": warning.acknowledged_by,
        "cleared_by": warning.cleared_by,
        "ledger": ledger_row(warning.ledger),
        "may_acknowledge": may_acknowledge(warning, identity),
        "may_release": may_release(warning, identity),
    }


def may_acknowledge(warning: AirWarning, identity: NodeIdentity) -> bool:
    """Return whether a person of this nation can acknowledge the warning now."""
    unanswered = warning.state is WarningState.CLEAR_PROPOSED and not warning.acknowledged_by
    return (warning.state in _OPEN or unanswered) and warning.nation == identity.nation


def may_release(warning: AirWarning, identity: NodeIdentity) -> bool:
    """Return whether a person of this nation can release the all-clear now."""
    return warning.state is WarningState.CLEAR_PROPOSED and warning.origin == identity.nation


def ledger_row(ledger: Ledger) -> dict[str, float]:
    """Return the stages in ms UTC, 0 for a stage not reached."""
    return {stage: milliseconds(getattr(ledger, f"{stage}_ns")) for stage in STAGES}


def _ellipse(impact: ImpactEllipse) -> dict[str, float]:
    return {
        "lat": round(math.degrees(impact.lat_rad), 6),
        "lon": round(math.degrees(impact.lon_rad), 6),
        "semi_major_m": round(impact.semi_major_m),
        "semi_minor_m": round(impact.semi_minor_m),
        "azimuth_deg": round(math.degrees(impact.azimuth_rad), 2),
    }


def feed_rows(view: FeedView, rests_until_ns: Mapping[str, int]) -> dict[str, Any]:
    """Return feeds and sensors with their counters. rests_until_ns: of each sensor in an outage."""
    return {
        "observed_ms": milliseconds(view.observed_ns),
        "feeds": [
            {
                "name": feed.name,
                "format": feed.format,
                "alive": feed.alive,
                "last_ms": milliseconds(feed.last_ns),
                "records": feed.records,
                "refused": feed.refused,
                "unknown": feed.unknown,
                "doubled": feed.doubled,
                "dropped": feed.dropped,
                "last_refusals": list(feed.last_refusals[-3:]),
            }
            for feed in view.feeds
        ],
        "sensors": [
            {
                "name": sensor.name,
                "alive": sensor.alive,
                "last_ms": milliseconds(sensor.last_ns),
                "rotation_s": round(sensor.rotation_s, 2),
                "rests_until_ms": milliseconds(rests_until_ns.get(sensor.name, 0)),
            }
            for sensor in view.sensors
        ],
    }


def link_rows(view: LinkView) -> dict[str, Any]:
    """Return links to partners with their counters. absent: of the coordinator, in words."""
    return {
        "observed_ms": milliseconds(view.observed_ns),
        "absent": absent_words(view),
        "links": [
            {
                "partner": link.partner,
                "alive": link.alive,
                "last_heard_ms": milliseconds(link.last_heard_ns),
                "tracks_in": link.tracks_in,
                "tracks_out": link.tracks_out,
                "gaps": link.gaps,
                "outbox": link.outbox,
                "suspended": (*link.suspended, *_absent(link.partner, view), *link.notes),
                "wire": link.wire,
            }
            for link in view.links
        ],
    }


def _absent(partner: str, view: LinkView) -> tuple[str, ...]:
    """Return in words that this partner is the coordinator and absent, () otherwise."""
    found = view.coordinator
    if found is None or found.nation != partner or not found.absent_since_ns:
        return ()
    return (absent_words(view),)


def absent_words(view: LinkView) -> str:
    """Return since when the coordinator is absent, "" while it is there or there is none."""
    found = view.coordinator
    if found is None or not found.absent_since_ns:
        return ""
    return f"coordinator absent since {clock(found.absent_since_ns)}; local work goes on"


def clock(time_ns: int) -> str:
    """Return a time of day in UTC, as "21:04:10Z"."""
    time_s = time_ns // 1_000_000_000 % 86_400
    return f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}:{time_s % 60:02d}Z"


def role_notices(message: RolesPublished) -> Notice:
    """Return who may what, as the coordinator says."""
    areas = ", ".join(f"{area.name}: {area.nation}" for area in message.areas) or "none"
    text = (
        f"members {', '.join(message.members)}; hubs {', '.join(message.hubs)}; "
        f"identity authority {areas}"
    )
    return Notice(kind="roles", about=message.coordinator, text=text)


def notice(message: Message) -> Notice | None:
    """Return what to note of a message, None when it is not for the notice list."""
    match message:
        case CommandRefused():
            return Notice(kind="command refused", about=message.command_id, text=message.reason)
        case ReleaseWithheld():
            text = f"{message.what}: {message.reason}"
            return Notice(
                kind="withheld", about=message.partner, text=text, count=max(1, message.withheld)
            )
        case AgreementSuspended() | AgreementResumed():
            return agreement_notice(message)
        case SensorRegistration() | TurnMeasured():
            return Notice(kind="sensor", about=message.sensor, text=message.text)
        case FeedNoted() | PlotsRefused() | DatagramsDropped():
            return feed_notice(message)
        case LaunchDetections():
            return launch_notice(message)
        case SightingsUnexplained():
            return sighting_notice(message)
        case FrameRefused() | AuditFault() | WayChanged() | RolesPublished():
            return partner_notice(message)
        case InputQuarantined() | StorageFailed() | ClockStepped() | ChannelNoted():
            return own_notice(message)
        case _:
            said = noted(message)
            return Notice(kind=said.kind, about=said.about, text=said.text) if said else None


def own_notice(
    message: InputQuarantined | StorageFailed | ClockStepped | ChannelNoted,
) -> Notice | None:
    """Return what is wrong with this node itself; None for a channel that can be used."""
    match message:
        case InputQuarantined():
            where = f"journal {message.position}"
            return Notice(kind="quarantined", about=where, text=message.reason)
        case ChannelNoted():
            text = message.reason
            return None if message.up else Notice(kind="channel", about=message.channel, text=text)
        case StorageFailed():
            text = f"warnings go out unrecorded: {message.reason}"
            return Notice(kind="disk failed", about="this node", text=text)
        case ClockStepped():
            text = f"UTC stepped by {message.step_ns / 1e9:+.3f} s; followed slowly"
            return Notice(kind="clock stepped", about="this node", text=text)


def partner_notice(message: FrameRefused | AuditFault | WayChanged | RolesPublished) -> Notice:
    """Return what a partner sent that cannot be taken, what is wrong with its audit log, or by
    which way it is heard, or what the coordinator publishes."""
    match message:
        case RolesPublished():
            return role_notices(message)
        case FrameRefused():
            return Notice(kind="frame refused", about=message.partner, text=message.reason)
        case AuditFault():
            return Notice(kind=f"audit: {message.fault}", about=message.partner, text=message.text)
        case WayChanged():
            way = "by the hub" if message.way == "hub" else "by the direct line"
            heard = f"heard {way}" if message.up else f"no longer heard {way}"
            return Notice(kind="way", about=message.partner, text=heard)


def agreement_notice(message: AgreementSuspended | AgreementResumed) -> Notice:
    """Return who suspended an agreement or took that back, and why."""
    what = "suspended" if isinstance(message, AgreementSuspended) else "resumed"
    name = f"{message.agreement}/{message.clause}" if message.clause else message.agreement
    by = f"{message.person} of {message.party}" if message.person else message.party
    return Notice(kind=f"agreement {what}", about=name, text=f"by {by}: {message.reason}")


def feed_notice(message: FeedNoted | PlotsRefused | DatagramsDropped) -> Notice:
    """Return what to note of a feed: what the node says of it, or what of it was not taken."""
    match message:
        case FeedNoted():
            return Notice(kind="feed", about=message.feed, text=message.text)
        case PlotsRefused():
            return Notice(
                kind="plots refused",
                about=message.source,
                text=message.reason,
                count=message.count,
            )
        case DatagramsDropped():
            return Notice(
                kind="dropped",
                about=message.feed,
                text="input queue was full; the oldest datagrams went",
                count=max(1, message.dropped),
            )


def launch_notice(detections: LaunchDetections) -> Notice:
    """Return what was said of launches, the surest of them in words."""
    confidence = array(detections, "confidence")
    row = int(confidence.argmax())
    lat, lon = (math.degrees(array(detections, name)[row]) for name in ("lat_rad", "lon_rad"))
    at = clock(int(array(detections, "time_ns")[row]))
    place = _place(lat, lon)
    within_km = 2.4477 * float(array(detections, "major_sd_m")[row]) / 1e3  # 95 % of an ellipse
    text = f"launch reported at {at} within {within_km:.0f} km of {place}, {confidence[row]:.0%}"
    return Notice(kind="launch", about=detections.sensor, text=text, count=detections.count)


SIGHTED_WORDS = {
    Sighted.OTHER: "something",
    Sighted.DRONE: "drones",
    Sighted.MISSILE: "missiles",
    Sighted.AIRCRAFT: "aircraft",
    Sighted.EXPLOSION: "explosions",
}


def sighting_notice(message: SightingsUnexplained) -> Notice:
    """Return where people see what no sensor holds: the areas, with the most sources first."""
    said = [
        f"{a.sources} sources near {_place(math.degrees(a.lat_rad), math.degrees(a.lon_rad), 1)} "
        f"report {SIGHTED_WORDS[a.sighted]} that no track explains"
        for a in sorted(message.areas, key=lambda area: -area.sources)
    ]
    return Notice(kind="sighting", about="people", text="; ".join(said), count=len(said))


def _place(lat_deg: float, lon_deg: float, digits: int = 2) -> str:
    south, west = "S" if lat_deg < 0 else "N", "W" if lon_deg < 0 else "E"
    return f"{abs(lat_deg):.{digits}f} {south} {abs(lon_deg):.{digits}f} {west}"


OBSERVED_SHOWN = 4


def not_observed(observed: Mapping[str, int]) -> list[str]:
    """Return one sentence for each class that some places are not looked at for. observed: bits by
    place, 1 << ThreatClass."""
    told: list[str] = []
    for kind in ThreatClass:
        blind = [name for name, bits in observed.items() if not bits & 1 << kind]
        if kind is ThreatClass.UNKNOWN or not blind:
            continue
        more = len(blind) - OBSERVED_SHOWN
        others = f" and {more} more" if more > 0 else ""
        names = ", ".join(blind[:OBSERVED_SHOWN])
        told.append(f"not observed for {kind.name.lower()}: {names}{others}")
    return told
