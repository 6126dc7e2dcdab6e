"""How tracks move over the ground, one track after the other."""

import math

import numpy as np

from skypact.core.geodesy import F64
from skypact.core.jit import F8, arrays, kernel, signature, together
from skypact.core.kernels.places import along, axes, geodetic, root

COLUMNS = 12
STANDING_MPS = 0.1
LEAST_MPS = 1e-6


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
        east, north, up = axes(lat, lon)
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
