"""Tracks taken to another time: constant velocity, with gravity for what falls freely.

State (N, 6) is position and velocity in ECEF, m and m/s; covariance (N, 6, 6).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import EARTH_RATE_RADPS, GM_M3PS2
from skypact.core.messages import ThreatClass

F64 = NDArray[np.float64]


def gravity_ecef_mps2(state: F64) -> F64:
    """Return the acceleration (N, 3) of a free body in the rotating frame (central field)."""
    position, velocity = state[:, :3], state[:, 3:]
    radius = np.sqrt((position * position).sum(1))
    pull = -GM_M3PS2 * position / np.maximum(radius, 1.0)[:, None] ** 3
    rate = EARTH_RATE_RADPS
    turning = np.zeros_like(position)
    turning[:, 0] = rate * rate * position[:, 0] + 2 * rate * velocity[:, 1]
    turning[:, 1] = rate * rate * position[:, 1] - 2 * rate * velocity[:, 0]
    return pull + turning


def falls_freely(threat_class: Any) -> NDArray[np.bool_]:
    """Return where a class moves under gravity."""
    return (threat_class == ThreatClass.BALLISTIC) | (threat_class == ThreatClass.ROCKET)


def predict(
    state: F64, covariance: F64, dt_s: F64, free_fall: NDArray[np.bool_], noise_m2ps3: float
) -> tuple[F64, F64]:
    """Return state and covariance after dt_s (N,) >= 0 (white-noise acceleration; Bar-Shalom, Li,
    Kirubarajan 2001, 6.2.2)."""
    step = dt_s[:, None]
    moved = state.copy()
    moved[:, :3] += state[:, 3:] * step
    if free_fall.any():
        pull = np.where(free_fall[:, None], gravity_ecef_mps2(state), 0.0)
        moved[:, :3] += 0.5 * pull * step * step
        moved[:, 3:] += pull * step
    grown = covariance.copy()
    dt = dt_s[:, None, None]
    cross = covariance[:, :3, 3:]
    corner = covariance[:, 3:, 3:]
    spread = dt * (cross + cross.transpose(0, 2, 1)) + dt * dt * corner
    grown[:, :3, :3] += spread
    grown[:, :3, 3:] += dt * corner
    grown[:, 3:, :3] = grown[:, :3, 3:].transpose(0, 2, 1)
    for axis in range(3):
        grown[:, axis, axis] += noise_m2ps3 * dt_s**3 / 3
        grown[:, axis, axis + 3] += noise_m2ps3 * dt_s**2 / 2
        grown[:, axis + 3, axis] += noise_m2ps3 * dt_s**2 / 2
        grown[:, axis + 3, axis + 3] += noise_m2ps3 * dt_s
    return moved, grown
