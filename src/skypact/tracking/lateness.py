"""How far behind each sensor's newest plot its plots still arrive."""

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
_MEMORY_S = 120.0


class Lateness:
    """Of n sensors. A plot that is not there yet is no miss until it could have come."""

    def __init__(self, sensors: int, late_s: float) -> None:
        """late_s: later plots are refused, so this is the most to wait for."""
        self._newest: I64 = np.zeros(sensors, np.int64)
        self._behind: I64 = np.zeros(sensors, np.int64)
        self._limit_ns = round(late_s * 1e9)

    def slack_s(self, s: int) -> float:
        """Return how much longer than those of sensor s the plots of another may take."""
        return 1e-9 * float(self._behind.max() - self._behind[s])

    def settled_ns(self, s: int, time_ns: I64, seen_ns: int) -> int:
        """Take the times of plots that have come, and the time sensor s has looked up to; return
        up to when its plots have come."""
        newest = int(self._newest[s])
        if newest and time_ns.size:
            behind = min(newest - int(time_ns.min()), self._limit_ns)
            gone_s = 1e-9 * max(seen_ns - newest, 0)
            kept = int(float(self._behind[s]) * np.exp(-gone_s / _MEMORY_S))
            self._behind[s] = max(behind, kept, 0)
        self._newest[s] = max(newest, seen_ns)
        return int(self._newest[s] - self._behind[s])

    def to_bytes(self) -> bytes:
        """Return all that is remembered."""
        return np.stack([self._newest, self._behind]).tobytes()

    def from_bytes(self, state: bytes) -> None:
        """Take over what to_bytes returned."""
        self._newest, self._behind = np.frombuffer(state, np.int64).reshape(2, -1).copy()
