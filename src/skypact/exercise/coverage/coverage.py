"""Coverage: which sensors see a target at a height, over an area and along approaches.

The rule is that of the simulated radars (`sensing.py`): range for the cross-section, elevation
limits, blocked sectors, horizon of a 4/3 Earth. Whether a target in sight is detected is chance and
is left out.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64, MEAN_RADIUS_M, ecef_from_geodetic, enu_axes
from skypact.core.site import SECTORS_MAX, SensorSite
from skypact.exercise.coverage.kernels_coverage import in_sight
from skypact.exercise.scenario import Scenario
from skypact.exercise.sensing import range_of
from skypact.warning.settings import Place

Seen = NDArray[np.bool_]
CELLS = 60_000
DIRECTIONS = 36
STEP_M, REACH_M = 2_000.0, 800_000.0
BORDER = 1.05


class Owned(NamedTuple):
    """A sensor and whose it is."""

    nation: str
    site: SensorSite


class Grid(NamedTuple):
    """Cells of equal degrees: lat_deg (R,), lon_deg (C,) of their middles; step_deg: (lat, lon)."""

    lat_deg: F64
    lon_deg: F64
    step_deg: tuple[float, float]

    @property
    def points_rad(self) -> tuple[F64, F64]:
        """Return latitudes and longitudes of all cells, row by row."""
        lat, lon = np.meshgrid(np.radians(self.lat_deg), np.radians(self.lon_deg), indexing="ij")
        return lat.ravel(), lon.ravel()

    @property
    def areas_m2(self) -> F64:
        """Return the area of each cell on the mean sphere."""
        across = np.radians(self.step_deg[1]) * np.cos(np.radians(self.lat_deg))
        row = np.radians(self.step_deg[0]) * across * MEAN_RADIUS_M**2
        return np.repeat(row, self.lon_deg.size)


class Approach(NamedTuple):
    """What comes towards a place from azimuth_rad: how far away it is first in sight of the own
    sensors and of anybody's, 0 for never."""

    azimuth_rad: float
    own_m: float
    shared_m: float


def sensors_of(scenario: Scenario) -> list[Owned]:
    """Return all sensors of a scenario."""
    return [Owned(nation.name, site) for nation in scenario.nations for site in nation.sensors]


def seen(
    sensors: Sequence[Owned], lat_rad: F64, lon_rad: F64, height_m: float, rcs_m2: float
) -> Seen:
    """Return (sensors, points): which sensor has a target of this cross-section in sight."""
    sites = [owned.site for owned in sensors]
    points = ecef_from_geodetic(lat_rad, lon_rad, height_m)
    if not sites or not len(points):
        return np.zeros((len(sites), len(points)), np.bool_)
    lat, lon, height = np.array([site.origin for site in sites], np.float64).T
    sectors = np.zeros((len(sites), SECTORS_MAX, 3))
    for s, site in enumerate(sites):
        for k, blocked in enumerate(site.blocked):
            hides = math.radians(blocked.up_to_deg)
            sectors[s, k] = blocked.from_rad, blocked.width_rad, hides
    found = in_sight(
        ecef_from_geodetic(lat, lon, height),
        np.ascontiguousarray(enu_axes(lat, lon)),
        np.array([_limits(site, rcs_m2) for site in sites], np.float64),
        sectors,
        points,
        np.full(len(points), height_m),
        np.array([len(site.blocked) for site in sites], np.int64),
    )
    return found.astype(np.bool_)


def _limits(site: SensorSite, rcs_m2: float) -> tuple[float, ...]:
    return (
        site.range_min_m,
        float(range_of(site, rcs_m2)),
        math.radians(site.elevation_min_deg),
        math.radians(site.elevation_max_deg),
        site.over_ground_m,
        site.ground_m,
    )


