"""How tracks move, as people think of it: speed, height, climb, course, each with its spread."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64
from skypact.warning.threat.kernels_moves import moves

GRAVITY_MPS2 = 9.80665


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
    position = np.ascontiguousarray(position_ecef_m, np.float64)
    velocity = np.ascontiguousarray(velocity_ecef_mps, np.float64)
    full, found = moves(position, velocity, np.ascontiguousarray(covariance, np.float64))
    return Kinematics(position, velocity, full, *np.ascontiguousarray(found.T))
