"""Coverage as GeoJSON: what each nation sees, what is lost, and the warning that places get."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skypact.exercise.coverage.coverage import Approach, Grid, Owned, Seen
from skypact.warning.settings import Place

DIGITS = 5


def region(grid: Grid, which: Seen) -> dict[str, Any]:
    """Return the cells that `which` names as a MultiPolygon: a rectangle for each run in a row."""
    rows = which.reshape(grid.lat_deg.size, grid.lon_deg.size)
    edges = np.diff(np.pad(rows.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    begins, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    half_lat, half_lon = grid.step_deg[0] / 2, grid.step_deg[1] / 2
    shapes: list[Any] = []
    for (row, first), (_, after) in zip(begins.tolist(), ends.tolist(), strict=True):
        south, north = (float(grid.lat_deg[row]) + k * half_lat for k in (-1, 1))
        west = float(grid.lon_deg[first]) - half_lon
        east = float(grid.lon_deg[after - 1]) + half_lon
        ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        shapes.append([[[round(a, DIGITS), round(b, DIGITS)] for a, b in ring]])
    return {"type": "MultiPolygon", "coordinates": shapes}


def area_km2(grid: Grid, which: Seen) -> float:
    """Return the area of the cells that `which` names."""
    return round(float(grid.areas_m2[which].sum()) / 1e6, 1)


def feature(geometry: Mapping[str, Any], **properties: Any) -> dict[str, Any]:
    """Return a feature."""
    return {"type": "Feature", "geometry": dict(geometry), "properties": properties}


def sensor_features(sensors: Sequence[Owned]) -> list[dict[str, Any]]:
    """Return a point for each sensor."""
    return [
        feature(
            _point(site.lat_deg, site.lon_deg),
            role="sensor",
            name=site.name,
            nation=nation,
            range_max_m=site.range_max_m,
        )
        for nation, site in sensors
    ]


def place_feature(
    place: Place, height_m: float, speed_mps: float, found: Sequence[Approach]
) -> dict[str, Any]:
    """Return a point for a place with the warning it gets from each direction, by its own sensors
    and by all, and the sectors from which the warning of all is shorter than its shelter time."""
    directions = [
        {
            "azimuth_deg": round(math.degrees(one.azimuth_rad), 1),
            "own_m": round(one.own_m),
            "shared_m": round(one.shared_m),
            "own_warning_s": round(one.own_m / speed_mps, 1),
            "shared_warning_s": round(one.shared_m / speed_mps, 1),
        }
        for one in found
    ]
    return feature(
        _point(*place.centre_deg),
        role="place",
        name=place.name,
        nation=place.nation,
        height_m=height_m,
        speed_mps=speed_mps,
        shelter_s=place.shelter_s,
        directions=directions,
        blind_sectors_deg=blind_sectors(found, place.shelter_s * speed_mps),
    )


def blind_sectors(found: Sequence[Approach], enough_m: float) -> list[list[float]]:
    """Return [from, to] in degrees clockwise, of directions from which something is seen first (or
    never) when nearer than `enough_m`; all round is [0, 360]."""
    short = [one.shared_m < enough_m for one in found]
    if all(short):
        return [[0.0, 360.0]]
    width = 360.0 / len(found)
    sectors: list[list[float]] = []
    for k, is_short in enumerate(short):
        if is_short and not short[k - 1]:
            end = next(n for n in range(1, len(short) + 1) if not short[(k + n) % len(short)])
            sectors.append([(k * width - width / 2) % 360, ((k + end) * width - width / 2) % 360])
    return sectors


def _point(lat_deg: float, lon_deg: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(lon_deg, DIGITS), round(lat_deg, DIGITS)]}
