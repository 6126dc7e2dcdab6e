"""Doubled datagrams of redundant networks: the same plot must never count twice."""

import numpy as np
from numpy.typing import NDArray

_SETS, _WAYS = 4096, 4
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)


class Doubles:
    """Remembers the latest 16,384 plots by a 64-bit hash of sensor, time, range and azimuth."""

    def __init__(self) -> None:
        self._seen: NDArray[np.uint64] = np.zeros((_SETS, _WAYS), np.uint64)

    def fresh(
        self, sensor: int, time_ns: NDArray[np.int64], polar: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Return which plots were not seen before, in this call or an earlier one."""
        keys = _keys(sensor, time_ns, polar)
        _, first = np.unique(keys, return_index=True)
        new = np.zeros(keys.size, np.bool_)
        new[first] = True
        slots = (keys % np.uint64(_SETS)).astype(np.intp)
        new &= ~(self._seen[slots] == keys[:, None]).any(axis=1)
        for way in range(1, _WAYS):
            # Rows that share a slot lose one memory, never a plot.
            self._seen[slots[new], _WAYS - way] = self._seen[slots[new], _WAYS - way - 1]
        self._seen[slots[new], 0] = keys[new]
        return new

    def to_bytes(self) -> bytes:
        """Return what is remembered."""
        return self._seen.tobytes()

    def from_bytes(self, state: bytes) -> None:
        """Take over what to_bytes returned."""
        self._seen = np.frombuffer(state, np.uint64).reshape(_SETS, _WAYS).copy()


def _keys(
    sensor: int, time_ns: NDArray[np.int64], polar: NDArray[np.float64]
) -> NDArray[np.uint64]:
    columns = (
        np.full(time_ns.size, sensor, np.uint64),
        np.ascontiguousarray(time_ns).view(np.uint64),
        np.ascontiguousarray(polar[:, 0]).view(np.uint64),
        np.ascontiguousarray(polar[:, 1]).view(np.uint64),
    )
    key = np.zeros(time_ns.size, np.uint64)
    for column, factor in zip(columns, _MIX, strict=True):
        key = (key ^ column) * np.uint64(factor)
        key ^= key >> np.uint64(29)
    return key
