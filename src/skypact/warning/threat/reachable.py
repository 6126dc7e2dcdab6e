"""Which places an air-breather could reach at all, and when at the earliest: speed and turns.

It turns at most so hard, then flies straight at its greatest speed, whatever its present course: a
circle and its tangent (Dubins 1957). That it could does not mean that it will: no likelihood and no
latest time is said.
"""

from typing import NamedTuple

import numpy as np

from skypact.core.geodesy import F64, azimuth_rad, distance_m, wrap_pi
from skypact.warning.places import I64, Places
from skypact.warning.threat.approach import SPEED_MIN_MPS
from skypact.warning.threat.kernels_reach import ahead
from skypact.warning.threat.kinematics import Kinematics


class Agility(NamedTuple):
    """turn_mps2: greatest acceleration across; faster: greatest speed over the present one."""

    turn_mps2: float
    faster: float


class Reachable(NamedTuple):
    """Pairs of track and place, soonest first for each track, all (K,); earliest_s: arrival."""

    track: I64
    place: I64
    earliest_s: F64


def reachable(
    track: Kinematics,
    places: Places,
    horizon_s: F64,
    agility: Agility,
    margin_m: float,
    most: int,
) -> Reachable:
    """Return the places that each of N tracks could reach within `horizon_s` (N,), of each nation
    the `most` nearest."""
    speed = fastest_mps(track, agility)
    spare = margin_m + 2 * track.position_sd_m
    look = speed * horizon_s + spare
    all_round = np.full(len(speed), np.pi)
    rows = (track.lat_rad, track.lon_rad, track.course_rad, all_round, spare, look, look)
    pair, _ = ahead(
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
    t, place = pair[:, 0], places.order[pair[:, 1]]
    earliest = earliest_s(
        track,
        t,
        places.lat_rad[place],
        places.lon_rad[place],
        places.reach_m[place] + spare[t],
        agility,
    )
    there = earliest <= horizon_s[t]
    t, place, earliest = t[there], place[there], earliest[there]
    order = np.lexsort((place, earliest, t))
    return Reachable(t[order], place[order], earliest[order])


def fastest_mps(track: Kinematics, agility: Agility) -> F64:
    """Return the greatest speeds over the ground (N,) to reckon with."""
    known = track.along_mps + 2 * track.speed_sd_mps
    return np.maximum(known * agility.faster, SPEED_MIN_MPS)


def earliest_s(
    track: Kinematics, t: I64, lat_rad: F64, lon_rad: F64, round_m: F64, agility: Agility
) -> F64:
    """Return when tracks `t` (K,) can be within `round_m` (K,) of points (K,) at the earliest."""
    here = track.lat_rad[t], track.lon_rad[t]
    away, way = distance_m(*here, lat_rad, lon_rad), azimuth_rad(*here, lat_rad, lon_rad)
    speed = fastest_mps(track, agility)[t]
    # The present speed turns tighter than the greatest.
    radius = np.maximum(track.along_mps[t], SPEED_MIN_MPS) ** 2 / agility.turn_mps2
    off = np.abs(wrap_pi(way - track.course_rad[t]))
    off = np.maximum(off - 2 * track.course_sd_rad[t], 0.0)
    # The circle it turns on stands to the side of the point: x across, y along the course.
    x, y = away * np.sin(off) - radius, away * np.cos(off)
    gap = np.hypot(x, y)
    tangent = np.sqrt(np.maximum(gap**2 - radius**2, 0.0))
    # How far round it turns until it looks at the point.
    turn = (np.arctan2(y, -x) - np.arctan2(tangent, radius)) % (2 * np.pi)
    turn = np.where(turn > 2 * np.pi - 1e-9, 0.0, turn)
    inside = gap < radius
    way_m = np.where(inside, away, radius * turn + tangent) - round_m
    return np.maximum(way_m, 0.0) / speed
