"""Hits: the latest plots that surely belong to a track, kept for comparing sensors."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.kernels.layout import HIT, NEXT, RING, THIN
from skypact.tracking.registration.kernels.ring import gather_hits

_HITS_MAX = 4096
_WANTED_MIN, _WANTED_MAX = 250, 1000
_THIN_MAX = 1 << 16


class Hits:
    """A bounded memory of hits in order of arrival. With many tracks it keeps those of every n-th,
    so that the work a second stays the same.

    rows, ring: what a pass writes to.
    """

    def __init__(self, keeps: bool = True) -> None:
        """keeps: False for no memory at all."""
        self.rows: NDArray[Any] = np.zeros(_HITS_MAX if keeps else 0, HIT)
        self.ring: NDArray[np.int64] = np.zeros(RING, np.int64)
        self.ring[THIN] = 1
        self._sorted: NDArray[Any] = np.zeros(self.rows.size, HIT)

    def since(self, time_ns: int, biases: NDArray[np.float64]) -> NDArray[Any]:
        """Return the hits after a time, by track and by time without the clocks' biases (radars,
        BIASES); thin out when there are many. Good until the next call."""
        count = gather_hits(self.rows, self.ring, time_ns, biases, self._sorted)
        thin = int(self.ring[THIN])
        if count > _WANTED_MAX and thin < _THIN_MAX:
            self.ring[THIN] = 2 * thin
        elif count < _WANTED_MIN and thin > 1:
            self.ring[THIN] = thin // 2
        return self._sorted[:count]

    def to_bytes(self) -> tuple[bytes, int, int]:
        """Return all that is remembered."""
        return self.rows.tobytes(), int(self.ring[NEXT]), int(self.ring[THIN])

    def from_bytes(self, rows: bytes, following: int, thin: int) -> None:
        """Take over what to_bytes returned."""
        self.rows[:] = np.frombuffer(rows, HIT)
        self.ring[:] = 0
        self.ring[NEXT], self.ring[THIN] = following, thin
