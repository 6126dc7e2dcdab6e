"""The track table: rows that grow, and go to bytes and back."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import InvariantError
from skypact.tracking.kernels.layout import COUNTERS, NOT_STARTED, ROWS, SIGHT, TRACK

_START_ROWS = 256


class TrackTable:
    """All tracks of one tracker: rows 0..count of `tracks` (one column a field) and `sights`."""

    def __init__(self, radars: int, rows_max: int) -> None:
        self._sensors, self.rows_max = radars + 1, rows_max
        self.counters: NDArray[np.int64] = np.zeros(COUNTERS, np.int64)
        self._allocate(min(_START_ROWS, rows_max))

    @property
    def count(self) -> int:
        """Return the number of tracks, tentative ones included."""
        return int(self.counters[ROWS])

    @property
    def not_started(self) -> int:
        """Return how many plots started no track because the table was full."""
        return int(self.counters[NOT_STARTED])

    def _allocate(self, rows: int) -> None:
        self.tracks: NDArray[Any] = np.zeros(rows, TRACK)
        self.sights: NDArray[Any] = np.zeros((rows, self._sensors), SIGHT)

    def reserve(self, more: int) -> None:
        """Make room for `more` further tracks, as far as the limit allows."""
        have, need = self.tracks.size, min(self.count + more, self.rows_max)
        if need <= have:
            return
        tracks, sights = self.tracks, self.sights
        self._allocate(min(max(need, 2 * have), self.rows_max))
        self.tracks[: self.count] = tracks[: self.count]
        self.sights[: self.count] = sights[: self.count]

    def date_new(self, handled_ns: int, arrived_ns: int) -> None:
        """Date the tracks that were started at `handled_ns` to when their plot arrived."""
        detected_ns = self.tracks["detected_ns"][: self.count]
        detected_ns[detected_ns == handled_ns] = arrived_ns

    def remove(self, rows: NDArray[np.int64]) -> None:
        """Remove these rows; the others close up in order."""
        keep = np.ones(self.count, np.bool_)
        keep[rows] = False
        left = int(keep.sum())
        self.tracks[:left] = self.tracks[: self.count][keep]
        self.sights[:left] = self.sights[: self.count][keep]
        self.counters[ROWS] = left

    def to_bytes(self) -> bytes:
        """Return all rows and counters."""
        rows = self.tracks[: self.count].tobytes(), self.sights[: self.count].tobytes()
        return msgspec.msgpack.encode((self.counters.tobytes(), *rows))

    def from_bytes(self, state: bytes) -> None:
        """Take over what to_bytes returned; InvariantError when it is of another layout."""
        counters, tracks, sights = msgspec.msgpack.decode(state, type=tuple[bytes, bytes, bytes])
        held = np.frombuffer(counters, np.int64)
        rows = int(held[ROWS])
        if (held.size, len(tracks), len(sights)) != (
            COUNTERS,
            rows * TRACK.itemsize,
            rows * self._sensors * SIGHT.itemsize,
        ):
            raise InvariantError("the snapshot's track table has another layout")
        self._allocate(min(max(rows, _START_ROWS), self.rows_max))
        self.counters = held.copy()
        self.tracks[:rows] = np.frombuffer(tracks, TRACK)
        self.sights[:rows] = np.frombuffer(sights, SIGHT).reshape(rows, self._sensors)
