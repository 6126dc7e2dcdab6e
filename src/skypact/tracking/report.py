"""What the engine holds at a time: confirmed tracks carried there, with their covariance."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.engine import Engine
from skypact.tracking.settings import TrackingSettings

F64 = NDArray[np.float64]
_AXES = np.eye(3)


class Report(NamedTuple):
    """number (n,), state (n, 6) ECEF position m and velocity m/s, covariance (n, 6, 6)."""

    number: NDArray[np.int64]
    state: F64
    covariance: F64


def report_at(engine: Engine, settings: TrackingSettings, time_ns: int) -> Report:
    """Return the confirmed tracks carried to a time.

    The covariance grows on the way as at constant velocity under white noise acceleration, with the
    noise that the track's models have on average, the same along all axes.
    """
    number, state = engine.states_at(time_ns)
    tracks = engine.table.tracks[engine.confirmed()]
    dt = np.abs(1e-9 * (time_ns - tracks["time_ns"]))
    move = np.zeros((dt.size, 6, 6))
    move[:] = np.eye(6)
    move[:, :3, 3:] = dt[:, None, None] * _AXES
    noise = np.array(settings.flying_noise + settings.falling_noise)
    power = (tracks["weight"] @ noise)[:, None, None]
    t = dt[:, None, None]
    grown: F64 = np.einsum("nij,njk,nlk->nil", move, tracks["cov"], move)
    grown[:, :3, :3] += power * t**3 / 3 * _AXES
    grown[:, :3, 3:] += power * t**2 / 2 * _AXES
    grown[:, 3:, :3] += power * t**2 / 2 * _AXES
    grown[:, 3:, 3:] += power * t * _AXES
    return Report(number, state, grown)
