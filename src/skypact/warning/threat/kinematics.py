"""How tracks move, as people think of it: speed, height, climb, course, each with its spread."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64, enu_axes, geodetic_from_ecef

GRAVITY_MPS2 = 9.80665
STANDING_MPS = 0.1
_ROW, _COLUMN = np.triu_indices(6)


class Kinematics(NamedTuple):
    """All (N,) but position_ecef_m, velocity_ecef_mps (N, 3) and covariance (N, 6, 6), ECEF.

    speed_mps: over the ground, climb included; along_mps: its horizontal part.
    """

    position_ecef_m: F64
    velocity_ecef_mps: F64
    covariance: F64
    lat_rad: F64
    lon_rad: F64
    height_wgs84_m: F64
    height_sd_m: F64
    speed_mps: F64
    speed_sd_mps: F64
    climb_mps: F64
    climb_sd_mps: F64
    along_mps: F64
    course_rad: F64
    course_sd_rad: F64
    position_sd_m: F64

    def rows(self, which: NDArray[np.int64]) -> "Kinematics":
        """Return the rows picked by index."""
        return Kinematics(*(column[which] for column in self))


def kinematics(position_ecef_m: F64, velocity_ecef_mps: F64, covariance: F64) -> Kinematics:
    """Return the kinematics of states (N, 3), (N, 3) with upper triangles (N, 21), row by row."""
    full = np.zeros((len(position_ecef_m), 6, 6))
    full[:, _ROW, _COLUMN] = covariance
    full[:, _COLUMN, _ROW] = covariance
    lat, lon, height = geodetic_from_ecef(position_ecef_m)
    axes = enu_axes(lat, lon)
    velocity = np.einsum("nij,nj->ni", axes, velocity_ecef_mps)
    spread_p = np.einsum("nij,njk,nlk->nil", axes, full[:, :3, :3], axes)
    spread_v = np.einsum("nij,njk,nlk->nil", axes, full[:, 3:, 3:], axes)
    speed = np.sqrt((velocity * velocity).sum(-1))
    along = np.hypot(velocity[:, 0], velocity[:, 1])
    unit = velocity / np.maximum(speed, 1e-6)[:, None]
    speed_var = np.einsum("ni,nij,nj->n", unit, spread_v, unit)
    east, north = velocity[:, 0] / np.maximum(along, 1e-6), velocity[:, 1] / np.maximum(along, 1e-6)
    across_var = (
        spread_v[:, 0, 0] * north * north
        - 2 * spread_v[:, 0, 1] * east * north
        + spread_v[:, 1, 1] * east * east
    )
    course_sd = np.minimum(_sd(across_var) / np.maximum(along, STANDING_MPS), np.pi)
    return Kinematics(
        position_ecef_m=position_ecef_m,
        velocity_ecef_mps=velocity_ecef_mps,
        covariance=full,
        lat_rad=lat,
        lon_rad=lon,
        height_wgs84_m=height,
        height_sd_m=_sd(spread_p[:, 2, 2]),
        speed_mps=speed,
        speed_sd_mps=_sd(speed_var),
        climb_mps=velocity[:, 2],
        climb_sd_mps=_sd(spread_v[:, 2, 2]),
        along_mps=along,
        course_rad=np.arctan2(velocity[:, 0], velocity[:, 1]) % (2 * np.pi),
        course_sd_rad=np.where(along > STANDING_MPS, course_sd, np.pi),
        position_sd_m=_sd(spread_p[:, 0, 0] + spread_p[:, 1, 1]),
    )


def _sd(variance: F64) -> F64:
    return np.sqrt(np.maximum(variance, 0.0))
