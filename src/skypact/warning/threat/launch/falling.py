"""Tracks that fall, as they are matched with launches."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64


class Falling(NamedTuple):
    """All (N,) but position and velocity (N, 3), ECEF; speed_variance: mean of the three axes."""

    number: NDArray[np.uint32]
    time_ns: NDArray[np.int64]
    position_ecef_m: F64
    velocity_ecef_mps: F64
    speed_variance: F64

    def rows(self, which: NDArray[np.int64]) -> "Falling":
        """Return the rows picked by index."""
        return Falling(
            self.number[which],
            self.time_ns[which],
            self.position_ecef_m[which],
            self.velocity_ecef_mps[which],
            self.speed_variance[which],
        )
