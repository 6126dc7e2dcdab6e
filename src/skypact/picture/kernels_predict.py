"""Tracks taken to another time, one after the other. picture/motion.py says how."""

import math
from typing import Any

import numpy as np

from skypact.core.geodesy import EARTH_RATE_RADPS, GM_M3PS2
from skypact.core.jit import F8, U1, arrays, kernel, signature, together

F64 = Any


@kernel(
    signature(
        together(arrays(F8, 2), arrays(F8, 3)),
        arrays(F8, 2),
        arrays(F8, 2),
        arrays(F8, 1),
        arrays(U1, 1),
        F8,
    )
)
def predicted(
    state: F64, triangle: F64, dt_s: F64, free_fall: Any, noise_m2ps3: float
) -> tuple[F64, F64]:
    """Return states (N, 6) and covariances (N, 6, 6) after dt_s (N,) >= 0.

    state (N, 6); triangle (N, 21): upper triangles, row by row; free_fall (N,): 1 where gravity
    acts; noise_m2ps3: of the white-noise acceleration.
    """
    count = len(state)
    moved, grown = np.empty((count, 6)), np.empty((count, 6, 6))
    for i in range(count):
        t = dt_s[i]
        x, y, z = state[i, 0], state[i, 1], state[i, 2]
        u, v, w = state[i, 3], state[i, 4], state[i, 5]
        ax = ay = az = 0.0
        if free_fall[i]:
            r = max(math.sqrt(x * x + y * y + z * z), 1.0)
            pull, rate = -GM_M3PS2 / (r * r * r), EARTH_RATE_RADPS
            ax = pull * x + rate * rate * x + 2 * rate * v
            ay = pull * y + rate * rate * y - 2 * rate * u
            az = pull * z
        moved[i, 0] = x + u * t + 0.5 * ax * t * t
        moved[i, 1] = y + v * t + 0.5 * ay * t * t
        moved[i, 2] = z + w * t + 0.5 * az * t * t
        moved[i, 3], moved[i, 4], moved[i, 5] = u + ax * t, v + ay * t, w + az * t
        c, k = grown[i], 0
        for a in range(6):
            for b in range(a, 6):
                c[a, b] = c[b, a] = triangle[i, k]
                k += 1
        # Position block first: it needs the others as they were.
        for a in range(3):
            for b in range(3):
                c[a, b] += t * (c[a, b + 3] + c[b, a + 3]) + t * t * c[a + 3, b + 3]
        for a in range(3):
            for b in range(3):
                c[a, b + 3] += t * c[a + 3, b + 3]
        for a in range(3):
            c[a, a] += noise_m2ps3 * t * t * t / 3
            c[a, a + 3] += noise_m2ps3 * t * t / 2
            c[a + 3, a + 3] += noise_m2ps3 * t
        for a in range(3):
            for b in range(3):
                c[b + 3, a] = c[a, b + 3]
    return moved, grown