def grid_around(
    sensors: Sequence[Owned], places: Sequence[Place], height_m: float, cells: int = CELLS
) -> Grid:
    """Return cells over all that the sensors can reach at a height, and the places."""
    boxes: list[tuple[float, float, float]] = []
    for _, site in sensors:
        horizon = math.sqrt(max(site.over_ground_m, 0.0))
        horizon += math.sqrt(max(height_m - site.ground_m, 0.0))
        reach = BORDER * min(site.range_max_m, math.sqrt(2 * 4 / 3 * MEAN_RADIUS_M) * horizon)
        boxes.append((site.lat_deg, site.lon_deg, reach))
    boxes += [(*place.centre_deg, 50_000.0) for place in places]
    lat, lon, reach = np.array(boxes, np.float64).reshape(-1, 3).T
    up = np.degrees(reach / MEAN_RADIUS_M)
    across = up / np.maximum(np.cos(np.radians(lat)), 0.1)
    low, high = max((lat - up).min(), -89.0), min((lat + up).max(), 89.0)
    # Relative to the first: an area may cross the date line.
    lon = lon[0] + (lon - lon[0] + 180) % 360 - 180
    west, east = (lon - across).min(), (lon + across).max()
    shrink = math.cos(math.radians((low + high) / 2))
    step = math.sqrt(max((high - low) * (east - west) * shrink, 1e-9) / cells)
    rows, columns = (
        max(1, math.ceil(span / size))
        for span, size in ((high - low, step), (east - west, step / shrink))
    )
    steps = (high - low) / rows, (east - west) / columns
    middles = [
        start + (np.arange(count) + 0.5) * size
        for start, count, size in ((low, rows, steps[0]), (west, columns, steps[1]))
    ]
    return Grid(middles[0], middles[1], steps)


def by_nation(sensors: Sequence[Owned], which: Seen) -> dict[str, Seen]:
    """Return for each nation the points that one of its sensors has in sight."""
    names = dict.fromkeys(owned.nation for owned in sensors)
    rows = {n: [s for s, owned in enumerate(sensors) if owned.nation == n] for n in names}
    return {nation: anyone(which[mine]) for nation, mine in rows.items()}


def anyone(which: Seen) -> Seen:
    """Return the points that any of the sensors has in sight."""
    return np.asarray(which.any(axis=0), np.bool_)


def approaches(
    sensors: Sequence[Owned], place: Place, height_m: float, rcs_m2: float
) -> list[Approach]:
    """Return for DIRECTIONS how far from the place a straight approach is first in sight."""
    lat0, lon0 = (math.radians(angle) for angle in place.centre_deg)
    azimuth = np.arange(DIRECTIONS) * (2 * np.pi / DIRECTIONS)
    away = np.arange(STEP_M, REACH_M + STEP_M, STEP_M) / MEAN_RADIUS_M
    sine = np.sin(lat0) * np.cos(away) + np.cos(lat0) * np.sin(away) * np.cos(azimuth)[:, None]
    lat = np.arcsin(sine)
    lon = lon0 + np.arctan2(
        np.sin(azimuth)[:, None] * np.sin(away) * np.cos(lat0), np.cos(away) - np.sin(lat0) * sine
    )
    which = seen(sensors, lat.ravel(), lon.ravel(), height_m, rcs_m2)
    own = [s for s, owned in enumerate(sensors) if owned.nation == place.nation]
    first = [
        _furthest(anyone(rows).reshape(DIRECTIONS, -1), away * MEAN_RADIUS_M)
        for rows in (which[own], which)
    ]
    return [
        Approach(float(azimuth[d]), float(first[0][d]), float(first[1][d]))
        for d in range(DIRECTIONS)
    ]


def _furthest(visible: Seen, away_m: F64) -> F64:
    """Return the greatest distance at which it is visible, 0 where it never is."""
    return np.where(visible, away_m, 0.0).max(axis=1, initial=0.0)


def changed(
    sensors: Sequence[Owned],
    removed: Sequence[str],
    left: Sequence[str],
    added: Sequence[Owned],
) -> tuple[list[Owned], Mapping[str, str]]:
    """Return the sensors without those named and without those of the nations that left, with those
    added; and the names that are not there, with what is."""
    names = [owned.site.name for owned in sensors]
    nations = list(dict.fromkeys(owned.nation for owned in sensors))
    wrong = {name: f"sensors: {', '.join(names)}" for name in removed if name not in names}
    wrong |= {name: f"nations: {', '.join(nations)}" for name in left if name not in nations}
    kept = [o for o in sensors if o.site.name not in removed and o.nation not in left]
    return [*kept, *added], wrong
