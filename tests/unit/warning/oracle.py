"""What kernels of places must equal: whole matrices of tracks times places, nothing left out."""

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64, azimuth_rad, distance_m, wrap_pi
from skypact.warning.places import Places
from skypact.warning.threat.approach import HALF_ANGLE_MAX_RAD, SPEED_MIN_MPS
from skypact.warning.threat.kinematics import Kinematics


def corners_from(lat_rad: F64, lon_rad: F64, corners_deg: F64) -> F64:
    """Return a polygon (V, 2) of lat, lon east, north of points (N,), shape (N, V, 2) in m."""
    lat, lon = np.radians(corners_deg).T
    gap = distance_m(lat_rad[:, None], lon_rad[:, None], lat, lon)
    way = azimuth_rad(lat_rad[:, None], lon_rad[:, None], lat, lon)
    return np.stack([gap * np.sin(way), gap * np.cos(way)], -1)


def gap_to_polygon(corners: F64) -> F64:
    """Return the distance from (0, 0) to polygons (K, V, 2), 0 inside, shape (K,)."""
    a, b = corners, np.roll(corners, -1, axis=1)
    d = b - a
    length2 = np.maximum((d * d).sum(-1), 1e-12)
    share = np.clip(-(a * d).sum(-1) / length2, 0.0, 1.0)
    foot = a + share[..., None] * d
    gap = np.sqrt((foot * foot).sum(-1)).min(axis=1)
    return np.where(holds_origin(corners), 0.0, gap)


def holds_origin(corners: F64) -> NDArray[np.bool_]:
    """Return whether (0, 0) lies in polygons (K, V, 2), shape (K,): even-odd rule."""
    a, b = corners, np.roll(corners, -1, axis=1)
    spans = (a[..., 1] > 0) != (b[..., 1] > 0)
    rise = np.where(spans, b[..., 1] - a[..., 1], 1.0)
    crossing = a[..., 0] - a[..., 1] * (b[..., 0] - a[..., 0]) / rise
    return (spans & (crossing > 0)).sum(axis=1) % 2 == 1


def directions(corners: F64, course_rad: F64) -> tuple[F64, F64]:
    """Return the least and the greatest angle off the course to polygons (K, V, 2)."""
    middle = corners.mean(axis=1)
    centre = wrap_pi(np.arctan2(middle[:, 0], middle[:, 1]) - course_rad)
    way = np.arctan2(corners[..., 0], corners[..., 1]) - course_rad[:, None]
    off = centre[:, None] + wrap_pi(way - centre[:, None])
    return off.min(axis=1), off.max(axis=1)


def heading_for(
    track: Kinematics, places: Places, horizon_s: F64, cone_rad: float, margin_m: float
) -> dict[tuple[int, int], float]:
    """Return the gap in m of every pair (track, place) that is ahead."""
    speed = np.maximum(track.along_mps, SPEED_MIN_MPS)
    half = np.minimum(cone_rad + 2 * track.course_sd_rad, HALF_ANGLE_MAX_RAD)
    spare = margin_m + 2 * track.position_sd_m
    found: dict[tuple[int, int], float] = {}
    for p, place in enumerate(places.places):
        corners = corners_from(track.lat_rad, track.lon_rad, place.corners_deg)
        gap = gap_to_polygon(corners)
        low, high = directions(corners, track.course_rad)
        wide = np.arcsin(np.clip(spare / np.maximum(gap, spare), 0.0, 1.0))
        inbound = (low - wide <= half) & (high + wide >= -half)
        # What goes round the track has corners ahead however far its middle is behind.
        way = np.arctan2(corners[..., 0], corners[..., 1]) - track.course_rad[:, None]
        inbound |= (np.abs(wrap_pi(way)) <= half[:, None]).any(axis=1)
        inside = holds_origin(corners) | (gap <= spare)
        hit = (inside | inbound) & (gap / speed <= horizon_s)
        found |= {(int(t), p): float(gap[t]) for t in np.flatnonzero(hit)}
    return found


def struck_by(
    lat_rad: F64, lon_rad: F64, covariance: F64, places: Places, far: float
) -> dict[tuple[int, int], float]:
    """Return the least statistical distance of every pair (ellipse, place) that touch."""
    found: dict[tuple[int, int], float] = {}
    for p, place in enumerate(places.places):
        corners = corners_from(lat_rad, lon_rad, place.corners_deg)
        root = np.linalg.inv(np.linalg.cholesky(covariance))
        gap = gap_to_polygon(np.einsum("nij,nvj->nvi", root, corners))
        found |= {(int(t), p): float(gap[t]) for t in np.flatnonzero(gap <= far)}
    return found


def closest(corners: F64, course_rad: float) -> float:
    """Return how near the way straight on comes to a polygon (V, 2), by points of its sides."""
    share = np.linspace(0, 1, 2001)[:, None, None]
    sides = (corners + share * (np.roll(corners, -1, axis=0) - corners)).reshape(-1, 2)
    along = sides @ [np.sin(course_rad), np.cos(course_rad)]
    across = sides @ [np.cos(course_rad), -np.sin(course_rad)]
    return float(np.where(along > 0, np.abs(across), np.hypot(along, across)).min())
