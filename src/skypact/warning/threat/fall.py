"""Where and when something in free fall comes down: states with their spread, to the ground.

Spread by the third-degree spherical cubature points of position, velocity and the logarithm of the
ballistic coefficient. Source: Arasaratnam, Haykin 2009, Cubature Kalman Filters.
"""

from typing import NamedTuple

import numpy as np

from skypact.core.geodesy import (
    F64,
    SEMI_MAJOR_AXIS_M,
    azimuth_rad,
    distance_m,
    geodetic_from_ecef,
)
from skypact.warning.threat.kernels_fall import fall
from skypact.warning.threat.kinematics import Kinematics

CHI2_95 = 5.991464547107979


class Air(NamedTuple):
    """What is assumed of drag: coefficient_kgpm2 mass over drag area, 0 no air; spread: one
    standard deviation of its logarithm; impact_sd_min_m: added to every impact."""

    coefficient_kgpm2: float
    spread: float
    impact_sd_min_m: float


class Impact(NamedTuple):
    """lat_rad, lon_rad, time_s, time_sd_s (N,): mean of impact, time from the state, NaN where the
    track does not come down within an hour; covariance (N, 2, 2): east, north in m2."""

    lat_rad: F64
    lon_rad: F64
    covariance: F64
    time_s: F64
    time_sd_s: F64


class Ellipse(NamedTuple):
    """95 % ellipse, all (N,): semi axes in m, azimuth of the major axis in 0..pi."""

    semi_major_m: F64
    semi_minor_m: F64
    azimuth_rad: F64


def predict_impact(track: Kinematics, air: Air) -> Impact:
    """Return where and when each of the N tracks comes down, with its spread."""
    n = len(track.lat_rad)
    points = _cubature(track, air)
    width = points.shape[1]
    flat = points.reshape(-1, 7)
    ground, time = fall(
        np.ascontiguousarray(flat[:, :3]),
        np.ascontiguousarray(flat[:, 3:6]),
        np.ascontiguousarray(flat[:, 6]),
    )
    lat, lon, _ = geodetic_from_ecef(ground)
    lat, lon, time = (x.reshape(n, width) for x in (lat, lon, time))
    gap = distance_m(lat[:, :1], lon[:, :1], lat, lon)
    way = azimuth_rad(lat[:, :1], lon[:, :1], lat, lon)
    east, north = (gap * np.sin(way))[:, 1:], (gap * np.cos(way))[:, 1:]
    mean_e, mean_n = east.mean(1), north.mean(1)
    off = np.stack([east - mean_e[:, None], north - mean_n[:, None]], -1)
    covariance = np.einsum("nki,nkj->nij", off, off) / (width - 1)
    covariance = covariance + air.impact_sd_min_m**2 * np.eye(2)
    mean_t = time[:, 1:].mean(1)
    time_sd = np.sqrt(((time[:, 1:] - mean_t[:, None]) ** 2).mean(1))
    r = SEMI_MAJOR_AXIS_M
    mean_lat = lat[:, 0] + mean_n / r
    mean_lon = lon[:, 0] + mean_e / (r * np.maximum(np.cos(lat[:, 0]), 1e-6))
    return Impact(mean_lat, (mean_lon + np.pi) % (2 * np.pi) - np.pi, covariance, mean_t, time_sd)


def ellipse(covariance: F64) -> Ellipse:
    """Return the 95 % ellipses of covariances (N, 2, 2), east, north."""
    a, b, c = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    middle, reach = (a + c) / 2, np.hypot((a - c) / 2, b)
    # Azimuth is clockwise from north, hence the half angle of (north - east).
    turn = np.arctan2(2 * b, c - a) / 2
    return Ellipse(
        np.sqrt(CHI2_95 * (middle + reach)),
        np.sqrt(CHI2_95 * np.maximum(middle - reach, 0.0)),
        turn % np.pi,
    )


def _cubature(track: Kinematics, air: Air) -> F64:
    """Return the state and the points around it, (N, 1 + 2 D, 7): position, velocity, drag."""
    n = len(track.lat_rad)
    root = np.zeros((n, 7, 7))
    root[:, :6, :6] = _cholesky(track.covariance)
    root[:, 6, 6] = air.spread
    width = 7 if air.coefficient_kgpm2 > 0 and air.spread > 0 else 6
    arms = np.sqrt(width) * np.swapaxes(root, 1, 2)[:, :width]
    centre = np.zeros((n, 1, 7))
    centre[:, 0, :3], centre[:, 0, 3:6] = track.position_ecef_m, track.velocity_ecef_mps
    points = np.concatenate([centre, centre + arms, centre - arms], axis=1)
    area = 1 / air.coefficient_kgpm2 if air.coefficient_kgpm2 > 0 else 0.0
    points[..., 6] = area * np.exp(points[..., 6])
    return points


def _cholesky(covariance: F64) -> F64:
    """Return lower triangles (N, 6, 6); a covariance that is not positive gives zeros there."""
    root = np.zeros_like(covariance)
    for j in range(covariance.shape[-1]):
        rest = covariance[:, j:, j] - (root[:, j:, :j] * root[:, j : j + 1, :j]).sum(-1)
        pivot = np.sqrt(np.maximum(rest[:, 0], 0.0))
        scale = np.where(pivot > 0, 1 / np.where(pivot > 0, pivot, 1.0), 0.0)
        root[:, j, j] = pivot
        root[:, j + 1 :, j] = rest[:, 1:] * scale[:, None]
    return root
