"""Which places a launch that was seen from space may reach, and when: a coarse fan.

Between the least and the greatest ground range, over all azimuths or those around the direction in
which it was seen to fly. Time of flight: from that of the arc of least energy on a sphere without
air (Bate, Mueller, White, Fundamentals of Astrodynamics, 6.2), flatter or steeper, and the motor.

A fan is worked out from the middle of the 20 km cell in which the reported point lies, so nothing
that follows from it, such as times to several places, tells the point any finer.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import (
    F64,
    GM_M3PS2,
    MEAN_RADIUS_M,
    azimuth_rad,
    distance_m,
    wrap_pi,
)
from skypact.warning.places import I64, Places
from skypact.warning.settings import WarningSettings

CELL_M = 20_000.0
CELL_SPARE_M = CELL_M / np.sqrt(2)
FLATTEST, STEEPEST = 0.7, 1.35
"""Times of flight of arcs from about 25 to 60 degrees, over that of the arc of least energy."""
BURN_S = (10.0, 120.0)
"""How long a motor burns when nobody has seen it end."""
SHORTEST = 0.4
"""The least range of an arc over the greatest at the same speed: it may be steep or meet air."""


class LaunchPoint(NamedTuple):
    """cell_rad: middle of the cell of the point; sd_m: of the reported point; azimuth_rad, burn_s:
    None where not seen."""

    cell_rad: tuple[float, float]
    sd_m: float
    azimuth_rad: float | None
    burn_s: float | None


class Fan(NamedTuple):
    """Places, soonest first, (K,) each: earliest_s, latest_s: arrival after launch."""

    place: I64
    earliest_s: F64
    latest_s: F64


def cell(lat_rad: float, lon_rad: float) -> tuple[float, float]:
    """Return the middle of the 20 km cell in which a point lies."""
    step = CELL_M / MEAN_RADIUS_M
    lat = float(np.clip((np.floor(lat_rad / step) + 0.5) * step, -np.pi / 2, np.pi / 2))
    across = step / max(float(np.cos(lat)), step)
    lon = (np.floor(lon_rad / across) + 0.5) * across
    return lat, float(wrap_pi(lon))


def flight_s(ground_m: F64) -> F64:
    """Return the time of flight of the arc of least energy over ground ranges (N,)."""
    half = np.clip(ground_m / MEAN_RADIUS_M, 1e-6, np.pi) / 2
    axis_m = MEAN_RADIUS_M * (1 + np.sin(half)) / 2
    eccentricity = np.cos(half) / (1 + np.sin(half))
    anomaly = np.arccos(np.clip((1 - MEAN_RADIUS_M / axis_m) / eccentricity, -1, 1))
    swept = np.pi - anomaly + eccentricity * np.sin(anomaly)
    return 2 * np.sqrt(axis_m**3 / GM_M3PS2) * swept


def ranges_m(burn_s: float | None, settings: WarningSettings) -> tuple[float, float]:
    """Return the least and the greatest ground range, given how long the motor burnt."""
    if burn_s is None:
        return 0.0, settings.launch_reach_m
    slow, fast = (_range_m(a * burn_s) for a in settings.launch_acceleration_mps2)
    return min(SHORTEST * slow, settings.launch_reach_m), min(fast, settings.launch_reach_m)


def fan(launch: LaunchPoint, places: Places, settings: WarningSettings) -> Fan:
    """Return which places the launch may reach."""
    lat, lon = (np.full(places.count, x) for x in launch.cell_rad)
    here, there = (lat, lon), (places.lat_rad, places.lon_rad)
    gap = distance_m(*here, *there)
    spare = places.reach_m + settings.margin_m + CELL_SPARE_M + 2 * launch.sd_m
    least_m, most_m = ranges_m(launch.burn_s, settings)
    hit: NDArray[np.bool_] = (gap - spare <= most_m) & (gap + spare >= least_m)
    if launch.azimuth_rad is not None:
        off = np.abs(wrap_pi(azimuth_rad(*here, *there) - launch.azimuth_rad))
        wide = np.arcsin(np.clip(spare / np.maximum(gap, spare), 0.0, 1.0))
        hit &= (off <= 2 * np.radians(settings.launch_course_sd_deg) + wide) | (gap <= spare)
    which = np.flatnonzero(hit)
    near, far = np.maximum(gap - spare, 0.0)[which], (gap + spare)[which]
    burn = BURN_S if launch.burn_s is None else (launch.burn_s, launch.burn_s)
    # While the motor burns it covers about half of the ground that it would at full speed.
    earliest = FLATTEST * flight_s(near) + burn[0] / 2
    latest = STEEPEST * flight_s(far) + burn[1] / 2
    order = np.lexsort((which, earliest))
    return Fan(which[order], earliest[order], latest[order])


def _range_m(speed_mps: float) -> float:
    """Return the greatest ground range of free flight at a speed, half way round at most."""
    share = speed_mps**2 * MEAN_RADIUS_M / GM_M3PS2
    return 2 * MEAN_RADIUS_M * float(np.arcsin(min(share / (2 - share), 1.0) if share < 1 else 1.0))
