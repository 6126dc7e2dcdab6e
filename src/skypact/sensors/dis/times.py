"""Time in DIS: units of an hour past the hour, no day and no hour (IEEE 1278.1-2012, 6.2.88)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.sensors.dis.pdu import ABSOLUTE

I64 = NDArray[np.int64]
HOUR_NS = 3_600_000_000_000
UNITS = 1 << 31  # an hour


def utc_ns(stamps: NDArray[Any], arrivals_ns: I64) -> I64:
    """Return the time of each, the nearest to its arrival; a relative one is its arrival."""
    # An hour and its units are multiples of 2^13; so reduced, the product stays below 2^63.
    past_ns = (stamps.astype(np.int64) >> 1) * (HOUR_NS >> 13) >> 18
    time_ns = arrivals_ns // HOUR_NS * HOUR_NS + past_ns
    time_ns += HOUR_NS * ((time_ns < arrivals_ns - HOUR_NS // 2).astype(np.int64))
    time_ns -= HOUR_NS * ((time_ns > arrivals_ns + HOUR_NS // 2).astype(np.int64))
    return np.where(stamps.astype(np.int64) & ABSOLUTE, time_ns, arrivals_ns)


def timestamp(time_ns: int) -> int:
    """Return an absolute timestamp."""
    return time_ns % HOUR_NS * UNITS // HOUR_NS << 1 | ABSOLUTE
