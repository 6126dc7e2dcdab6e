"""What the engine holds at a time: confirmed tracks carried there, with their covariance."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.engine import Engine
from skypact.tracking.kernels.carry import carried

F64 = NDArray[np.float64]


class Report(NamedTuple):
    """number (n,), state (n, 6) ECEF position m and velocity m/s, covariance (n, 6, 6)."""

    number: NDArray[np.int64]
    state: F64
    covariance: F64


def report_at(engine: Engine, time_ns: int) -> Report:
    """Return the confirmed tracks carried to a time; nothing changes.

    The covariance grows on the way as at constant velocity under white noise acceleration, with the
    noise that the track's models have on average, the same along all axes.
    """
    return Report(*carried(engine.table.tracks, engine.table.count, time_ns, engine.tuning))
