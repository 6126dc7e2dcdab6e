"""Confirmed tracks carried to a time."""

from typing import Any

import numpy as np

from skypact.core.jit import F8, I8, arrays, kernel, part, record, signature, together
from skypact.tracking.kernels.layout import CONFIRMED, FLYING, MODELS, TRACK, TUNING
from skypact.tracking.kernels.motion import GM


@part
def carry_state(track: Any, dt: float, state: Any) -> None:
    """Fill the state of a track dt seconds on; it falls as far as its models do."""
    x, falls = track.x, 0.0
    for m in range(FLYING, MODELS):
        falls += track.weight[m]
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    pull = -GM * falls / (r2 * np.sqrt(r2))
    for c in range(3):
        fall = pull * x[c]
        state[c] = x[c] + dt * x[3 + c] + 0.5 * dt * dt * fall
        state[3 + c] = x[3 + c] + dt * fall


@part
def carry_covariance(track: Any, dt: float, tuning: Any, out: Any) -> None:
    """Fill the covariance of a track dt seconds on: at constant velocity under white noise
    acceleration, as much as its models have on average, the same along all axes."""
    cov, t, power = track.cov, abs(dt), 0.0
    for m in range(MODELS):
        power += track.weight[m] * tuning.noise[m]
    for u in range(3):
        for v in range(3):
            speed, noise = cov[u + 3, v + 3], (power if u == v else 0.0)
            both = cov[u, v + 3] + cov[v, u + 3]
            out[u, v] = cov[u, v] + t * (both + t * speed) + noise * t * t * t / 3
            out[u, v + 3] = out[v + 3, u] = cov[u, v + 3] + t * speed + noise * t * t / 2
            out[u + 3, v + 3] = speed + noise * t


@kernel(
    signature(
        together(arrays(I8, 1), arrays(F8, 2), arrays(F8, 3)),
        *(arrays(record(TRACK), 1), I8, I8, arrays(record(TUNING), 1)),
    )
)
def carried(table: Any, rows: int, time_ns: int, tunings: Any) -> tuple[Any, Any, Any]:
    """Return (number (n,), state (n, 6), covariance (n, 6, 6)) of the confirmed tracks among the
    first rows, carried to a time."""
    n = 0
    for i in range(rows):
        n += 1 if table[i].state == CONFIRMED else 0
    number, state, covariance = np.empty(n, np.int64), np.empty((n, 6)), np.empty((n, 6, 6))
    k = 0
    for i in range(rows):
        track = table[i]
        if track.state == CONFIRMED:
            dt = 1e-9 * (time_ns - track.time_ns)
            number[k] = track.number
            carry_state(track, dt, state[k])
            carry_covariance(track, dt, tunings[0], covariance[k])
            k += 1
    return number, state, covariance
