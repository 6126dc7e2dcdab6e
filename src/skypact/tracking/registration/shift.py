"""Moving tracks along when the correction of a sensor changes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.registration.kernels.register import (
    AZIMUTH,
    EAST,
    ELEVATION,
    RANGE,
    SCALE,
    TIME,
    UP,
)

F64 = NDArray[np.float64]
_LATELY_NS = 30_000_000_000
# The track had smoothed its way to the biased place only so exactly.
_SLACK = 0.3


def displacements(states: F64, site: Any, by: F64) -> F64:
    """Return how far plots of targets at states (n, 6) ECEF move when a bias grows by `by`."""
    rotation = site["rotation"]
    local = np.einsum("ij,nj->ni", rotation, states[:, :3] - site["position"])
    flat = np.maximum(np.hypot(local[:, 0], local[:, 1]), 1.0)
    reach = np.hypot(flat, local[:, 2])
    away = local / reach[:, None]
    across = np.stack([local[:, 1], -local[:, 0], np.zeros_like(flat)], 1) / flat[:, None]
    lift = np.cross(across, away)
    moved = -(by[RANGE] + by[SCALE] * reach)[:, None] * away
    moved -= (by[AZIMUTH] * flat)[:, None] * across
    moved -= (by[ELEVATION] * reach)[:, None] * lift
    moved += by[EAST : UP + 1]
    return np.einsum("ni,ij->nj", moved, rotation) + by[TIME] * states[:, 3:]


def shift_tracks(tracks: NDArray[Any], sights: NDArray[Any], s: int, site: Any, by: F64) -> None:
    """Move the tracks that sensor s lately hit, as far as it was they who followed it, and let
    them be less sure in that direction (rows of TRACK and SIGHT, in place)."""
    last = sights["hit_ns"].max(axis=1)
    lately = sights["hit_ns"] > (last - _LATELY_NS)[:, None]
    rows = np.flatnonzero(lately[:, s] & (sights["hit_ns"][:, s] > 0))
    if rows.size == 0:
        return
    moved = displacements(tracks["x"][rows], site, by)
    share = 1.0 / np.maximum(lately[rows].sum(axis=1), 1)
    outer = moved[:, :, None] * moved[:, None, :]
    more = (share * (1 - share) + _SLACK**2)[:, None, None] * outer
    step = share[:, None] * moved
    tracks["x"][rows, :3] += step
    tracks["model_x"][rows, :, :3] += step[:, None, :]
    tracks["cov"][rows, :3, :3] += more
    tracks["model_cov"][rows, :, :3, :3] += more[:, None]
