"""Tracks taken to another time: constant velocity, with gravity for what falls freely."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.messages import ThreatClass
from skypact.picture.kernels_predict import predicted

F64 = NDArray[np.float64]


def falls_freely(threat_class: Any) -> NDArray[np.bool_]:
    """Return where a class moves under gravity."""
    return (threat_class == ThreatClass.BALLISTIC) | (threat_class == ThreatClass.ROCKET)


def predict(
    state: F64, triangle: F64, dt_s: F64, free_fall: NDArray[np.bool_], noise_m2ps3: float
) -> tuple[F64, F64]:
    """Return states (N, 6), ECEF in m and m/s, and covariances (N, 6, 6) after dt_s (N,) >= 0, from
    states and upper triangles (N, 21): white-noise acceleration (Bar-Shalom, Li, Kirubarajan 2001,
    6.2.2), gravity of a central field in the rotating frame where free_fall (N,)."""
    return predicted(
        np.ascontiguousarray(state, np.float64),
        np.ascontiguousarray(triangle, np.float64),
        np.ascontiguousarray(dt_s, np.float64),
        free_fall.view(np.uint8),
        noise_m2ps3,
    )
