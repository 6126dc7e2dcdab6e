"""What the engine holds: rows as a message, and confirmed tracks carried to a time."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import pack
from skypact.core.ids import Header
from skypact.core.messages import TrackBatch
from skypact.tracking.engine import Engine
from skypact.tracking.kernels.carry import carried

F64 = NDArray[np.float64]
_UPPER = np.triu_indices(6)
# Quality 15 is 20 m, each step down 40 % more: 0 is 3.6 km and worse.
_BEST_SD_M, _STEPS_AN_OCTAVE = 20.0, 2.0
# Columns of a TrackBatch that are columns of the table.
_SAME = (*("number", "time_ns", "detected_ns", "confirmed_ns", "detection", "address"),)


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


def batch_of(tracks: NDArray[Any], rows: NDArray[np.int64], header: Header) -> TrackBatch:
    """Return these rows of the table (TRACK) as a message."""
    cov = tracks["cov"][rows]
    variance: F64 = np.trace(cov[:, :3, :3], axis1=1, axis2=2) / 3
    octaves: F64 = 0.5 * np.log2(np.maximum(variance, 1.0) / _BEST_SD_M**2)
    quality: F64 = np.clip(15 - np.round(_STEPS_AN_OCTAVE * octaves), 0, 15)
    x = tracks["x"][rows]
    columns = pack(
        TrackBatch,
        position_ecef_m=x[:, :3],
        velocity_ecef_mps=x[:, 3:],
        covariance=cov[:, _UPPER[0], _UPPER[1]],
        quality=quality,
        callsign=tracks["callsign"][rows].view("S8"),
        **{name: tracks[name][rows] for name in _SAME},
    )
    return TrackBatch(**header, count=rows.size, **columns)
