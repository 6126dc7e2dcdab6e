"""Which places an air-breather heads for: straight on, with a turn of limited angle.

It heads for what lies in the cone around its present course, `cone_rad` wide plus twice the spread
of the course, over a horizon of time. Distances are great-circle distances, directions those of the
azimuthal projection around the track.
"""

from typing import NamedTuple

import numpy as np

from skypact.core.geodesy import F64
from skypact.warning.places import I64, Places
from skypact.warning.threat.kernels_reach import ahead
from skypact.warning.threat.kinematics import Kinematics

HALF_ANGLE_MAX_RAD = np.radians(60.0)
SPEED_MIN_MPS = 5.0


class Reach(NamedTuple):
    """Pairs of track and place, all (K,); time_s: to the nearest edge of the place at the present
    speed; spread_s: half of its 95 % window; closest_m: how near the way straight on comes, no
    finer than is known."""

    track: I64
    place: I64
    time_s: F64
    spread_s: F64
    closest_m: F64


def reach(
    track: Kinematics,
    places: Places,
    horizon_s: F64,
    cone_rad: float,
    margin_m: float,
    most: int = 64,
) -> Reach:
    """Return the places each track heads for within `horizon_s` (N,), of each nation the `most`
    nearest."""
    speed = np.maximum(track.along_mps, SPEED_MIN_MPS)
    half = np.minimum(cone_rad + 2 * track.course_sd_rad, HALF_ANGLE_MAX_RAD)
    spare = margin_m + 2 * track.position_sd_m
    flown = speed * horizon_s
    rows = (track.lat_rad, track.lon_rad, track.course_rad, half, spare, flown, flown + margin_m)
    pair, value = ahead(
        np.ascontiguousarray(np.stack(rows, -1)),
        places.band,
        places.centre,
        places.wide_m,
        places.nation,
        places.begin,
        places.corner,
        len(places.nations),
        most,
    )
    t, time = pair[:, 0], value[:, 0] / speed[pair[:, 0]]
    # A path along the edge of the cone is longer by 1/cos of its angle.
    detour = time * (1 / np.cos(half[t]) - 1) / 2
    known = np.hypot(track.position_sd_m[t] / speed[t], time * track.speed_sd_mps[t] / speed[t])
    place = places.order[pair[:, 1]]
    order = np.lexsort((place, t))
    spread = 2 * np.hypot(known, detour)
    aside = track.position_sd_m[t] + time * speed[t] * track.course_sd_rad[t]
    closest = _no_finer(value[:, 1], 2 * aside)
    return Reach(t[order], place[order], time[order], spread[order], closest[order])


def _no_finer(value: F64, spread: F64) -> F64:
    """Return values rounded to the power of ten below their spread."""
    step = 10.0 ** np.floor(np.log10(np.maximum(spread, 1.0)))
    return np.round(value / step) * step
