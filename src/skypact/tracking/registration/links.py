"""Links: two tracks that are one target, held apart by the bias of a sensor."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_HITS_MIN, _SPAN_MIN_S = 3, 8.0
_REACH_M, _SPEED_REACH_MPS = 8_000.0, 100.0
# The next best partner must be this much farther away.
_CLEAR = 2.5


def linked(points: NDArray[Any], radars: int) -> NDArray[Any]:
    """Return POINT rows, by track and time; tracks that seem to be one target get one number.

    Two tracks are linked when no radar sees both, they keep together, and neither has another
    candidate anywhere near.
    """
    numbers, dense = np.unique(points["track"], return_inverse=True)
    sensor = points["sensor"]
    radar = sensor < radars
    sees = np.zeros((numbers.size, radars), np.bool_)
    sees[dense[radar], sensor[radar]] = True
    if numbers.size < 2:
        return points
    position, velocity, ok = _lines(points, dense, numbers.size)
    ok &= sees.any(axis=1)
    rows = np.flatnonzero(ok)
    apart = ~(sees[rows][:, None, :] & sees[rows][None, :, :]).any(axis=2)
    offset = position[rows][:, None] - position[rows][None]
    slip = velocity[rows][:, None] - velocity[rows][None]
    distance = np.sqrt(np.sum(offset**2, axis=2))
    near = (distance < _REACH_M) & (np.sum(slip**2, axis=2) < _SPEED_REACH_MPS**2)
    np.fill_diagonal(near, False)
    if not (near & apart).any():
        return points
    candidate = np.where(near & apart, distance, np.inf)
    rival = np.where(near, distance, np.inf)
    best = candidate.argmin(axis=1)
    least = candidate[np.arange(rows.size), best]
    rival[np.arange(rows.size), best] = np.inf
    clear = np.isfinite(least) & (rival.min(axis=1) > _CLEAR * least)
    mutual = clear & clear[best] & (best[best] == np.arange(rows.size))
    into = np.arange(numbers.size)
    into[rows[mutual]] = np.minimum(rows[mutual], rows[best[mutual]])
    merged = points.copy()
    merged["track"] = numbers[into[dense]]
    return merged[np.lexsort((merged["time_ns"], merged["track"]))]


def _lines(points: NDArray[Any], dense: I64, tracks: int) -> tuple[F64, F64, NDArray[np.bool_]]:
    """Return position at the middle of the window, velocity, and whether each track has both."""
    time = 1e-9 * (points["time_ns"] - points["time_ns"].min())
    middle = 0.5 * float(time.max())
    count = np.maximum(np.bincount(dense, minlength=tracks), 1)
    mean_t = np.bincount(dense, time, tracks) / count
    x = points["x"] - points["x"][0]
    mean_x = np.stack([np.bincount(dense, x[:, c], tracks) for c in range(3)], 1) / count[:, None]
    dt = time - mean_t[dense]
    spread = np.bincount(dense, dt**2, tracks)
    moved = np.stack([np.bincount(dense, dt * x[:, c], tracks) for c in range(3)], 1)
    velocity = moved / np.maximum(spread, 1e-9)[:, None]
    ok = (count >= _HITS_MIN) & (spread > count * (_SPAN_MIN_S / 4) ** 2)
    return mean_x + velocity * (middle - mean_t)[:, None], velocity, ok
