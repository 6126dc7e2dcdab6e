"""Tracks of the coalition: so coarse that nothing of the sensor is left, and honest about it.

Rounding alone is not enough: the moment at which a rounded value steps to the next cell tells where
the track is to some ten metres, and the errors of a radar lie across the line to it. So a value is
pushed off by up to half a cell before it is rounded, by a noise under a key, different for each
partner and object, that changes slowly and so cannot be averaged away. The covariance is the same
for all, always: it bounds rounding, noise and what a track may be wrong by.
"""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import enu_axes, geodetic_from_ecef
from skypact.sharing.degrade import rounded

F64 = NDArray[np.float64]
S = 1_000_000_000
KNOT_NS = 120 * S
"""Noise is drawn anew at these times and is in between on a line between them."""
COAST_MAX_S = 90.0
PROCESS_NOISE_M2PS3 = 20.0
"""What a track drifts by without news, as the picture reckons with it."""
COASTING, TRACK = 0.4, 0.4
"""Shares of the told variance: of drifting without news, and of the track itself. Rounding and
noise take a sixth."""


def coast_s(grid_m: float) -> float:
    """Return for how long a track goes on without news: as long as what is told bounds it, and the
    same for every owner."""
    limit_s = (3 * COASTING * grid_m**2 / PROCESS_NOISE_M2PS3) ** (1 / 3)
    return min(COAST_MAX_S, float(limit_s))


def told_sds(grid_m: float, grid_mps: float) -> tuple[float, float]:
    """Return the standard deviations of position and velocity along each axis that are told."""
    drift = PROCESS_NOISE_M2PS3 * coast_s(grid_m)
    return grid_m, float(np.sqrt(4 * grid_mps**2 + drift))


def fits(bounds: F64, grid_m: float, grid_mps: float) -> NDArray[np.bool_]:
    """Return which tracks are so good that what is told bounds them. bounds (N, 2): of the
    variances of position and velocity."""
    position, velocity = bounds[:, 0], bounds[:, 1]
    carried = position + coast_s(grid_m) ** 2 * velocity
    return (carried <= TRACK * grid_m**2) & (velocity <= 3 * grid_mps**2)


def noise(key: bytes, objects: Sequence[int], now_ns: int) -> F64:
    """Return six values in -1/2..1/2 for each object (N, 6) at a time."""
    knot, rest_ns = divmod(now_ns, KNOT_NS)
    share = rest_ns / KNOT_NS
    first, second = (np.array([_drawn(key, o, k) for o in objects]) for k in (knot, knot + 1))
    return (first * (1 - share) + second * share).reshape(-1, 6)


def _drawn(key: bytes, number: int, knot: int) -> F64:
    said = number.to_bytes(8, "big") + knot.to_bytes(8, "big")
    digest = blake2b(said, key=key, digest_size=48, person=b"noise").digest()
    return np.frombuffer(digest, ">u8") / 2.0**64 - 0.5


def blurred(state: F64, pushed: F64, grid_m: float, grid_mps: float) -> F64:
    """Return states (N, 6) pushed off and rounded. pushed: noise (N, 6)."""
    lat, lon, _ = geodetic_from_ecef(state[:, :3])
    axes = enu_axes(lat, lon)
    position = state[:, :3] + np.einsum("nji,nj->ni", axes, pushed[:, :3] * grid_m)
    velocity = state[:, 3:] + np.einsum("nji,nj->ni", axes, pushed[:, 3:] * grid_mps)
    out, _ = rounded(geodetic_from_ecef(position), velocity, grid_m, grid_mps)
    return out
