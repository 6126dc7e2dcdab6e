"""Ballistic arcs: two-body, J2, drag in an exponential atmosphere, in the rotating Earth frame.

The frame is ECEF, so centrifugal and Coriolis terms are forces. Integration is RK4 with a fixed
step, in a kernel. Sources: Vallado, Fundamentals of Astrodynamics, 4th ed., 8.6 and
8.7 (J2, drag); Bate, Mueller, White 1971, 6.2 (free flight range, least energy).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import SkypactError
from skypact.core.geodesy import (
    EARTH_RATE_RADPS,
    F64,
    FLATTENING,
    GM_M3PS2,
    J2,
    MEAN_RADIUS_M,
    SEMI_MAJOR_AXIS_M,
    azimuth_rad,
    distance_m,
    ecef_from_geodetic,
    enu_axes,
)
from skypact.exercise.kernels_arcs import flights

DENSITY_KGPM3 = 1.225
STEP_S = 0.5
COARSE_STEP_S = 2.0
FLIGHT_MAX_S = 3600.0
MISS_MAX_M = 10.0
COARSE_MISS_MAX_M = 3.0
PASSES_MAX = 12
_NO_STATES = np.empty((0, 0, 6))
_NUDGE_MPS = np.array([0.0, 1.0, 0.0])
_NUDGE_RAD = np.array([0.0, 0.0, 1e-4])


@dataclass(frozen=True)
class Forces:
    """What acts besides the central attraction; each can be switched off by its value."""

    j2: float = J2
    earth_rate_radps: float = EARTH_RATE_RADPS
    density_kgpm3: float = DENSITY_KGPM3


def height_m(position_ecef_m: F64) -> F64:
    """Return heights above the ellipsoid along the geocentric radius, under 30 m off at 200 km."""
    r = np.sqrt(np.einsum("...i,...i", position_ecef_m, position_ecef_m))
    sin2 = (position_ecef_m[..., 2] / r) ** 2
    surface = (1 - FLATTENING) / np.sqrt(
        (1 - FLATTENING) ** 2 + FLATTENING * (2 - FLATTENING) * sin2
    )
    return r - SEMI_MAJOR_AXIS_M * surface


def fly(position: F64, velocity: F64, drag_kgpm2: F64, forces: Forces) -> tuple[F64, F64, F64, F64]:
    """Return positions and velocities (T, N, 3), flight times (N,) and impacts (N, 3) of objects
    (N, 3).

    One state every STEP_S; the last of each object lies within one step below the ellipsoid and is
    repeated. Raises SkypactError for an object still up after an hour.
    """
    flight_s, impact = _flights(position, velocity, drag_kgpm2, forces, STEP_S, _NO_STATES)
    if np.isnan(flight_s).any():
        raise SkypactError("a ballistic object is still in flight after an hour")
    steps = int(np.ceil(flight_s.max(initial=0.0) / STEP_S))
    states = np.empty((steps + 1, len(position), 6))
    _flights(position, velocity, drag_kgpm2, forces, STEP_S, states)
    return states[..., :3].copy(), states[..., 3:].copy(), flight_s, impact


def _flights(
    p: F64, v: F64, drag_kgpm2: F64, forces: Forces, step_s: float, states: F64
) -> tuple[F64, F64]:
    """Return flight times and impacts of objects (N, 3); fill their states."""
    acting = np.array([forces.j2, forces.earth_rate_radps, forces.density_kgpm3])
    p, v = np.ascontiguousarray(p), np.ascontiguousarray(v)
    steps_max = int(FLIGHT_MAX_S / step_s)
    return flights(p, v, drag_kgpm2, acting, step_s, steps_max, states)


def between(p0: F64, v0: F64, p1: F64, v1: F64, share: F64, step_s: float) -> tuple[F64, F64]:
    """Return position and velocity at `share` (0..1) of a step: cubic Hermite."""
    s = share[..., None]
    jump = p1 - p0
    d0, d1 = v0 * step_s, v1 * step_s
    c2, c3 = 3 * jump - 2 * d0 - d1, d0 + d1 - 2 * jump
    return p0 + s * (d0 + s * (c2 + s * c3)), (d0 + s * (2 * c2 + 3 * s * c3)) / step_s


def least_energy_elevation(ground_m: F64) -> F64:
    """Return the elevation of the least launch speed over `ground_m` on a sphere, no air."""
    return np.pi / 4 - ground_m / MEAN_RADIUS_M / 4


def free_flight_speed(ground_m: F64, elevation_rad: F64) -> F64:
    """Return the speed that carries over `ground_m` on a sphere without air, from the ground."""
    angle = ground_m / MEAN_RADIUS_M
    cos_e = np.cos(elevation_rad)
    ratio = (1 - np.cos(angle)) / (cos_e * (cos_e - np.cos(angle + elevation_rad)))
    return np.sqrt(ratio * GM_M3PS2 / MEAN_RADIUS_M)


def solve(
    launch: tuple[F64, F64, F64],
    aim: tuple[F64, F64],
    elevation_rad: F64,
    drag_kgpm2: F64,
    forces: Forces,
) -> tuple[F64, F64, NDArray[np.bool_]]:
    """Return start positions and velocities (N, 3) of arcs that come down at `aim`, and which (N,)
    do so within 10 m.

    launch: lat_rad, lon_rad, height_wgs84_m, each (N,); aim: lat_rad, lon_rad; elevation_rad (N,):
    NaN asks for the least energy. Newton on speed and azimuth, coarse steps first. An arc that has
    arrived is left alone, so that it does not depend on the others.
    """
    ground = distance_m(launch[0], launch[1], aim[0], aim[1])
    elevation = np.where(np.isnan(elevation_rad), least_energy_elevation(ground), elevation_rad)
    speed, azimuth = free_flight_speed(ground, elevation), azimuth_rad(*launch[:2], *aim)
    start, axes = ecef_from_geodetic(*launch), enu_axes(launch[0], launch[1])
    aim_axes, aim_p = enu_axes(*aim), ecef_from_geodetic(*aim, 0.0)
    there = np.zeros(ground.shape, np.bool_)
    for step_s, miss_max_m in ((COARSE_STEP_S, COARSE_MISS_MAX_M), (STEP_S, MISS_MAX_M)):
        for _ in range(PASSES_MAX):
            s, a = speed[:, None] + _NUDGE_MPS, azimuth[:, None] + _NUDGE_RAD
            v = _velocity(s, a, elevation[:, None], axes[:, None])
            p, drag = np.repeat(start, 3, axis=0), np.repeat(drag_kgpm2, 3)
            hit = _flights(p, v.reshape(-1, 3), drag, forces, step_s, _NO_STATES)[1]
            hit = hit.reshape(v.shape)
            miss = np.einsum("nij,nkj->nki", aim_axes, hit - aim_p[:, None])[..., :2]
            miss_m = np.hypot(miss[:, 0, 0], miss[:, 0, 1])
            there = miss_m < miss_max_m
            if (there | np.isnan(miss_m)).all():
                break
            more_s, more_a = _newton(miss)
            # A bounded step keeps a poor first guess from leaving the region where arcs exist.
            speed = speed + np.where(there, 0, np.clip(more_s, -0.2 * speed, 0.2 * speed))
            azimuth = azimuth + np.where(there, 0, np.clip(more_a, -0.2, 0.2))
        if not there.all():
            break
    return start, _velocity(speed, azimuth, elevation, axes), there


def _newton(miss: F64) -> tuple[F64, F64]:
    """Return changes of speed and azimuth that should bring misses (N, 3, 2) to zero: of the arc,
    of the one nudged in speed, of the one nudged in azimuth."""
    by_s = (miss[:, 1] - miss[:, 0]) / _NUDGE_MPS[1]
    by_a = (miss[:, 2] - miss[:, 0]) / _NUDGE_RAD[2]
    det = by_s[:, 0] * by_a[:, 1] - by_s[:, 1] * by_a[:, 0]
    east, north = miss[:, 0, 0], miss[:, 0, 1]
    more_s = -(east * by_a[:, 1] - north * by_a[:, 0]) / det
    return more_s, -(by_s[:, 0] * north - by_s[:, 1] * east) / det


def _velocity(speed_mps: F64, azimuth: F64, elevation: F64, axes: F64) -> F64:
    flat = speed_mps * np.cos(elevation)
    up = np.broadcast_to(speed_mps * np.sin(elevation), flat.shape)
    enu = np.stack([flat * np.sin(azimuth), flat * np.cos(azimuth), up], -1)
    return np.einsum("...ji,...j->...i", axes, enu)
