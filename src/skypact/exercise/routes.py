"""Routes: great-circle legs with rounded corners, flown at constant speed.

A leg and a corner are both a rotation of a unit vector about a fixed axis by an angle that grows
with the distance flown: the pole of the great circle for a leg, the middle of the turn for a
corner. Unit vectors are read as geodetic normals, so legs are great circles on the mean sphere
and speeds are true within 0.4 % on the ellipsoid.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from skypact.core.geodesy import ECCENTRICITY2, F64, MEAN_RADIUS_M, SEMI_MAJOR_AXIS_M

GRAVITY_MPS2 = 9.80665
CORNER_MIN_RAD = 1e-4
# A corner may use up this share of each of its two legs; the turn gets tighter when they are short.
CORNER_SHARE = 0.45


def normal(lat_rad: F64, lon_rad: F64) -> F64:
    """Return unit normals (..., 3)."""
    cos_lat = np.cos(lat_rad)
    return np.stack([cos_lat * np.cos(lon_rad), cos_lat * np.sin(lon_rad), np.sin(lat_rad)], -1)


@dataclass(frozen=True)
class Path:
    """Pieces of one route: start distances (K,), unit start and axis (K, 3), rates (K,) in rad/m,
    heights at the start (K,) in m and their slopes (K,); length_m: of the whole."""

    start_m: F64
    unit: F64
    axis: F64
    rate_radpm: F64
    height_m: F64
    slope: F64
    length_m: float


def path(lat_rad: F64, lon_rad: F64, height_m: F64, turn_radius_m: float) -> Path:
    """Return the route over waypoints (K,); consecutive waypoints differ."""
    points = normal(lat_rad, lon_rad)
    poles = np.cross(points[:-1], points[1:])
    angles = np.arctan2(np.linalg.norm(poles, axis=1), np.sum(points[:-1] * points[1:], axis=1))
    poles /= np.linalg.norm(poles, axis=1)[:, None]
    pieces = _Pieces()
    corner_m = [0.0]
    unit, used = points[0], 0.0
    for leg, pole in enumerate(poles[:-1]):
        cut, sweep, centre = _corner(poles, points, angles, leg, turn_radius_m)
        pieces.add(unit, pole, 1.0, float(angles[leg]) - used - cut)
        corner_m.append(pieces.end_m)
        unit, used = points[leg + 1], cut
        if sweep:
            enter = _rotate(unit, pole, np.array(-cut))
            sine = float(np.linalg.norm(np.cross(enter, centre)))
            pieces.add(enter, centre * np.sign(sweep), sine, abs(sweep) * sine)
            corner_m[-1] = (corner_m[-1] + pieces.end_m) / 2
            unit = _rotate(unit, poles[leg + 1], np.array(cut))
    pieces.add(unit, poles[-1], 1.0, float(angles[-1]) - used)
    corner_m.append(pieces.end_m)
    return pieces.path(np.array(corner_m), height_m)


class _Pieces:
    """Pieces of a route while it is laid."""

    def __init__(self) -> None:
        self._units: list[F64] = []
        self._axes: list[F64] = []
        self._rates: list[float] = []
        self._bounds_m = [0.0]

    @property
    def end_m(self) -> float:
        return self._bounds_m[-1]

    def add(self, unit: F64, axis: F64, sine: float, arc_rad: float) -> None:
        """Add a piece `arc_rad` long on a circle whose radius is `sine` of the sphere's."""
        self._units.append(unit)
        self._axes.append(axis)
        self._rates.append(1 / (MEAN_RADIUS_M * sine))
        self._bounds_m.append(self.end_m + arc_rad * MEAN_RADIUS_M)

    def path(self, corner_m: F64, height_m: F64) -> Path:
        """Return the route; heights (K,) hold at distances `corner_m` (K,), linear between.

        A piece that begins before and ends after a corner takes the mean slope.
        """
        bounds_m = np.array(self._bounds_m)
        heights = np.interp(bounds_m, corner_m, height_m)
        slope = np.diff(heights) / np.diff(bounds_m)
        units, axes, rates = (np.array(x) for x in (self._units, self._axes, self._rates))
        return Path(bounds_m[:-1], units, axes, rates, heights[:-1], slope, self.end_m)


