"""What radars say of their own clocks: CAT002 carries the time of day that CAT001 cuts short."""

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]


class RadarClocks:
    """How far the clock of each radar is ahead of the arrivals, ns. offsets: by SAC * 256 + SIC."""

    def __init__(self, offsets: dict[int, int] | None = None) -> None:
        self.offsets = dict(offsets or {})

    def take(self, sources: I64, times_ns: I64, arrivals_ns: I64) -> None:
        """Note what service messages said, in order of arrival."""
        said = zip(sources.tolist(), (times_ns - arrivals_ns).tolist(), strict=True)
        self.offsets.update(said)

    def references(self, sources: I64, arrivals_ns: I64) -> I64:
        """Return the time near which a record was made, of each; its arrival where the radar has
        said nothing."""
        known, index = np.unique(sources, return_inverse=True)
        offsets = np.array([self.offsets.get(code, 0) for code in known.tolist()], np.int64)
        return arrivals_ns + offsets[index] if known.size else arrivals_ns
