"""Hits: the latest plots that surely belong to a track, kept for comparing sensors."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.kernels.layout import HIT

I64 = NDArray[np.int64]

_HITS_MAX = 4096
_WANTED_MIN, _WANTED_MAX = 250, 1000
_THIN_MAX = 1 << 16
# One standard deviation of a height that only the track knows, and of one from pressure.
_HEIGHT_SD_M, _PRESSURE_SD_M = 2_000.0, 300.0
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Hits:
    """A bounded memory of hits in order of arrival. With many tracks it keeps those of every n-th,
    so that the work a second stays the same."""

    def __init__(self) -> None:
        self._rows: NDArray[Any] = np.zeros(_HITS_MAX, HIT)
        self._next = 0
        self.thin = 1

    def add(self, s: int, plots: NDArray[Any], raw: NDArray[Any], site: Any) -> None:
        """Take the plots (PLOT rows, after a pass) that hit a track.

        raw: the same plots as the sensor gave them; site: the SITE row of sensor s.
        """
        number = plots["track"]
        mixed = (number.astype(np.uint64) * _MIX) >> np.uint64(40)
        rows = np.flatnonzero((number > 0) & (mixed % np.uint64(self.thin) == 0))[:_HITS_MAX]
        if rows.size == 0 or site["radar"] == 2:
            return
        made = np.zeros(rows.size, HIT)
        chosen = raw[rows]
        made["time_ns"], made["track"], made["sensor"] = chosen["time_ns"], number[rows], s
        made["place"], made["pace"] = plots["place"][rows], plots["pace"][rows]
        if site["radar"]:
            made["raw"] = chosen["polar"]
            made["var"] = site["noise_var"]
            flat = np.isnan(chosen["polar"][:, 2])
            if flat.any():
                known = ~np.isnan(chosen["altitude"])
                sd = np.where(known, _PRESSURE_SD_M, _HEIGHT_SD_M) / chosen["polar"][:, 0]
                made["var"][flat, 2] = sd[flat] ** 2
        else:
            made["raw"], made["var"] = chosen["position"], chosen["noise_var"]
        at = (self._next + np.arange(rows.size)) % _HITS_MAX
        self._rows[at] = made
        self._next += rows.size

    def since(self, time_ns: int) -> NDArray[Any]:
        """Return the hits after a time, by track and time; thin out when there are many."""
        held = self._rows[self._rows["time_ns"] > time_ns]
        if held.size > _WANTED_MAX and self.thin < _THIN_MAX:
            self.thin *= 2
        elif held.size < _WANTED_MIN and self.thin > 1:
            self.thin //= 2
        return held[np.lexsort((held["sensor"], held["time_ns"], held["track"]))]

    def to_bytes(self) -> tuple[bytes, int, int]:
        """Return all that is remembered."""
        return self._rows.tobytes(), self._next, self.thin

    def from_bytes(self, rows: bytes, following: int, thin: int) -> None:
        """Take over what to_bytes returned."""
        self._rows = np.frombuffer(rows, HIT).copy()
        self._next, self.thin = following, thin
