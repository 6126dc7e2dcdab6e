"""Which points which sensors have in sight, all pairs."""

import math
from typing import Any

import numpy as np

from skypact.core.geodesy import MEAN_RADIUS_M
from skypact.core.jit import F8, I8, U1, arrays, kernel, signature

HORIZON = math.sqrt(2 * 4 / 3 * MEAN_RADIUS_M)


@kernel(
    signature(
        arrays(U1, 2), arrays(F8, 2), arrays(F8, 3), arrays(F8, 2), arrays(F8, 3), arrays(F8, 2),
        arrays(F8, 1), arrays(I8, 1),
    )
)  # fmt: skip
def in_sight(
    position: Any, axes: Any, limits: Any, sectors: Any, points: Any, height: Any, counts: Any
) -> Any:
    """Return (sensors, points) 1 where a point is in sight.

    position (S, 3) ECEF, axes (S, 3, 3) east, north, up; limits (S, 6): least and greatest range,
    least and greatest elevation, antenna over the ground around it, that ground; sectors (S, 8, 3):
    begin, width, elevation below which it hides (rad), counts (S,) of them; points (N, 3) ECEF,
    height (N,) above the ellipsoid.
    """
    seen = np.zeros((len(position), len(points)), np.uint8)
    for s in range(len(position)):
        near2, far2 = limits[s, 0] * limits[s, 0], limits[s, 1] * limits[s, 1]
        root = HORIZON * math.sqrt(max(limits[s, 4], 0.0))
        for n in range(len(points)):
            x = points[n, 0] - position[s, 0]
            y = points[n, 1] - position[s, 1]
            z = points[n, 2] - position[s, 2]
            distance2 = x * x + y * y + z * z
            if distance2 > far2 or distance2 < near2:
                continue
            east = axes[s, 0, 0] * x + axes[s, 0, 1] * y + axes[s, 0, 2] * z
            north = axes[s, 1, 0] * x + axes[s, 1, 1] * y + axes[s, 1, 2] * z
            up = axes[s, 2, 0] * x + axes[s, 2, 1] * y + axes[s, 2, 2] * z
            ground = math.sqrt(east * east + north * north)
            if ground > root + HORIZON * math.sqrt(max(height[n] - limits[s, 5], 0.0)):
                continue
            elevation = math.atan2(up, ground)
            if elevation < limits[s, 2] or elevation > limits[s, 3]:
                continue
            hidden = False
            for k in range(counts[s]):
                off = (math.atan2(east, north) - sectors[s, k, 0]) % (2 * math.pi)
                if off <= sectors[s, k, 1] and elevation < sectors[s, k, 2]:
                    hidden = True
            if not hidden:
                seen[s, n] = 1
    return seen
