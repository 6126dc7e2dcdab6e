"""Hearsay: what position reports say of the radars, kept apart so that it can be taken back."""

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.registration.kernels.register import BIASES, CONTRADICTED, TRUSTED

F64 = NDArray[np.float64]
# When so many of the judged tracks contradict their reports, no report is believed for a while.
_SHARE_MAX = 0.2
_SILENCE_NS = 120_000_000_000


class Hearsay:
    """information (n, n), vector (n,): as in Biases, from reports alone."""

    def __init__(self, sensors: int) -> None:
        size = sensors * BIASES
        self.information: F64 = np.zeros((size, size))
        self.vector: F64 = np.zeros(size)
        self._silent_until_ns = 0

    def take(self, information: F64, vector: F64, tally: F64, now_ns: int) -> None:
        """Add what trusted reports said; drop all when many turn out false.

        tally: TALLY columns; now_ns: plot time.
        """
        good, bad = float(tally[0, TRUSTED]), float(tally[0, CONTRADICTED])
        if bad > _SHARE_MAX * (good + bad):
            self._silent_until_ns = now_ns + _SILENCE_NS
            self.information[:] = 0.0
            self.vector[:] = 0.0
        elif now_ns >= self._silent_until_ns:
            self.information += information
            self.vector += vector

    def forget(self, share: float) -> None:
        """Keep only this share."""
        self.information *= share
        self.vector *= share

    def reset(self, s: int) -> None:
        """Forget what was said of one sensor."""
        mine = slice(s * BIASES, (s + 1) * BIASES)
        self.information[mine, :] = 0.0
        self.information[:, mine] = 0.0
        self.vector[mine] = 0.0

    def to_bytes(self) -> tuple[bytes, bytes, int]:
        """Return all that is remembered."""
        return self.information.tobytes(), self.vector.tobytes(), self._silent_until_ns

    def from_bytes(self, information: bytes, vector: bytes, silent_until_ns: int) -> None:
        """Take over what to_bytes returned."""
        size = self.vector.size
        self.information = np.frombuffer(information, np.float64).reshape(size, size).copy()
        self.vector = np.frombuffer(vector, np.float64).copy()
        self._silent_until_ns = silent_until_ns
