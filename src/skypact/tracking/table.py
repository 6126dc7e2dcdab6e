"""The track table: rows that grow, and go to bytes and back."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import InvariantError
from skypact.tracking.kernels.layout import (
    BALL,
    CHAINED,
    COUNTERS,
    ENDED,
    ENTRY,
    FRESH_NS,
    NOT_STARTED,
    ROWS,
    SIGHT,
    TRACK,
)

_START_ROWS = 256
_CHAIN = ("next", "prev")  # of an entry: made anew from the rest


class TrackTable:
    """All tracks of one tracker: rows 0..count of `tracks` (one column a field), `sights` and
    `entries`; heads: the index's chains; changed, ended: where a pass puts rows and ENDED rows."""

    def __init__(self, radars: int, rows_max: int) -> None:
        self._sensors, self.rows_max = radars + 1, rows_max
        self.counters: NDArray[np.int64] = np.zeros(COUNTERS + self._sensors, np.int64)
        self._allocate(min(_START_ROWS, rows_max))

    @property
    def count(self) -> int:
        """Return the number of tracks, tentative ones included."""
        return int(self.counters[ROWS])

    @property
    def not_started(self) -> int:
        """Return how many plots started no track because the table was full."""
        return int(self.counters[NOT_STARTED])

    def refuse(self, count: int) -> None:
        """Count tracks for which there was no room."""
        self.counters[NOT_STARTED] += count

    def _allocate(self, rows: int) -> None:
        self.tracks: NDArray[Any] = np.zeros(rows, TRACK)
        self.sights: NDArray[Any] = np.zeros((rows, self._sensors), SIGHT)
        self.entries: NDArray[Any] = np.zeros(rows, ENTRY)
        self.heads: NDArray[np.int64] = np.full(1 + (1 << (2 * rows).bit_length()), -1, np.int64)
        self.changed: NDArray[np.int64] = np.zeros(rows, np.int64)
        self.ended: NDArray[Any] = np.zeros(rows, ENDED)
        self.balls: NDArray[Any] = np.zeros(rows, BALL)
        self.counters[CHAINED] = 0

    def reserve(self, more: int) -> None:
        """Make room for `more` further tracks, as far as the limit allows."""
        have, need = self.tracks.size, min(self.count + more, self.rows_max)
        if need <= have:
            return
        tracks, sights, entries = self.tracks, self.sights, self.entries
        self._allocate(min(max(need, 2 * have), self.rows_max))
        self.tracks[: self.count] = tracks[: self.count]
        self.sights[: self.count] = sights[: self.count]
        self.entries[: self.count] = entries[: self.count]

    def remove(self, rows: NDArray[np.int64]) -> None:
        """Remove these rows; the others close up in order."""
        keep = np.ones(self.count, np.bool_)
        keep[rows] = False
        left = int(keep.sum())
        self.tracks[:left] = self.tracks[: self.count][keep]
        self.sights[:left] = self.sights[: self.count][keep]
        self.entries[:left] = self.entries[: self.count][keep]
        self.counters[ROWS], self.counters[CHAINED] = left, 0

    def refile(self) -> None:
        """Let the index look at every track anew: states have been changed from outside."""
        self.entries["until_ns"][: self.count] = 0
        self.counters[FRESH_NS] = 0

    def to_bytes(self) -> bytes:
        """Return all rows and counters."""
        counters, entries = self.counters.copy(), self.entries[: self.count].copy()
        counters[CHAINED] = 0
        for name in _CHAIN:
            entries[name] = 0
        rows = self.tracks[: self.count], self.sights[: self.count], entries
        return msgspec.msgpack.encode((counters.tobytes(), *(each.tobytes() for each in rows)))

    def from_bytes(self, state: bytes) -> None:
        """Take over what to_bytes returned; InvariantError when it is of another layout."""
        counters, *columns = msgspec.msgpack.decode(state, type=tuple[bytes, bytes, bytes, bytes])
        held = np.frombuffer(counters, np.int64).copy()
        rows = int(held[ROWS])
        sizes = TRACK.itemsize, self._sensors * SIGHT.itemsize, ENTRY.itemsize
        expected = [self.counters.size, *(rows * size for size in sizes)]
        if [held.size, *(len(column) for column in columns)] != expected:
            raise InvariantError("the snapshot's track table has another layout")
        self._allocate(min(max(rows, _START_ROWS), self.rows_max))
        self.counters = held
        self.tracks[:rows] = np.frombuffer(columns[0], TRACK)
        self.sights[:rows] = np.frombuffer(columns[1], SIGHT).reshape(rows, self._sensors)
        self.entries[:rows] = np.frombuffer(columns[2], ENTRY)
