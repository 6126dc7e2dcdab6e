"""WGS84 geodesy on whole arrays. Order is always latitude, longitude, height.

Positions are (..., 3) arrays in metres, angles are radians. Names read right to left:
`p_enu = enu_from_ecef(p_ecef, origin)`. Source: NIMA TR8350.2; Bowring 1985 for the inverse.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

SEMI_MAJOR_AXIS_M = 6378137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY2 = FLATTENING * (2 - FLATTENING)
GM_M3PS2 = 3.986004418e14
J2 = 1.08262982e-3
EARTH_RATE_RADPS = 7.292115e-5
MEAN_RADIUS_M = 6371008.8

F64 = NDArray[np.float64]


def ecef_from_geodetic(lat_rad: ArrayLike, lon_rad: ArrayLike, height_wgs84_m: ArrayLike) -> F64:
    """Return ECEF positions, shape (..., 3) in m."""
    lat, lon, height = (np.asarray(x, np.float64) for x in (lat_rad, lon_rad, height_wgs84_m))
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    n = SEMI_MAJOR_AXIS_M / np.sqrt(1 - ECCENTRICITY2 * sin_lat * sin_lat)
    x = (n + height) * cos_lat * np.cos(lon)
    y = (n + height) * cos_lat * np.sin(lon)
    z = (n * (1 - ECCENTRICITY2) + height) * sin_lat
    return np.stack(np.broadcast_arrays(x, y, z), axis=-1)


def geodetic_from_ecef(position_ecef_m: ArrayLike) -> tuple[F64, F64, F64]:
    """Return (lat_rad, lon_rad, height_wgs84_m), each shape (...); under 1 mm below 1,000 km."""
    p = np.asarray(position_ecef_m, np.float64)
    x, y, z = p[..., 0], p[..., 1], p[..., 2]
    r = np.hypot(x, y)
    polar_m = SEMI_MAJOR_AXIS_M * (1 - FLATTENING)
    lift_m = ECCENTRICITY2 / (1 - ECCENTRICITY2) * polar_m
    up, out = z * SEMI_MAJOR_AXIS_M, r * polar_m
    # Sine and cosine of the reduced latitude come from the sides of its triangle, not from angles.
    north, outward = up, out
    for _ in range(3):
        side = np.maximum(np.sqrt(up * up + out * out), np.finfo(np.float64).tiny)
        sin, cos = up / side, out / side
        north = z + lift_m * sin * sin * sin
        outward = r - ECCENTRICITY2 * SEMI_MAJOR_AXIS_M * cos * cos * cos
        up, out = (1 - FLATTENING) * north, outward
    lat = np.arctan2(north, outward)
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    n = SEMI_MAJOR_AXIS_M / np.sqrt(1 - ECCENTRICITY2 * sin_lat * sin_lat)
    # This form stays exact at the poles, where r / cos(lat) does not.
    height = r * cos_lat + z * sin_lat - n * (1 - ECCENTRICITY2 * sin_lat * sin_lat)
    return lat, np.arctan2(y, x), height


def enu_axes(lat_rad: ArrayLike, lon_rad: ArrayLike) -> F64:
    """Return rotations (..., 3, 3) whose rows are east, north, up in ECEF."""
    lat, lon = np.asarray(lat_rad, np.float64), np.asarray(lon_rad, np.float64)
    sl, cl, so, co = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    zero = np.zeros_like(sl * so)
    east = np.stack([-so + zero, co + zero, zero], -1)
    north = np.stack([-sl * co, -sl * so, cl + zero], -1)
    up = np.stack([cl * co, cl * so, sl + zero], -1)
    return np.stack([east, north, up], -2)


def enu_from_ecef(position_ecef_m: ArrayLike, origin: tuple[float, float, float]) -> F64:
    """Return positions east, north, up of `origin` (lat_rad, lon_rad, height_wgs84_m), in m."""
    offset = np.asarray(position_ecef_m, np.float64) - ecef_from_geodetic(*origin)
    return offset @ enu_axes(origin[0], origin[1]).T


def ecef_from_enu(position_enu_m: ArrayLike, origin: tuple[float, float, float]) -> F64:
    """Return ECEF positions of points given east, north, up of `origin`, in m."""
    rotated = np.asarray(position_enu_m, np.float64) @ enu_axes(origin[0], origin[1])
    return rotated + ecef_from_geodetic(*origin)


def velocity_enu_from_ecef(
    velocity_ecef_mps: ArrayLike, lat_rad: ArrayLike, lon_rad: ArrayLike
) -> F64:
    """Return velocities (..., 3) in the local east, north, up of each point."""
    return np.einsum("...ij,...j->...i", enu_axes(lat_rad, lon_rad), np.asarray(velocity_ecef_mps))


def velocity_ecef_from_enu(
    velocity_enu_mps: ArrayLike, lat_rad: ArrayLike, lon_rad: ArrayLike
) -> F64:
    """Return velocities (..., 3) in ECEF of vectors given in the local east, north, up."""
    return np.einsum("...ji,...j->...i", enu_axes(lat_rad, lon_rad), np.asarray(velocity_enu_mps))


def distance_m(lat_a: ArrayLike, lon_a: ArrayLike, lat_b: ArrayLike, lon_b: ArrayLike) -> F64:
    """Return great-circle distances on the mean sphere (within 0.6 % of the ellipsoid)."""
    a, b, c, d = (np.asarray(x, np.float64) for x in (lat_a, lon_a, lat_b, lon_b))
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return 2 * MEAN_RADIUS_M * np.arcsin(np.sqrt(np.clip(h, 0, 1)))


def azimuth_rad(lat_a: ArrayLike, lon_a: ArrayLike, lat_b: ArrayLike, lon_b: ArrayLike) -> F64:
    """Return the initial great-circle azimuth from a to b, clockwise from true north, 0..2 pi."""
    a, b, c, d = (np.asarray(x, np.float64) for x in (lat_a, lon_a, lat_b, lon_b))
    y = np.sin(d - b) * np.cos(c)
    x = np.cos(a) * np.sin(c) - np.sin(a) * np.cos(c) * np.cos(d - b)
    return np.arctan2(y, x) % (2 * np.pi)


def horizon_m(antenna_height_m: ArrayLike, target_height_m: ArrayLike) -> F64:
    """Return the ground distance at which a target comes over the horizon of a 4/3 Earth; heights
    over the ground (Skolnik, Radar Handbook, 3rd ed., 26.4)."""
    a, t = (np.maximum(np.asarray(h, np.float64), 0) for h in (antenna_height_m, target_height_m))
    return np.sqrt(2 * 4 / 3 * MEAN_RADIUS_M) * (np.sqrt(a) + np.sqrt(t))


def wrap_pi(angle_rad: Any) -> Any:
    """Return the angle in -pi..pi."""
    return (angle_rad + np.pi) % (2 * np.pi) - np.pi


def within(corners_rad: F64, lat_rad: F64, lon_rad: F64) -> NDArray[np.bool_]:
    """Return which points lie in a polygon (K, 2) of latitude and longitude (even-odd rule)."""
    # Longitudes relative to the first corner: an area may cross the date line.
    lon = wrap_pi(lon_rad - corners_rad[0, 1])
    corner_lon = wrap_pi(corners_rad[:, 1] - corners_rad[0, 1])
    corner_lat = corners_rad[:, 0]
    inside = np.zeros(lat_rad.shape, np.bool_)
    for i in range(len(corners_rad)):
        lat_a, lat_b = corner_lat[i - 1], corner_lat[i]
        if lat_a == lat_b:
            continue
        crosses = (lat_a > lat_rad) != (lat_b > lat_rad)
        at = corner_lon[i - 1] + (lat_rad - lat_a) / (lat_b - lat_a) * (
            corner_lon[i] - corner_lon[i - 1]
        )
        inside ^= crosses & (lon < at)
    return inside


def off_area_m(corners_rad: F64, lat_rad: float, lon_rad: float) -> float:
    """Return how far a point is from a polygon, 0 inside; flat around the point, so good for some
    hundred kilometres."""
    if within(corners_rad, np.array([lat_rad]), np.array([lon_rad]))[0]:
        return 0.0
    east = wrap_pi(corners_rad[:, 1] - lon_rad) * np.cos(lat_rad)
    points = np.stack([east, corners_rad[:, 0] - lat_rad], 1) * MEAN_RADIUS_M
    start, along = points, np.roll(points, -1, 0) - points
    length2 = np.maximum((along * along).sum(1), 1e-9)
    share = np.clip(-(start * along).sum(1) / length2, 0, 1)
    nearest = start + share[:, None] * along
    return float(np.sqrt((nearest * nearest).sum(1).min()))
