"""Tracks made as coarse as a clause demands, and honest about it.

With a grid, position and velocity are rounded, the state is moved to a whole second, and the
covariance becomes isotropic and stepped: its shape would point to the sensor. It is never smaller
than the truth: [[A, B], [B', D]] <= 2 blockdiag(A, D), and rounding adds grid^2 / 12 an axis.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import ECCENTRICITY2, SEMI_MAJOR_AXIS_M, geodetic_from_ecef
from skypact.sharing.treaty.agreements import Clause

F64 = NDArray[np.float64]
S = 1_000_000_000
COARSE_QUALITY = 5
ACCELERATION_MPS2 = 30.0
"""What an object may do in the half second by which its state is moved."""
MERIDIAN_MIN_M = SEMI_MAJOR_AXIS_M * (1 - ECCENTRICITY2)
MERIDIAN_SPREAD = (1 - ECCENTRICITY2) ** -1.5
"""A step of latitude is never less than the grid, and at the poles this much more."""

EXACT = ("covariance", "time_ns", "quality")
"""What a clause that does not round lets go as it is."""
WHOLE_WIDTH = 5

_DIAGONAL = (0, 6, 11, 15, 18, 20)
_POSITION, _VELOCITY = (0, 1, 2, 6, 7, 11), (15, 16, 17, 18, 19, 20)


class Columns(Protocol):
    """Columns of tracks by name: a table, or a dictionary."""

    def __getitem__(self, name: str, /) -> NDArray[Any]: ...


def whole_second(columns: Columns) -> F64:
    """Return tracks (state (N, 6), covariance (N, 21), time_ns) at a whole second, (N, 5):
    latitude, longitude, height, and bounds of the variances of position and velocity, no less than
    twice the largest. They are the same for every clause that rounds."""
    step_s = (_whole_ns(columns["time_ns"]) - columns["time_ns"])[:, None] / S
    position = columns["state"][:, :3] + columns["state"][:, 3:] * step_s
    return np.stack([*geodetic_from_ecef(position), *bounds(columns["covariance"])], 1)


def bounds(covariance: F64) -> tuple[F64, F64]:
    """Return bounds of the variances of position and velocity of covariances (N, 21), (N,) each."""
    return _bound(covariance[:, _POSITION]), _bound(covariance[:, _VELOCITY])


def _whole_ns(time_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    return (time_ns + S // 2) // S * S


def degraded(
    held: Columns, rows: NDArray[np.int64], clause: Clause, out: dict[str, NDArray[Any]]
) -> None:
    """Write what a clause lets go of some rows of tracks (state, covariance, ..., whole) into
    columns of zeros, field by field; what is not written does not leave."""
    if clause.show_callsign:
        out["callsign"][:] = held["callsign"][rows]
    if clause.show_address:
        out["address"][:], out["detection"][:] = held["address"][rows], held["detection"][rows]
    state = held["state"][rows]
    if clause.position_grid_m == 0:
        for name in EXACT:
            out[name][:] = held[name][rows]
    else:
        whole = held["whole"][rows]
        grids = (clause.position_grid_m, clause.velocity_grid_mps)
        out["quality"][:] = COARSE_QUALITY
        out["time_ns"][:] = _whole_ns(held["time_ns"][rows])
        state, height = rounded((whole[:, 0], whole[:, 1], whole[:, 2]), state[:, 3:], *grids)
        position, velocity = stepped((whole[:, 3], whole[:, 4]), height, *grids)
        for i in _DIAGONAL[:3]:
            out["covariance"][:, i] = position
        for i in _DIAGONAL[3:]:
            out["covariance"][:, i] = velocity
    out["position_ecef_m"][:], out["velocity_ecef_mps"][:] = state[:, :3], state[:, 3:]


def rounded(
    geodetic: tuple[F64, F64, F64], velocity_ecef_mps: F64, grid_m: float, grid_mps: float
) -> tuple[F64, F64]:
    """Return states (N, 6) on a grid of latitude, longitude, height and east, north, up speed; and
    their heights."""
    lat, lon, height = geodetic
    # Steps depend on what is already rounded only: else they would tell what was rounded away.
    lat_step = grid_m / MERIDIAN_MIN_M
    lat = np.clip(np.round(lat / lat_step) * lat_step, -np.pi / 2, np.pi / 2)
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    normal_m = SEMI_MAJOR_AXIS_M / np.sqrt(1 - ECCENTRICITY2 * sin_lat * sin_lat)
    lon_step = np.minimum(grid_m / np.maximum(normal_m * cos_lat, 1.0), np.pi)
    lon = np.round(lon / lon_step) * lon_step
    sin_lon, cos_lon = np.sin(lon), np.cos(lon)
    height = np.round(height / grid_m) * grid_m
    out = np.empty((len(lat), 6))
    outward_m = (normal_m + height) * cos_lat
    out[:, 0], out[:, 1] = outward_m * cos_lon, outward_m * sin_lon
    out[:, 2] = (normal_m * (1 - ECCENTRICITY2) + height) * sin_lat
    x, y, z = velocity_ecef_mps[:, 0], velocity_ecef_mps[:, 1], velocity_ecef_mps[:, 2]
    along = cos_lon * x + sin_lon * y
    east = np.round((cos_lon * y - sin_lon * x) / grid_mps) * grid_mps
    north = np.round((cos_lat * z - sin_lat * along) / grid_mps) * grid_mps
    up = np.round((cos_lat * along + sin_lat * z) / grid_mps) * grid_mps
    along = cos_lat * up - sin_lat * north
    out[:, 3], out[:, 4] = cos_lon * along - sin_lon * east, sin_lon * along + cos_lon * east
    out[:, 5] = cos_lat * north + sin_lat * up
    # A zero has a sign, which would tell from which side it was rounded.
    out += 0.0
    return out, height


def stepped(
    bounds: tuple[F64, F64], height_wgs84_m: F64, grid_m: float, grid_mps: float
) -> tuple[F64, F64]:
    """Return variances of position and velocity (N,), the same along each axis, that bound those of
    `bounds` plus rounding, in steps of the grid.

    height_wgs84_m: the rounded one; a step of latitude or longitude widens with it.
    """
    position, velocity = bounds
    stretch = MERIDIAN_SPREAD * (1 + np.maximum(height_wgs84_m, 0) / MERIDIAN_MIN_M)
    unit_m2 = (grid_m * stretch) ** 2 / 12
    unit_m2ps2 = grid_mps**2 / 12
    position = position + 0.25 * velocity + (ACCELERATION_MPS2 / 8) ** 2
    velocity = velocity + (ACCELERATION_MPS2 / 2) ** 2
    return (
        (1 + np.ceil(position / unit_m2)) * unit_m2,
        (1 + np.ceil(velocity / unit_m2ps2)) * unit_m2ps2,
    )


def _bound(triangle: F64) -> F64:
    """Return twice the Frobenius norm of 3x3 matrices given as triangles (N, 6): no less than
    twice the largest eigenvalue."""
    weight = np.array([1.0, 2.0, 2.0, 1.0, 2.0, 1.0])
    return 2 * np.sqrt((triangle * triangle) @ weight)
