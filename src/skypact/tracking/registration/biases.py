"""The joint estimate of all sensors' biases: recursive least squares in information form.

Every sensor has eight: range, range scale, azimuth, elevation, time, and east, north, up of its
place. Inside, each is counted in units of its prior standard deviation.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.kernels.inverse import swept_inverse
from skypact.tracking.registration.kernels.register import BIASES
from skypact.tracking.registration.kernels.solve import SPARSE, solve_biases

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
PRIOR_SD: F64 = np.array(
    [1000.0, 5e-4, math.radians(0.6), math.radians(0.6), 2.0, 200.0, 200.0, 10.0]
)
# Of the rare biases' prior (scale, time, east, north), in these units.
_WIDTH2: F64 = (np.array([3e-5, 0.05, 5.0, 5.0]) / PRIOR_SD[list(SPARSE)]) ** 2


def inverse(matrix: F64) -> F64:
    """Return the inverse of a symmetric positive definite matrix."""
    return swept_inverse(np.ascontiguousarray(matrix))


class Biases:
    """Estimate and covariance of the biases of n sensors. `value`, `sd`: shape (n, BIASES).

    information, vector: what measurements said, added to from outside, then `solve`; wide, flat:
    covariance under the wide prior, and the estimate, both in units of the prior.
    """

    def __init__(self, sensors: int) -> None:
        self.sensors, size = sensors, sensors * BIASES
        self.information: F64 = np.zeros((size, size))
        self.vector: F64 = np.zeros(size)
        self.wide: F64 = np.zeros((size, size))
        self.flat: F64 = np.zeros(size)
        self.value: F64 = np.zeros((sensors, BIASES))
        self.sd: F64 = np.zeros((sensors, BIASES))
        self._nothing = np.zeros((size, size)), np.zeros(size)
        self.solve()

    def add(self, information: F64, vector: F64) -> None:
        """Take in what measurements said (same units and shapes as the attributes)."""
        self.information += information
        self.vector += vector

    def forget(self, share: float) -> None:
        """Keep only this share of what was learnt, so that a drifting sensor is followed."""
        self.information *= share
        self.vector *= share

    def reset(self, s: int) -> None:
        """Forget all of one sensor; what the others know of each other through it stays."""
        mine = np.arange(s * BIASES, (s + 1) * BIASES)
        others = np.setdiff1d(np.arange(self.vector.size), mine)
        block = self.information[mine[:, None], mine] + np.eye(BIASES)
        cross = self.information[others[:, None], mine]
        gain = np.einsum("ij,jk->ik", cross, inverse(block))
        self.information[others[:, None], others] -= np.einsum("ij,kj->ik", gain, cross)
        self.vector[others] -= np.einsum("ij,j->i", gain, self.vector[mine])
        self.information[mine, :] = 0.0
        self.information[:, mine] = 0.0
        self.vector[mine] = 0.0
        self.solve()

    def solve(self, told: tuple[F64, F64] | None = None) -> None:
        """Work out the estimate from what was learnt, and what was `told` in the same shapes."""
        information, vector = told or self._nothing
        solve_biases(
            *(self.information, information, self.vector, vector, _WIDTH2, PRIOR_SD),
            *(self.wide, self.flat, self.value, self.sd),
        )

    def to_bytes(self) -> tuple[bytes, bytes]:
        """Return what was learnt."""
        return self.information.tobytes(), self.vector.tobytes()

    def from_bytes(self, information: bytes, vector: bytes) -> None:
        """Take over what to_bytes returned."""
        self.vector = np.frombuffer(vector, np.float64).copy()
        size: Any = self.vector.size
        self.information = np.frombuffer(information, np.float64).reshape(size, size).copy()
        self.solve()
