"""The picture as GeoJSON features (RFC 7946): degrees, longitude first. Pure.

Every feature says in which context it is, so that an exercise cannot be taken for live duty in a
GIS that shows nothing but properties.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.console.views import CLASS_WORDS, STAGES
from skypact.core.columns import array
from skypact.core.messages import AirWarning, Context, Identity, PictureView, ThreatClass
from skypact.warning.settings import Place

Feature = dict[str, Any]
ELLIPSE_POINTS = 48
METRES_PER_DEGREE = 111_195.0


class Box(msgspec.Struct, frozen=True):
    """west > east crosses the 180th meridian."""

    west_deg: float
    south_deg: float
    east_deg: float
    north_deg: float

    def holds(self, lat_deg: NDArray[Any], lon_deg: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which points lie in it, edges included."""
        inside = (lat_deg >= self.south_deg) & (lat_deg <= self.north_deg)
        east, west = lon_deg <= self.east_deg, lon_deg >= self.west_deg
        return inside & (east & west if self.west_deg <= self.east_deg else east | west)


def time_text(time_ns: int) -> str:
    """Return a time as RFC 3339, to the millisecond."""
    moment = datetime.fromtimestamp(time_ns // 1_000_000 / 1e3, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def time_of(said: str) -> int:
    """Return ns UTC of an RFC 3339 time; raises ValueError."""
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1e3) * 1_000_000


def tracks(view: PictureView, box: Box | None, first: int, count: int) -> tuple[list[Feature], int]:
    """Return `count` tracks in `box` from the one numbered `first` on (by track number), and how
    many there are in all."""
    lat, lon = np.degrees(array(view, "lat_rad")), np.degrees(array(view, "lon_rad"))
    rows = np.flatnonzero(box.holds(lat, lon)) if box is not None else np.arange(view.count)
    numbers = array(view, "number")
    rows = rows[np.argsort(numbers[rows], kind="stable")]
    wanted = rows[first : first + count]
    east, north, up = array(view, "velocity_enu_mps")[wanted].T
    columns: dict[str, NDArray[Any]] = {
        "number": numbers[wanted],
        "lat": np.round(lat[wanted], 7),
        "lon": np.round(lon[wanted], 7),
        "height_m": np.round(array(view, "height_wgs84_m")[wanted], 1),
        "speed_mps": np.round(np.hypot(east, north), 1),
        "course_deg": np.round(np.degrees(np.arctan2(east, north)) % 360, 1) % 360,
        "climb_mps": np.round(up, 1),
        "horizontal_sd_m": np.round(array(view, "horizontal_sd_m")[wanted], 1),
        "height_sd_m": np.round(array(view, "height_sd_m")[wanted], 1),
        "age_s": np.round(array(view, "age_s")[wanted], 1),
        "quality": array(view, "quality")[wanted],
    }
    time = time_text(view.observed_ns)
    found: list[Feature] = []
    for row, *values in zip(wanted.tolist(), *(c.tolist() for c in columns.values()), strict=True):
        said = dict(zip(columns, values, strict=True))
        lat_deg, lon_deg = said.pop("lat"), said.pop("lon")
        number, height_m = said["number"], said["height_m"]
        reporter = int(array(view, "reporter")[row])
        callsign = bytes(array(view, "callsign")[row]).decode("ascii", "replace").strip()
        properties: Feature = {
            **said,
            "time": time,
            "identity": Identity(array(view, "identity")[row]).name.lower(),
            "threat_class": CLASS_WORDS[ThreatClass(array(view, "threat_class")[row])],
            "reporter": view.reporters[reporter] if reporter < len(view.reporters) else "",
            "callsign": callsign,
            "context": view.context.value,
        }
        point = {"type": "Point", "coordinates": [lon_deg, lat_deg, height_m]}
        found.append(_feature(str(number), point, properties))
    return found, len(rows)


def zones(places: Sequence[Place], context: Context) -> list[Feature]:
    """Return the places that are to be warned, a circle as the polygon around it."""
    return [
        _feature(
            place.name,
            _polygon(place.corners_deg.tolist()),
            {
                "name": place.name,
                "nation": place.nation,
                "kind": place.kind,
                "shelter_s": place.shelter_s,
                "radius_m": place.radius_m,
                "context": context.value,
            },
        )
        for place in places
    ]


def warnings(held: Iterable[AirWarning], context: Context) -> list[Feature]:
    """Return warnings; the geometry is the ellipse of impact, none where there is no impact."""
    return [
        _feature(
            warning.warning_id,
            _impact(warning),
            {
                "origin": warning.origin,
                "nation": warning.nation,
                "track": warning.track,
                "threat_class": CLASS_WORDS[warning.threat_class],
                "probability": round(warning.class_probability, 3),
                "state": warning.state.value,
                "over": warning.over,
                "places": ", ".join(place.name for place in warning.places),
                "soonest": _soonest(warning),
                "reason": warning.reason,
                "acknowledged_by": warning.acknowledged_by,
                "cleared_by": warning.cleared_by,
                **{
                    f"{stage}_at": time_text(at) if (at := getattr(warning.ledger, f"{stage}_ns"))
                    else None
                    for stage in STAGES
                },
                "context": context.value,
            },
        )
        for warning in held
    ]  # fmt: skip


def within(found: list[Feature], box: Box) -> list[Feature]:
    """Return the features whose own box meets `box`; one without a place meets none."""
    kept: list[Feature] = []
    for one in found:
        if one["geometry"] is None:
            continue
        lon, lat = np.array(one["geometry"]["coordinates"][0], np.float64).T[:2]
        # Corners of the box in the ring's extent, or of the ring in the box: enough for rings
        # without holes that are compared by their extents.
        low = lat.min() <= box.north_deg and lat.max() >= box.south_deg
        if box.west_deg <= box.east_deg:
            side = lon.min() <= box.east_deg and lon.max() >= box.west_deg
        else:
            side = lon.min() <= box.east_deg or lon.max() >= box.west_deg
        if low and side:
            kept.append(one)
    return kept


def _feature(name: str, geometry: Feature | None, properties: Feature) -> Feature:
    return {"type": "Feature", "id": name, "geometry": geometry, "properties": properties}


def _polygon(corners_deg: list[list[float]]) -> Feature:
    ring = [[round(lon, 7), round(lat, 7)] for lat, lon in corners_deg]
    signed = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
    if signed < 0:  # RFC 7946 3.1.6: an outer ring goes counter-clockwise
        ring.reverse()
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _impact(warning: AirWarning) -> Feature | None:
    impact = warning.impact
    if impact is None:
        return None
    turn = np.arange(ELLIPSE_POINTS) * (2 * np.pi / ELLIPSE_POINTS)
    along, across = impact.semi_major_m * np.cos(turn), impact.semi_minor_m * np.sin(turn)
    sine, cosine = math.sin(impact.azimuth_rad), math.cos(impact.azimuth_rad)
    north, east = along * cosine - across * sine, along * sine + across * cosine
    lat = math.degrees(impact.lat_rad) + north / METRES_PER_DEGREE
    shrink = max(math.cos(impact.lat_rad), 1e-3)
    lon = math.degrees(impact.lon_rad) + east / METRES_PER_DEGREE / shrink
    return _polygon(np.stack([lat, (lon + 180) % 360 - 180], -1).tolist())


def _soonest(warning: AirWarning) -> str | None:
    if not warning.places:
        return None
    soon_s = min(place.time_to_go_s for place in warning.places)
    return time_text(warning.assessed_ns + round(soon_s * 1e9))
