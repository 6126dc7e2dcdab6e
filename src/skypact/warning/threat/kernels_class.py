"""How well tracks fit boxes of movement, one track after the other."""

import math
from typing import Any

import numpy as np

from skypact.core.geodesy import F64
from skypact.core.jit import F8, I8, U1, arrays, kernel, part, signature
from skypact.warning.threat.kernels_fall import GRAVITY_MPS2

# Numbers of ThreatClass: machine code is kept for as long as these files stay the same.
CLASSES, UNKNOWN, BALLISTIC, ROCKET = 6, 0, 1, 5
ROCKET_RANGE_M = 100_000.0
SURE = 10.0
"""Beyond so many standard deviations the normal distribution is 0 or 1 to the last digit."""


@part
def normal_cdf(x: float) -> float:
    """Logistic approximation (Bowling et al. 2009), within 0.0002."""
    if x >= SURE:
        return 1.0
    if x <= -SURE:
        return 0.0
    return 1.0 / (1.0 + math.exp(-(0.07056 * x * x * x + 1.5976 * x)))


@part
def fall_range_m(height_m: float, climb_mps: float, along_mps: float) -> float:
    """Return the ground range of the whole free fall the track is part of, flat Earth."""
    rise2 = climb_mps * climb_mps + 2 * GRAVITY_MPS2 * max(height_m, 0.0)
    return max(2 * along_mps * math.sqrt(rise2) / GRAVITY_MPS2, 1.0)


@kernel(
    signature(
        arrays(F8, 2),
        arrays(F8, 2),
        arrays(F8, 2),
        arrays(F8, 1),
        arrays(U1, 1),
        arrays(F8, 2),
        arrays(I8, 1),
    )
)
def class_masses(
    seen: F64, spread: F64, along: F64, cooperative: Any, boxes: F64, kind: Any
) -> F64:
    """Return (N, CLASSES): the probability of each class.

    seen, spread: (N, 3) speed, height, climb and their standard deviations; along (N,): speed over
    the ground; cooperative (N,): 1 where it answers; boxes (B, 8): weight silent and cooperative,
    then low and high of each value; kind (B,): class of each box. The density in a box is even, and
    averaged over a track's uncertainty.
    """
    out = np.zeros((len(seen), CLASSES))
    for i in range(len(seen)):
        # Edges of the boxes are soft: nobody knows them better than this.
        soft = (
            math.hypot(spread[i, 0], 3 + 0.03 * seen[i, 0]),
            math.hypot(spread[i, 1], 50 + 0.02 * abs(seen[i, 1])),
            math.hypot(spread[i, 2], 3 + 0.02 * abs(seen[i, 2])),
        )
        found, total = out[i], 1e-300
        found[UNKNOWN] = 1e-300
        for b in range(len(boxes)):
            mass = boxes[b, 1] if cooperative[i] else boxes[b, 0]
            for k in range(3):
                value = abs(seen[i, k]) if k == 2 else seen[i, k]
                low, high = boxes[b, 2 + 2 * k], boxes[b, 3 + 2 * k]
                above = normal_cdf((value - low) / soft[k])
                mass *= max(above + normal_cdf((high - value) / soft[k]) - 1.0, 0.0) / (high - low)
                if mass <= 0.0:
                    break
            found[kind[b]] += mass
            total += mass
        for c in range(CLASSES):
            found[c] /= total
        range_m = fall_range_m(seen[i, 1], seen[i, 2], along[i])
        far = normal_cdf(math.log(range_m / ROCKET_RANGE_M) / 0.15)
        found[ROCKET] = found[BALLISTIC] * (1 - far)
        found[BALLISTIC] *= far
    return out
