"""A nation's picture as Cursor on Target events: tracks, zones, warnings. Pure.

Types follow MIL-STD-2525 as Cursor on Target writes it, a-IDENTITY-A-FUNCTION. The identity is the
one the picture holds and no other: software sets pending or unknown, and a threat class, which
only says how an object moves, never makes it more. In an exercise or a test every event carries
`opex` and says so in its remarks.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.messages import (
    AirWarning,
    Context,
    Identity,
    ImpactEllipse,
    PictureView,
    ThreatClass,
)
from skypact.sensors.cot.event import NOT_KNOWN, Element, Event, escape
from skypact.warning.settings import Place

SECOND_NS = 1_000_000_000
LETTERS = {
    Identity.PENDING: "p",
    Identity.UNKNOWN: "u",
    Identity.ASSUMED_FRIEND: "a",
    Identity.FRIEND: "f",
    Identity.NEUTRAL: "n",
    Identity.SUSPECT: "s",
    Identity.HOSTILE: "h",
}
# MIL-STD-2525: W-M a missile in flight, M-F-Q an aircraft without a crew.
FUNCTIONS = {
    ThreatClass.UNKNOWN: "",
    ThreatClass.BALLISTIC: "-W-M",
    ThreatClass.CRUISE: "-W-M",
    ThreatClass.DRONE: "-M-F-Q",
    ThreatClass.AIRCRAFT: "",
    ThreatClass.ROCKET: "-W-M",
}
OPEX = {Context.OPERATION: "", Context.EXERCISE: "e-exercise", Context.TEST: "s-test"}
MARKS = {
    Context.OPERATION: "",
    Context.EXERCISE: "EXERCISE EXERCISE EXERCISE. ",
    Context.TEST: "TEST TEST TEST. ",
}
ALERT, ALERT_OVER = "b-a-o-tbl", "b-a-o-can"
CIRCLE, SHAPE = "u-d-c-c", "u-d-f"
_RED, _YELLOW = -65_536, -256  # ARGB as a signed number
_FUSED, _MACHINE = "m-f", "m-g"


class Teller(NamedTuple):
    """Whose picture it is. stale_s: of a track."""

    nation: str
    context: Context
    stale_s: float

    @property
    def opex(self) -> str:
        return OPEX[self.context]

    def uid(self, kind: str, name: object) -> str:
        return f"skypact.{self.nation}.{kind}.{name}"

    def remarks(self, text: str) -> str:
        return f"<remarks>{MARKS[self.context]}{escape(text)}</remarks>"


def track_uid(teller: Teller, number: int) -> str:
    """Return under which uid a system track is told."""
    return teller.uid("track", number)


def track_events(teller: Teller, view: PictureView) -> Iterator[Event]:
    """Yield an event a track of the picture, at the time of the picture."""
    east, north, _ = array(view, "velocity_enu_mps").T
    columns: dict[str, NDArray[Any]] = {
        "number": array(view, "number"),
        "lat": np.degrees(array(view, "lat_rad")),
        "lon": np.degrees(array(view, "lon_rad")),
        "height": array(view, "height_wgs84_m"),
        "speed": np.round(np.hypot(east, north), 1),
        "course": np.round(np.degrees(np.arctan2(east, north)) % 360.0, 1) % 360.0,
        "ce": array(view, "horizontal_sd_m"),
        "le": array(view, "height_sd_m"),
        "age": array(view, "age_s"),
        "threat_class": array(view, "threat_class"),
        "identity": array(view, "identity"),
        "reporter": array(view, "reporter"),
        "callsign": array(view, "callsign"),
    }
    now_ns = view.observed_ns
    stale_ns = now_ns + round(teller.stale_s * SECOND_NS)
    prefix, opex, mark = teller.uid("track", ""), teller.opex, MARKS[teller.context]
    reporters: list[str] = [escape(name) for name in view.reporters]
    for (
        number, lat, lon, height, speed_mps, course, ce, le, age, kind, identity, reporter, said
    ) in zip(*(column.tolist() for column in columns.values()), strict=True):  # fmt: skip
        callsign = said.decode("ascii", "replace").strip() or f"T{number}"
        by = reporters[int(reporter)] if reporter < len(reporters) else "?"
        told = f"{mark}Track {number}, moves like: {ThreatClass(kind).name.lower()}, "
        told += f"{Identity(identity).name.lower().replace('_', ' ')}, reported by {by}, "
        yield Event(
            uid=f"{prefix}{number}",
            kind=f"a-{LETTERS[identity]}-A{FUNCTIONS[kind]}",
            how=_FUSED,
            time_ns=now_ns,
            start_ns=now_ns,
            stale_ns=stale_ns,
            lat_deg=lat,
            lon_deg=lon,
            hae_m=height,
            ce_m=ce,
            le_m=le,
            elements=(
                Element("contact", (("callsign", callsign),)),
                Element("track", (("speed", str(speed_mps)), ("course", str(course)))),
            ),
            rest=f"<remarks>{told}updated {age:.0f} s ago</remarks>",
            opex=opex,
        )


def zone_events(
    teller: Teller, places: Sequence[Place], now_ns: int, stale_ns: int
) -> Iterator[Event]:
    """Yield a drawing for each place that is to be warned."""
    for place in places:
        lat_deg, lon_deg = place.centre_deg
        if place.radius_m is not None:
            kind, shape = CIRCLE, _ellipse(place.radius_m, place.radius_m, 0.0)
        else:
            corners = place.corners_deg.tolist()
            kind = SHAPE
            shape = "".join(
                f'<link point="{lat:.7f},{lon:.7f},0"/>' for lat, lon in [*corners, corners[0]]
            )
        words = f"{place.kind} of {place.nation}, {place.shelter_s:.0f} s to take cover"
        yield Event(
            uid=teller.uid("place", place.name),
            kind=kind,
            how=_MACHINE,
            time_ns=now_ns,
            start_ns=now_ns,
            stale_ns=stale_ns,
            lat_deg=lat_deg,
            lon_deg=lon_deg,
            hae_m=NOT_KNOWN,
            elements=(Element("contact", (("callsign", place.name),)),),
            rest=shape + _colours(_YELLOW) + teller.remarks(words),
            opex=teller.opex,
        )


def warning_events(
    teller: Teller,
    warning: AirWarning,
    where_deg: tuple[float, float],
    now_ns: int,
    stale_ns: int,
) -> Iterator[Event]:
    """Yield the alert of a warning, and where a ballistic threat is expected to come down.

    where_deg: (lat, lon) at which the alert is shown. A warning that is over ends its alert.
    """
    number, over = warning.track, warning.over
    what = f"{warning.threat_class.name.lower()} track {number}"
    title = f"{MARKS[teller.context]}AIR WARNING {what}"
    emergency = (
        f'<emergency cancel="true">{escape(title)}</emergency>'
        if over
        else f'<emergency type="911 Alert">{escape(title)}</emergency>'
    )
    link = f'<link uid="{escape(track_uid(teller, number))}" relation="p-p" type="a-u-A"/>'
    alert = Event(
        uid=teller.uid("warning", warning.warning_id),
        kind=ALERT_OVER if over else ALERT,
        how=_MACHINE,
        time_ns=now_ns,
        start_ns=now_ns,
        stale_ns=stale_ns,
        lat_deg=where_deg[0],
        lon_deg=where_deg[1],
        elements=(Element("contact", (("callsign", title),)),),
        rest=emergency + link + teller.remarks(sentence(warning)),
        opex=teller.opex,
    )
    yield alert
    if warning.impact is not None and not over:
        yield _impact(teller, alert, warning.warning_id, warning.impact, what)


def impact_uid(teller: Teller, warning_id: str) -> str:
    """Return under which uid the place of impact of a warning is drawn."""
    return teller.uid("impact", warning_id)


def _impact(
    teller: Teller, alert: Event, warning_id: str, impact: ImpactEllipse, what: str
) -> Event:
    angle_deg = math.degrees(impact.azimuth_rad) % 360
    shape = _ellipse(impact.semi_major_m, impact.semi_minor_m, angle_deg)
    return alert._replace(
        uid=impact_uid(teller, warning_id),
        kind=CIRCLE,
        lat_deg=math.degrees(impact.lat_rad),
        lon_deg=math.degrees(impact.lon_rad),
        elements=(Element("contact", (("callsign", f"Impact of {what}"),)),),
        rest=shape + _colours(_RED) + teller.remarks(f"95 % ellipse of the impact of {what}"),
    )


def sentence(warning: AirWarning) -> str:
    """Return whom a warning concerns, by when, and what has become of it."""
    places = "; ".join(
        f"{place.name} ({place.nation}) in {place.time_to_go_s:.0f} s"
        f" give or take {place.time_spread_s:.0f} s"
        for place in warning.places
    )
    state = warning.state.value.replace("_", " ")
    by = f" by {warning.acknowledged_by}" if warning.acknowledged_by else ""
    return (
        f"{warning.origin} warns {warning.nation}: {places}. State: {state}{by}. {warning.reason}"
    )


def _ellipse(major_m: float, minor_m: float, angle_deg: float) -> str:
    return (
        f'<shape><ellipse major="{major_m:.1f}" minor="{minor_m:.1f}" angle="{angle_deg:.1f}"/>'
        "</shape>"
    )


def _colours(argb: int) -> str:
    clear = argb & 0x20FF_FFFF  # the same colour, nearly transparent
    return (
        f'<strokeColor value="{argb}"/><strokeWeight value="3.0"/><fillColor value="{clear}"/>'
        '<labels_on value="true"/>'
    )
