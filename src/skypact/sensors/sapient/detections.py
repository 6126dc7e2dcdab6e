"""Detections of SAPIENT nodes as rows, and rows as the columns of messages."""

import math
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import MEAN_RADIUS_M, ecef_from_geodetic, enu_axes, geodetic_from_ecef
from skypact.core.geoid import undulation_m
from skypact.core.messages import PRIMARY
from skypact.sensors.asterix_fields import within
from skypact.sensors.sapient.nodes import (
    Node,
    height,
    is_above_geoid,
    latitude_longitude,
    radians_of,
    shown,
)
from skypact.sensors.sapient.schema import number

Columns = dict[str, NDArray[Any]]
F64 = NDArray[np.float64]
SD_MAX_M = 1e6
RANGE_MAX_M = 1e7
_CALLSIGN_CHARACTERS = 8
_TURN = 2 * math.pi
_UNITS = {
    "DEGREES_M": (math.pi / 180, 1.0),
    "RADIANS_M": (1.0, 1.0),
    "DEGREES_KM": (math.pi / 180, 1e3),
    "RADIANS_KM": (1.0, 1e3),
}


class Placed(NamedTuple):
    """A detection whose place was said. height_m: above the geoid where `geoid`, else above the
    ellipsoid; velocity: east, north, up in m/s."""

    time_ns: int
    lat_rad: float
    lon_rad: float
    height_m: float
    geoid: bool
    sd_m: float
    velocity: tuple[float, float, float]
    callsign: bytes


class Seen(NamedTuple):
    """A detection as its sensor sees it. range_m, elevation_rad: NaN when not measured; sd_m: of
    the place it stands for, NaN when not said."""

    time_ns: int
    azimuth_rad: float
    elevation_rad: float
    range_m: float
    sd_m: float
    velocity: tuple[float, float, float]
    callsign: bytes


def read(report: Any, node: Node, time_ns: int, sd_m: float) -> Placed | Seen | str:
    """Return what a checked DetectionReport says, or why it can't be used.

    sd_m: of a place whose error the node does not say.
    """
    velocity, callsign = _velocity(report, node), _callsign(report)
    if report.HasField("range_bearing"):
        polar = _polar(report.range_bearing)
        return polar if isinstance(polar, str) else Seen(time_ns, *polar, velocity, callsign)
    place = report.location
    where, height_m = latitude_longitude(place), height(place)
    if isinstance(where, str):
        return where
    if isinstance(height_m, str):
        return height_m
    if place.datum == 0:
        height_m = math.nan  # above what, it does not say
    sd = _sd_m(place, where[0])
    return Placed(
        time_ns,
        *where,
        height_m,
        is_above_geoid(place),
        sd_m if math.isnan(sd) else sd,
        velocity,
        callsign,
    )


def is_lost(report: Any) -> bool:
    """Return whether a report says that its object is no longer seen."""
    return "lost" in report.state.casefold()


def _sd_m(place: Any, lat_rad: float) -> float:
    """Return the larger horizontal error in m, NaN when none is said. Errors have the unit of the
    coordinates (BSI Flex 335 v2.0, Location)."""
    if not (place.HasField("x_error") and place.HasField("y_error")):
        return math.nan
    unit_m = (radians_of(place) or math.nan) * MEAN_RADIUS_M
    worst = max(abs(place.x_error) * math.cos(lat_rad), abs(place.y_error)) * unit_m
    return min(worst, SD_MAX_M) if math.isfinite(worst) else math.nan


@cache
def _units() -> dict[int, tuple[float, float]]:
    """Return by coordinate system what one unit of angles and of ranges is, rad and m."""
    prefix = "RANGE_BEARING_COORDINATE_SYSTEM_"
    return {
        number("RangeBearingCoordinateSystem", prefix + name): units
        for name, units in _UNITS.items()
    }


def _polar(polar: Any) -> tuple[float, float, float, float] | str:
    """Return (azimuth_rad, elevation_rad, range_m, sd_m), or why it can't be used."""
    if polar.datum != number("RangeBearingDatum", "RANGE_BEARING_DATUM_TRUE"):
        return "a bearing that is not from true north"
    units = _units().get(polar.coordinate_system)
    if units is None:
        return "a bearing without its units"
    angle, distance = units
    if not polar.HasField("azimuth"):
        return "a detection without azimuth"
    azimuth = polar.azimuth * angle
    elevation = polar.elevation * angle if polar.HasField("elevation") else math.nan
    distance_m = polar.range * distance if polar.HasField("range") else math.nan
    if not abs(azimuth) <= 2 * _TURN or abs(elevation) > math.pi / 2:
        return "a direction that is none"
    if not (math.isnan(distance_m) or 0 <= distance_m <= RANGE_MAX_M):
        return "a range that is none"
    sd_m = math.nan
    if polar.HasField("range_error") and polar.HasField("azimuth_error"):
        across_m = abs(polar.azimuth_error) * angle * distance_m
        sd_m = max(abs(polar.range_error) * distance, across_m)
    # A tiny negative azimuth would round up to a whole turn.
    azimuth = azimuth % _TURN
    return azimuth if azimuth < _TURN else 0.0, elevation, distance_m, min(sd_m, SD_MAX_M)