def _corner(
    poles: F64, points: F64, angles: F64, leg: int, turn_radius_m: float
) -> tuple[float, float, F64]:
    """Return (angle cut from both legs, signed sweep, centre) of the turn after `leg`."""
    before, after, corner = poles[leg], poles[leg + 1], points[leg + 1]
    change = float(np.arctan2(np.cross(before, after) @ corner, before @ after))
    if abs(change) < CORNER_MIN_RAD:
        return 0.0, 0.0, corner
    half = np.tan(min(abs(change), np.pi - 0.05) / 2)
    limit = CORNER_SHARE * min(angles[leg], angles[leg + 1])
    cut = min(np.arcsin(min(np.tan(turn_radius_m / MEAN_RADIUS_M) * half, 1.0)), limit)
    radius = np.arctan(np.sin(cut) / half)
    enter = _rotate(corner, before, np.array(-cut))
    left = np.sign(change)
    # The centre lies off the leg by the turn radius, on the side of the turn.
    centre = enter * np.cos(radius) + left * before * np.sin(radius)
    leave = _rotate(corner, after, np.array(cut))
    a, b = enter - centre * (enter @ centre), leave - centre * (leave @ centre)
    sweep = float(np.arctan2(np.cross(a, b) @ centre * left, a @ b))
    return float(cut), left * abs(sweep), centre


def _rotate(unit: F64, axis: F64, angle_rad: F64) -> F64:
    """Return units (..., 3) rotated about unit axes (..., 3) by angles (...)."""
    c, s = np.cos(angle_rad)[..., None], np.sin(angle_rad)[..., None]
    along = np.sum(unit * axis, axis=-1, keepdims=True)
    return unit * c + np.cross(axis, unit) * s + axis * along * (1 - c)


class Routes:
    """Many routes; positions of all at once."""

    def __init__(self, paths: Sequence[Path], speed_mps: F64) -> None:
        self.speed_mps = speed_mps
        self.length_m = np.array([p.length_m for p in paths])
        self._first = np.cumsum([0, *(len(p.start_m) for p in paths)])
        self._start = _joined([p.start_m for p in paths])
        self._unit = _joined([p.unit for p in paths], 3)
        self._axis = _joined([p.axis for p in paths], 3)
        self._rate = _joined([p.rate_radpm for p in paths])
        self._height = _joined([p.height_m for p in paths])
        self._slope = _joined([p.slope for p in paths])
        # One sorted key over all routes: route number times a length no route has, plus distance.
        self._span = float(self.length_m.max(initial=0.0)) + 1.0
        self._key = self._start + self._span * np.repeat(
            np.arange(len(paths)), [len(p.start_m) for p in paths]
        )

    @property
    def flight_s(self) -> F64:
        """Return how long each route takes, (N,)."""
        return self.length_m / self.speed_mps

    def state(self, flown_s: F64) -> tuple[F64, F64]:
        """Return ECEF positions and velocities (N, 3) of all routes, `flown_s` (N,) after start."""
        flown_m = np.clip(flown_s * self.speed_mps, 0, self.length_m)
        rows = np.arange(len(flown_m))
        piece = np.searchsorted(self._key, rows * self._span + flown_m, side="right") - 1
        piece = np.clip(piece, self._first[rows], self._first[rows + 1] - 1)
        into_m = flown_m - self._start[piece]
        axis, rate = self._axis[piece], self._rate[piece]
        n = _rotate(self._unit[piece], axis, into_m * rate)
        n_rate = np.cross(axis, n) * (rate * self.speed_mps)[:, None]
        height = self._height[piece] + self._slope[piece] * into_m
        return _on_ellipsoid(n, n_rate, height, self._slope[piece] * self.speed_mps)


def _on_ellipsoid(n: F64, n_rate: F64, height: F64, climb: F64) -> tuple[F64, F64]:
    squash = np.array([1.0, 1.0, 1 - ECCENTRICITY2])
    w2 = 1 - ECCENTRICITY2 * n[:, 2] ** 2
    curve = SEMI_MAJOR_AXIS_M / np.sqrt(w2)
    curve_rate = curve / w2 * ECCENTRICITY2 * n[:, 2] * n_rate[:, 2]
    position = (curve[:, None] * squash + height[:, None]) * n
    velocity = (curve[:, None] * squash + height[:, None]) * n_rate
    velocity += (curve_rate[:, None] * squash + climb[:, None]) * n
    return position, velocity


def _joined(parts: Sequence[F64], width: int = 0) -> F64:
    shape = (-1, width) if width else (-1,)
    return np.concatenate(parts).reshape(shape) if parts else np.zeros((0, width) if width else 0)
