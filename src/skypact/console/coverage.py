"""Where own sensors see a target of a given height: outlines for the node's own map, nowhere else.

Geometry only: range, elevation, blocked sectors and the horizon of a 4/3 Earth, no terrain. Along
one azimuth the Earth is a sphere of the ellipsoid's radius there, on which all has a closed form.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from skypact.core.geodesy import (
    ECCENTRICITY2,
    F64,
    SEMI_MAJOR_AXIS_M,
    ecef_from_enu,
    geodetic_from_ecef,
    horizon_m,
)
from skypact.core.site import SensorSite

HEIGHTS_M = (100.0, 1_000.0, 10_000.0)
_STEPS = np.arange(360.0)
_EDGE_DEG = 1e-6  # either side of a sector's edge
_HOLE_M = 2_000.0  # a hole around the sensor that is smaller is not drawn
_DIGITS = 4


def geojson(sensors: Sequence[SensorSite]) -> bytes:
    """Return a polygon for each sensor and each of HEIGHTS_M at which it sees anything, with its
    name and that height."""
    features: list[dict[str, Any]] = []
    for site in sensors:
        for height in HEIGHTS_M:
            rings = outline(site, height)
            if rings:
                features.append(
                    {
                        "type": "Feature",
                        "properties": {"sensor": site.name, "height_m": height},
                        "geometry": {"type": "Polygon", "coordinates": rings},
                    }
                )
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def outline(site: SensorSite, height_m: float) -> list[list[list[float]]]:
    """Return the rings (lon, lat in degrees) around where a target so high over the sensor's ground
    is seen: the outer one, then that of the hole; [] when it is seen nowhere."""
    azimuth = np.radians(azimuths_deg(site))
    near, far = reach_m(site, height_m, azimuth)
    if not far.any():
        return []
    # Right-handed: the outer ring counterclockwise, holes clockwise (RFC 7946).
    rings = [_ring(site, height_m, azimuth, far)[::-1]]
    if near.max() >= _HOLE_M:
        rings.append(_ring(site, height_m, azimuth, near))
    return rings


def azimuths_deg(site: SensorSite) -> F64:
    """Return where to look from 0 to 360: every degree, and either side of each sector's edge."""
    edges = [
        edge + side
        for sector in site.blocked
        for edge in (sector.from_deg, sector.to_deg)
        for side in (-_EDGE_DEG, _EDGE_DEG)
    ]
    return np.unique(np.concatenate([_STEPS, np.mod(edges, 360.0)]))


def reach_m(site: SensorSite, height_m: float, azimuth_rad: F64) -> tuple[F64, F64]:
    """Return the slant ranges from and to which a target so high is seen, 0 and 0 for nowhere.

    A beam that only looks down sees a low target in two stretches; of them the far one counts.
    """
    antenna, target = _radii(site, height_m, azimuth_rad)
    lowest = np.full(azimuth_rad.shape, np.radians(site.elevation_min_deg))
    for sector in site.blocked:
        inside = sector.hides(azimuth_rad, -np.pi)
        lowest[inside] = np.maximum(lowest[inside], np.radians(sector.up_to_deg))
    over_low = _crossings(antenna, target, lowest)
    over_high = _crossings(antenna, target, np.radians(site.elevation_max_deg))
    near = np.fmax(np.fmax(site.range_min_m, over_low[0]), over_high[1])
    horizon = float(horizon_m(site.over_ground_m, height_m))
    far = np.minimum(over_low[1], min(site.range_max_m, horizon))
    seen = near < far  # never where a crossing is NaN: the beam passes over all such targets
    return np.where(seen, near, 0.0), np.where(seen, far, 0.0)


def _crossings(antenna: F64, target: F64, elevation: Any) -> tuple[F64, F64]:
    """Return the slant ranges at which a ray crosses the target's sphere, NaN when it does not;
    between them a target is above the ray."""
    middle = -antenna * np.sin(elevation)
    square = middle * middle - (antenna - target) * (antenna + target)
    half = np.sqrt(np.where(square >= 0, square, np.nan))
    return middle - half, middle + half


def _radii(site: SensorSite, height_m: float, azimuth_rad: F64) -> tuple[F64, F64]:
    """Return the distances of antenna and target from the Earth's centre as seen along an azimuth
    (Euler's radius of the ellipsoid)."""
    bulge = 1 - ECCENTRICITY2 * np.sin(site.lat_rad) ** 2
    east = SEMI_MAJOR_AXIS_M / np.sqrt(bulge)
    north = east * (1 - ECCENTRICITY2) / bulge
    radius = 1 / (np.cos(azimuth_rad) ** 2 / north + np.sin(azimuth_rad) ** 2 / east)
    return radius + site.height_m, radius + site.ground_m + height_m


def _ring(site: SensorSite, height_m: float, azimuth_rad: F64, slant_m: F64) -> list[list[float]]:
    antenna, target = _radii(site, height_m, azimuth_rad)
    rise = (target - antenna) * (target + antenna) - slant_m * slant_m
    up = np.clip(rise / (2 * antenna * np.maximum(slant_m, 1.0)), -1, 1)
    flat = np.sqrt(1 - up * up)
    ray = np.stack([flat * np.sin(azimuth_rad), flat * np.cos(azimuth_rad), up], -1)
    lat, lon, _ = geodetic_from_ecef(ecef_from_enu(slant_m[:, None] * ray, site.origin))
    # Across the date line a ring goes on beyond 180 degrees.
    east = (np.degrees(lon) - site.lon_deg + 180) % 360 - 180
    points = np.round(np.stack([site.lon_deg + east, np.degrees(lat)], -1), _DIGITS).tolist()
    return [*points, points[0]]
