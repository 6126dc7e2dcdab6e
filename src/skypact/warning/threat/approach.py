"""Which places an air-breather may reach: straight on, with a turn of limited angle.

The reachable set is the cone around the present course, `cone_rad` wide plus twice the spread of
the course, over a horizon of time. Distances are great-circle distances, directions those of the
azimuthal projection around the track.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64, azimuth_rad, distance_m, wrap_pi
from skypact.warning.places import I64, Places, gap_to_polygon, holds_origin
from skypact.warning.threat.kinematics import Kinematics

HALF_ANGLE_MAX_RAD = np.radians(60.0)
SPEED_MIN_MPS = 5.0


class Reach(NamedTuple):
    """Pairs of track and place, all (K,); time_s: to the nearest edge of the place at the present
    speed; spread_s: half of its 95 % window."""

    track: I64
    place: I64
    time_s: F64
    spread_s: F64


def reach(
    track: Kinematics, places: Places, horizon_s: F64, cone_rad: float, margin_m: float
) -> Reach:
    """Return the places each track may reach within `horizon_s` (N,)."""
    speed = np.maximum(track.along_mps, SPEED_MIN_MPS)
    near_t, near_p = places.near(track.lat_rad, track.lon_rad, speed * horizon_s + margin_m)
    ahead = np.minimum(cone_rad + 2 * track.course_sd_rad, HALF_ANGLE_MAX_RAD)
    spare = margin_m + 2 * track.position_sd_m
    maybe = _ahead_at_all(track, places, (near_t, near_p), ahead, spare)
    near_t, near_p = near_t[maybe], near_p[maybe]
    ahead, spare = ahead[near_t], spare[near_t]
    corners = places.corners_from(track.lat_rad[near_t], track.lon_rad[near_t], near_p)
    gap = gap_to_polygon(corners)
    low, high = _directions(corners, track.course_rad[near_t])
    # The margin seen from the track, as an angle.
    wide = np.arcsin(np.clip(spare / np.maximum(gap, spare), 0.0, 1.0))
    inbound = (low - wide <= ahead) & (high + wide >= -ahead)
    inside = holds_origin(corners) | (gap <= spare)
    time = gap / speed[near_t]
    hit = (inside | inbound) & (time <= horizon_s[near_t])
    t, p, gap, time = near_t[hit], near_p[hit], gap[hit], time[hit]
    # A path along the edge of the cone is longer by 1/cos of its angle.
    detour = time * (1 / np.cos(ahead[hit]) - 1) / 2
    known = np.hypot(track.position_sd_m[t] / speed[t], time * track.speed_sd_mps[t] / speed[t])
    return Reach(t, p, time, 2 * np.hypot(known, detour))


def _ahead_at_all(
    track: Kinematics, places: Places, pair: tuple[I64, I64], ahead: F64, spare: F64
) -> NDArray[np.bool_]:
    """Return whether the circle around each place touches the cone: cheap, and never too strict."""
    t, p = pair
    here, there = (track.lat_rad[t], track.lon_rad[t]), (places.lat_rad[p], places.lon_rad[p])
    gap, off = distance_m(*here, *there), azimuth_rad(*here, *there) - track.course_rad[t]
    round_m = places.reach_m[p] + spare[t]
    wide = np.arcsin(np.clip(round_m / np.maximum(gap, round_m), 0.0, 1.0))
    # Twice, because the margin and the place are added up as angles later on.
    return (np.abs(wrap_pi(off)) <= ahead[t] + 2 * wide) | (gap <= round_m)


def _directions(corners: F64, course_rad: F64) -> tuple[F64, F64]:
    """Return the least and the greatest angle off the course to polygons (K, V, 2)."""
    middle = corners.mean(axis=1)
    centre = wrap_pi(np.arctan2(middle[:, 0], middle[:, 1]) - course_rad)
    way = np.arctan2(corners[..., 0], corners[..., 1]) - course_rad[:, None]
    off = centre[:, None] + wrap_pi(way - centre[:, None])
    return off.min(axis=1), off.max(axis=1)
