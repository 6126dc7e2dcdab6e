"""Tracks made as coarse as a clause demands, and honest about it.

With a grid, position and velocity are rounded, the state is moved to a whole second, and the
covariance becomes isotropic and stepped: its shape would point to the sensor. It is never smaller
than the truth: [[A, B], [B', D]] <= 2 blockdiag(A, D), and rounding adds grid^2 / 12 an axis.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import (
    ECCENTRICITY2,
    SEMI_MAJOR_AXIS_M,
    ecef_from_geodetic,
    geodetic_from_ecef,
    velocity_ecef_from_enu,
    velocity_enu_from_ecef,
)
from skypact.sharing.treaty.agreements import Clause

F64 = NDArray[np.float64]
S = 1_000_000_000
COARSE_QUALITY = 5
ACCELERATION_MPS2 = 30.0
"""What an object may do in the half second by which its state is moved."""
MERIDIAN_MIN_M = SEMI_MAJOR_AXIS_M * (1 - ECCENTRICITY2)
MERIDIAN_SPREAD = (1 - ECCENTRICITY2) ** -1.5
"""A step of latitude is never less than the grid, and at the poles this much more."""

_ROW, _COLUMN = np.triu_indices(6)
_DIAGONAL = np.flatnonzero(_ROW == _COLUMN)


def degraded(columns: dict[str, NDArray[Any]], clause: Clause) -> dict[str, NDArray[Any]]:
    """Return the columns of tracks (state (N, 6), covariance (N, 21), ...) as a clause allows."""
    out = dict(columns)
    if not clause.show_callsign:
        out["callsign"] = np.zeros_like(columns["callsign"])
    if not clause.show_address:
        out["address"] = np.zeros_like(columns["address"])
        out["detection"] = np.zeros_like(columns["detection"])
    if clause.position_grid_m > 0:
        out["quality"] = np.full_like(columns["quality"], COARSE_QUALITY)
        out["time_ns"] = (columns["time_ns"] + S // 2) // S * S
        step_s = (out["time_ns"] - columns["time_ns"])[:, None] / S
        position = columns["state"][:, :3] + columns["state"][:, 3:] * step_s
        out["state"] = rounded(
            position, columns["state"][:, 3:], clause.position_grid_m, clause.velocity_grid_mps
        )
        out["covariance"] = stepped(
            columns["covariance"],
            geodetic_from_ecef(out["state"][:, :3])[2],
            clause.position_grid_m,
            clause.velocity_grid_mps,
        )
    return out


def rounded(position_ecef_m: F64, velocity_ecef_mps: F64, grid_m: float, grid_mps: float) -> F64:
    """Return states (N, 6) on a grid of latitude, longitude, height and east, north, up speed."""
    lat, lon, height = geodetic_from_ecef(position_ecef_m)
    # Steps depend on what is already rounded only: else they would tell what was rounded away.
    lat_step = grid_m / MERIDIAN_MIN_M
    lat = np.clip(np.round(lat / lat_step) * lat_step, -np.pi / 2, np.pi / 2)
    lon_step = np.minimum(grid_m / np.maximum(_parallel_m(lat), 1.0), np.pi)
    lon = np.round(lon / lon_step) * lon_step
    height = np.round(height / grid_m) * grid_m
    position = ecef_from_geodetic(lat, lon, height)
    speed = velocity_enu_from_ecef(velocity_ecef_mps, lat, lon)
    velocity = velocity_ecef_from_enu(np.round(speed / grid_mps) * grid_mps, lat, lon)
    return np.concatenate([position, velocity], 1)


def stepped(covariance: F64, height_wgs84_m: F64, grid_m: float, grid_mps: float) -> F64:
    """Return covariances (N, 21) that bound the given ones plus rounding, in steps of the grid.

    height_wgs84_m: the rounded one; a step of latitude or longitude widens with it.
    """
    position = _bound(covariance[:, _COLUMN < 3])
    velocity = _bound(covariance[:, _ROW >= 3])
    stretch = MERIDIAN_SPREAD * (1 + np.maximum(height_wgs84_m, 0) / MERIDIAN_MIN_M)
    unit_m2 = (grid_m * stretch) ** 2 / 12
    unit_m2ps2 = grid_mps**2 / 12
    position = position + 0.25 * velocity + (ACCELERATION_MPS2 / 8) ** 2
    velocity = velocity + (ACCELERATION_MPS2 / 2) ** 2
    out = np.zeros_like(covariance)
    out[:, _DIAGONAL[:3]] = ((1 + np.ceil(position / unit_m2)) * unit_m2)[:, None]
    out[:, _DIAGONAL[3:]] = ((1 + np.ceil(velocity / unit_m2ps2)) * unit_m2ps2)[:, None]
    return out


def _bound(triangle: F64) -> F64:
    """Return twice the Frobenius norm of 3x3 matrices given as triangles (N, 6): no less than
    twice the largest eigenvalue."""
    weight = np.array([1.0, 2.0, 2.0, 1.0, 2.0, 1.0])
    return 2 * np.sqrt((triangle * triangle * weight).sum(1))


def _parallel_m(lat_rad: F64) -> F64:
    return SEMI_MAJOR_AXIS_M * np.cos(lat_rad) / np.sqrt(1 - ECCENTRICITY2 * np.sin(lat_rad) ** 2)
