"""How tracks move over the ground, one track after the other."""

import math

import numpy as np

from skypact.core.geodesy import ECCENTRICITY2, F64, FLATTENING, SEMI_MAJOR_AXIS_M
from skypact.core.jit import F8, arrays, kernel, part, signature, together

COLUMNS = 12
Axis = tuple[float, float, float]
STANDING_MPS = 0.1
LEAST_MPS = 1e-6


@part
def geodetic(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return latitude, longitude, height, as `core.geodesy.geodetic_from_ecef` does."""
    r = math.hypot(x, y)
    b = SEMI_MAJOR_AXIS_M * (1 - FLATTENING)
    second = ECCENTRICITY2 / (1 - ECCENTRICITY2)
    theta = math.atan2(z * SEMI_MAJOR_AXIS_M, r * b)
    lat = theta
    for _ in range(3):
        st, ct = math.sin(theta), math.cos(theta)
        lat = math.atan2(
            z + second * b * st * st * st, r - ECCENTRICITY2 * SEMI_MAJOR_AXIS_M * ct * ct * ct
        )
        theta = math.atan((1 - FLATTENING) * math.tan(lat))
    sin, cos = math.sin(lat), math.cos(lat)
    n = SEMI_MAJOR_AXIS_M / math.sqrt(1 - ECCENTRICITY2 * sin * sin)
    height = r * cos + z * sin - n * (1 - ECCENTRICITY2 * sin * sin)
    return lat, math.atan2(y, x), height


@part
def along(
    c: F64, first: int, a: tuple[float, float, float], b: tuple[float, float, float]
) -> float:
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


@kernel(
    signature(together(arrays(F8, 3), arrays(F8, 2)), arrays(F8, 2), arrays(F8, 2), arrays(F8, 2))
)
def moves(position: F64, velocity: F64, triangle: F64) -> tuple[F64, F64]:
    """Return covariances (N, 6, 6) and (N, 12): latitude, longitude, height and its spread, speed
    and its spread, climb and its spread, speed over the ground, course and its spread, spread of
    the position. position, velocity: (N, 3) ECEF; triangle: (N, 21) upper, row by row."""
    count = len(position)
    full, out = np.empty((count, 6, 6)), np.zeros((count, COLUMNS))
    for i in range(count):
        k = 0
        for a in range(6):
            for b in range(a, 6):
                full[i, a, b] = full[i, b, a] = triangle[i, k]
                k += 1
        c = full[i]
        lat, lon, height = geodetic(position[i, 0], position[i, 1], position[i, 2])
        sl, cl, so, co = math.sin(lat), math.cos(lat), math.sin(lon), math.cos(lon)
        east, north, up = (-so, co, 0.0), (-sl * co, -sl * so, cl), (cl * co, cl * so, sl)
        vx, vy, vz = velocity[i, 0], velocity[i, 1], velocity[i, 2]
        ve = east[0] * vx + east[1] * vy
        vn = north[0] * vx + north[1] * vy + north[2] * vz
        vu = up[0] * vx + up[1] * vy + up[2] * vz
        speed, ground = math.sqrt(ve * ve + vn * vn + vu * vu), math.hypot(ve, vn)
        over = max(speed, LEAST_MPS)
        unit = (vx / over, vy / over, vz / over)
        e, n = ve / max(ground, LEAST_MPS), vn / max(ground, LEAST_MPS)
        across = (
            east[0] * n - north[0] * e,
            east[1] * n - north[1] * e,
            east[2] * n - north[2] * e,
        )
        course_sd = min(root(along(c, 3, across, across)) / max(ground, STANDING_MPS), math.pi)
        row = out[i]
        row[0], row[1], row[2] = lat, lon, height
        row[3] = root(along(c, 0, up, up))
        row[4], row[5] = speed, root(along(c, 3, unit, unit))
        row[6], row[7] = vu, root(along(c, 3, up, up))
        row[8] = ground
        row[9] = math.atan2(ve, vn) % (2 * math.pi)
        row[10] = course_sd if ground > STANDING_MPS else math.pi
        row[11] = root(along(c, 0, east, east) + along(c, 0, north, north))
    return full, out
