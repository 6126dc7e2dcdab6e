"""WGS84 for kernels: one point after the other. The arithmetic is that of core/geodesy.py."""

import math
from typing import Any

import numpy as np

from skypact.core.geodesy import ECCENTRICITY2, FLATTENING, SEMI_MAJOR_AXIS_M
from skypact.core.jit import F8, arrays, kernel, part, signature

Axis = tuple[float, float, float]
TINY = 2.2250738585072014e-308


@part
def geodetic(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return latitude, longitude, height, as `core.geodesy.geodetic_from_ecef` does."""
    r = math.hypot(x, y)
    polar_m = SEMI_MAJOR_AXIS_M * (1 - FLATTENING)
    lift_m = ECCENTRICITY2 / (1 - ECCENTRICITY2) * polar_m
    up, out = z * SEMI_MAJOR_AXIS_M, r * polar_m
    north, outward = up, out
    for _ in range(3):
        side = max(math.sqrt(up * up + out * out), TINY)
        sin, cos = up / side, out / side
        north = z + lift_m * sin * sin * sin
        outward = r - ECCENTRICITY2 * SEMI_MAJOR_AXIS_M * cos * cos * cos
        up, out = (1 - FLATTENING) * north, outward
    lat = math.atan2(north, outward)
    sin, cos = math.sin(lat), math.cos(lat)
    n = SEMI_MAJOR_AXIS_M / math.sqrt(1 - ECCENTRICITY2 * sin * sin)
    height = r * cos + z * sin - n * (1 - ECCENTRICITY2 * sin * sin)
    return lat, math.atan2(y, x), height


@part
def axes(lat: float, lon: float) -> tuple[Axis, Axis, Axis]:
    """Return east, north, up in ECEF, as `core.geodesy.enu_axes` does."""
    sl, cl, so, co = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
    return (-so, co, 0.0), (-sl * co, -sl * so, cl), (cl * co, cl * so, sl)


@part
def along(c: Any, first: int, a: Axis, b: Axis) -> float:
    """Return a' C b of the 3x3 block of a covariance (6, 6) that begins at row `first`."""
    total = 0.0
    for i in range(3):
        row = (
            c[first + i, first] * b[0]
            + c[first + i, first + 1] * b[1]
            + c[first + i, first + 2] * b[2]
        )
        total += a[i] * row
    return total


@part
def root(variance: float) -> float:
    return math.sqrt(max(variance, 0.0))


SHOWN = 9


@kernel(signature(arrays(F8, 2), arrays(F8, 2), arrays(F8, 3)))
def shown_places(state: Any, covariance: Any) -> Any:
    """Return (9, N): latitude, longitude, height; velocity east, north, up; standard deviations of
    the position, in the worst horizontal direction, and up. state (N, 6) ECEF; covariance
    (N, 6, 6)."""
    out = np.empty((SHOWN, len(state)))
    for i in range(len(state)):
        s, c = state[i], covariance[i]
        lat, lon, height = geodetic(s[0], s[1], s[2])
        east, north, up = axes(lat, lon)
        out[0, i], out[1, i], out[2, i] = lat, lon, height
        out[3, i] = east[0] * s[3] + east[1] * s[4]
        out[4, i] = north[0] * s[3] + north[1] * s[4] + north[2] * s[5]
        out[5, i] = up[0] * s[3] + up[1] * s[4] + up[2] * s[5]
        out[6, i] = root(c[0, 0] + c[1, 1] + c[2, 2])
        ee, nn, en = along(c, 0, east, east), along(c, 0, north, north), along(c, 0, east, north)
        out[7, i] = root((ee + nn) / 2 + math.hypot((ee - nn) / 2, en))
        out[8, i] = root(along(c, 0, up, up))
    return out
