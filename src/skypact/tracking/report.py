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
    tracks, rows = engine.table.tracks, engine.confirmed()
    grown: F64 = tracks["cov"][rows]
    t = np.abs(1e-9 * (time_ns - tracks["time_ns"][rows]))[:, None, None]
    noise = np.array(settings.flying_noise + settings.falling_noise)
    power = np.sum(tracks["weight"][rows] * noise, axis=1)[:, None, None] * _AXES
    both, speed = grown[:, :3, 3:].copy(), grown[:, 3:, 3:]
    grown[:, :3, :3] += t * (both + both.swapaxes(1, 2) + t * speed) + power * t**3 / 3
    grown[:, :3, 3:] += t * speed + power * t**2 / 2
    grown[:, 3:, :3] = grown[:, :3, 3:].swapaxes(1, 2)
    grown[:, 3:, 3:] += power * t
    return Report(number, state, grown)