def _velocity(report: Any, node: Node) -> tuple[float, float, float]:
    if node.speed_mps is None or not report.HasField("enu_velocity"):
        return math.nan, math.nan, math.nan
    said = report.enu_velocity
    up = said.up_rate if said.HasField("up_rate") else math.nan
    unit = node.speed_mps
    return said.east_rate * unit, said.north_rate * unit, up * unit


def _callsign(report: Any) -> bytes:
    text = shown(report.id).upper()
    if len(text) > _CALLSIGN_CHARACTERS or not text.isascii():
        return b""
    return text.encode()


def report_columns(rows: list[Placed]) -> Columns:
    """Return columns of PositionReports."""
    table = np.array([(r.lat_rad, r.lon_rad, r.height_m, r.sd_m) for r in rows], np.float64)
    lat, lon, said_m, sd_m = table.reshape(-1, 4).T
    geoid = np.array([r.geoid for r in rows], np.bool_)
    over_m = np.zeros(len(rows))
    if geoid.any():
        over_m[geoid] = undulation_m(lat[geoid], lon[geoid])
    return {
        **_named(rows),
        "lat_rad": lat,
        "lon_rad": lon,
        "height_wgs84_m": within(said_m + over_m, -1e3, 5e5),
        "altitude_pressure_m": np.full(len(rows), np.nan),
        "velocity_enu_mps": within(_velocities(rows), -2e4, 2e4),
        "position_sd_m": np.clip(sd_m, 0.0, SD_MAX_M),
        "address": np.zeros(len(rows), np.uint32),
    }


def plot_columns(rows: list[Seen]) -> Columns:
    """Return columns of a Scan."""
    return {
        **_named(rows),
        **{name: _values(rows, name) for name in ("range_m", "azimuth_rad", "elevation_rad")},
        "range_rate_mps": np.full(len(rows), np.nan),
        "altitude_pressure_m": np.full(len(rows), np.nan),
        "address": np.zeros(len(rows), np.uint32),
        "mode3a": np.full(len(rows), -1, np.int32),
        "detection": np.full(len(rows), PRIMARY, np.uint8),
    }


def bearing_columns(rows: list[Seen]) -> Columns:
    """Return columns of Bearings."""
    return {
        "time_ns": _named(rows)["time_ns"],
        **{name: _values(rows, name) for name in ("azimuth_rad", "elevation_rad")},
    }


def located(
    rows: list[Seen], origins: list[tuple[float, float, float]], sd_m: float
) -> list[Placed]:
    """Return detections of nodes without a site, placed from where the nodes said they stand.

    Without an elevation the height is not known; the place is that of the horizon's plane.
    """
    if not rows:
        return []
    lat, lon, height_m = np.array(origins, np.float64).T
    elevation = _values(rows, "elevation_rad")
    level = np.nan_to_num(elevation)
    range_m, azimuth = _values(rows, "range_m"), _values(rows, "azimuth_rad")
    ground_m = range_m * np.cos(level)
    enu = np.stack(
        [ground_m * np.sin(azimuth), ground_m * np.cos(azimuth), range_m * np.sin(level)], -1
    )
    ecef = ecef_from_geodetic(lat, lon, height_m)
    ecef = ecef + np.einsum("nji,nj->ni", enu_axes(lat, lon), enu)
    where = np.stack(geodetic_from_ecef(ecef), -1)
    where[np.isnan(elevation), 2] = np.nan
    where[~((where[:, 2] >= -1e3) & (where[:, 2] <= 5e5)), 2] = np.nan
    return [
        Placed(
            row.time_ns,
            *place,
            geoid=False,
            sd_m=sd_m if math.isnan(row.sd_m) else row.sd_m,
            velocity=row.velocity,
            callsign=row.callsign,
        )
        for row, place in zip(rows, where.tolist(), strict=True)
    ]


def _named(rows: list[Placed] | list[Seen]) -> Columns:
    return {
        "time_ns": np.array([r.time_ns for r in rows], np.int64),
        "callsign": np.array([r.callsign for r in rows], "S8"),
    }


def _values(rows: list[Seen], name: str) -> F64:
    return np.array([getattr(r, name) for r in rows], np.float64)


def _velocities(rows: list[Placed]) -> F64:
    return np.array([r.velocity for r in rows], np.float64).reshape(-1, 3)
