"""How well tracks fit boxes of movement, one track after the other."""

import math

import numpy as np

from skypact.core.geodesy import F64
from skypact.core.jit import F8, arrays, kernel, part, signature

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


@kernel(signature(arrays(F8, 2), arrays(F8, 2), arrays(F8, 2), arrays(F8, 2), arrays(F8, 2)))
def box_densities(seen: F64, spread: F64, low: F64, high: F64) -> F64:
    """Return (N, B): the average over a track's uncertainty of a density that is even inside a box.

    seen, spread: (N, 3) values and their standard deviations; low, high: (B, 3) bounds.
    """
    out = np.zeros((len(seen), len(low)))
    for i in range(len(seen)):
        for box in range(len(low)):
            density = 1.0
            for k in range(3):
                above = normal_cdf((seen[i, k] - low[box, k]) / spread[i, k])
                below = normal_cdf((high[box, k] - seen[i, k]) / spread[i, k])
                density *= max(above + below - 1.0, 0.0) / (high[box, k] - low[box, k])
                if density <= 0.0:
                    break
            out[i, box] = density
    return out
