"""Outlines of coverage, against a naive look at one place after the other."""

import itertools
import math
from typing import Any

import msgspec
import numpy as np
import pytest

from skypact.console.coverage import HEIGHTS_M, azimuths_deg, geojson, outline, reach_m
from skypact.core.geodesy import ecef_from_geodetic, enu_from_ecef
from skypact.core.site import Sector, SensorSite

PLAIN = SensorSite(
    name="plain", sac=1, sic=1, lat_deg=-32.0, lon_deg=-18.0, height_m=120.0, period_s=5.0,
    range_max_m=320_000.0,
)  # fmt: skip
RIDGE = Sector(from_deg=330.0, to_deg=20.0, up_to_deg=1.5)
WALL = Sector(from_deg=90.0, to_deg=140.0)
SITES = {
    "plain": PLAIN,
    "north": msgspec.structs.replace(PLAIN, lat_deg=68.0, lon_deg=179.5, height_m=40.0),
    "ridge": msgspec.structs.replace(PLAIN, blocked=(RIDGE, WALL)),
    "short": msgspec.structs.replace(PLAIN, range_min_m=20e3, range_max_m=60e3),
    "narrow": msgspec.structs.replace(PLAIN, elevation_min_deg=1.0, elevation_max_deg=4.0),
    "peak": msgspec.structs.replace(PLAIN, height_m=2_500.0, mast_m=1_000.0),
    "plateau": msgspec.structs.replace(PLAIN, height_m=1_520.0, mast_m=20.0),
}


def naive(site: SensorSite, lat_deg: float, lon_deg: float, height_m: float) -> bool:
    """Say whether a target over this place is seen, one rule after the other."""
    up = site.ground_m + height_m
    place = ecef_from_geodetic(math.radians(lat_deg), math.radians(lon_deg), up)
    east, north, high = enu_from_ecef(place, site.origin).tolist()
    slant = math.sqrt(east**2 + north**2 + high**2)
    elevation = math.degrees(math.asin(high / slant))
    azimuth = math.degrees(math.atan2(east, north)) % 360
    if not site.range_min_m <= slant <= site.range_max_m:
        return False
    if not site.elevation_min_deg <= elevation <= site.elevation_max_deg:
        return False
    for sector in site.blocked:
        over_north = sector.from_deg > sector.to_deg
        after, before = azimuth >= sector.from_deg, azimuth <= sector.to_deg
        if (after or before if over_north else after and before) and elevation < sector.up_to_deg:
            return False
    return slant <= 4121 * (math.sqrt(site.over_ground_m) + math.sqrt(height_m))


def inside(rings: list[list[list[float]]], lon: float, lat: float) -> bool:
    """Say whether a point is inside the rings (even-odd)."""
    odd = False
    for ring in rings:
        for (x0, y0), (x1, y1) in itertools.pairwise(ring):
            if (y0 > lat) != (y1 > lat) and lon < x0 + (lat - y0) / (y1 - y0) * (x1 - x0):
                odd = not odd
    return odd


@pytest.mark.parametrize("height_m", HEIGHTS_M)
@pytest.mark.parametrize("name", SITES)
def test_the_outline_is_where_a_target_is_seen(name: str, height_m: float) -> None:
    site, rng = SITES[name], np.random.default_rng(3)
    rings = outline(site, height_m)
    reach = math.degrees(1.1 * float(reach_m(site, height_m, np.zeros(1))[1][0] or 80e3) / 6.371e6)
    slim = 1 / math.cos(site.lat_rad)
    sure = 0
    for east, north in (rng.uniform(-1, 1, (300, 2)) * reach).tolist():
        lat, lon = site.lat_deg + north, site.lon_deg + east * slim
        # Where the answer changes within a kilometre and a half, the outline may be off by that.
        step = 0.013
        around = [(0, 0), (step, 0), (-step, 0), (0, step * slim), (0, -step * slim)]
        said = {naive(site, lat + dy, lon + dx, height_m) for dy, dx in around}
        if len(said) == 1:
            sure += 1
            assert inside(rings, lon, lat) == said.pop(), (lat, lon)
    assert sure > 200


def test_a_ray_is_seen_from_the_first_to_the_last_step_that_sees_it() -> None:
    """Along one azimuth, in steps of 100 m over the ground, on a sphere."""
    site, radius = SITES["narrow"], 6_371_000.0
    near, far = reach_m(site, 3_000.0, np.radians([45.0]))
    seen = []
    for step in range(1, 3_000):
        arc = step * 100.0 / radius
        along = (radius + 3_000.0) * math.sin(arc)
        high = (radius + 3_000.0) * math.cos(arc) - radius - site.height_m
        slant = math.hypot(along, high)
        if 1.0 <= math.degrees(math.atan2(high, along)) <= 4.0 and slant <= site.range_max_m:
            seen.append(slant)
    assert near[0] == pytest.approx(seen[0], abs=200)
    assert far[0] == pytest.approx(seen[-1], rel=0.01)


def test_edges_of_sectors_are_sharp() -> None:
    site = SITES["ridge"]
    azimuth = azimuths_deg(site)
    assert len(azimuth) == 360 + 8
    _, far = reach_m(site, 1_000.0, np.radians(azimuth))
    free = float(np.median(far))
    assert far[azimuth == 89.0] == pytest.approx(free, rel=0.01)
    gone = azimuth[far == 0]
    assert gone.min() == pytest.approx(90.0, abs=1e-5)
    assert gone.max() == pytest.approx(140.0, abs=1e-5)
    low = far[(azimuth >= 330.1) | (azimuth <= 19.9)]
    assert 0 < low.max() < 0.6 * free


def test_a_hole_is_drawn_where_it_can_be_seen() -> None:
    assert len(outline(PLAIN, 100.0)) == 1
    rings = outline(PLAIN, 10_000.0)  # under 50 degrees: some 8 km around
    assert len(rings) == 2
    assert all(ring[0] == ring[-1] for ring in rings)


def test_what_sees_nothing_has_no_outline() -> None:
    blind = msgspec.structs.replace(PLAIN, blocked=(Sector(from_deg=0.0, to_deg=360.0),))
    assert outline(blind, 1_000.0) == []
    beyond = msgspec.structs.replace(PLAIN, range_min_m=200e3)
    assert outline(beyond, 100.0) == []


def test_the_page_gets_a_polygon_for_each_sensor_and_height() -> None:
    made: dict[str, Any] = msgspec.json.decode(geojson([PLAIN, SITES["north"]]))
    said = [(f["properties"]["sensor"], f["properties"]["height_m"]) for f in made["features"]]
    assert said == [(name, height) for name in ("plain", "plain") for height in HEIGHTS_M]
    for feature in made["features"]:
        assert feature["geometry"]["type"] == "Polygon"
        outer = np.array(feature["geometry"]["coordinates"][0])
        east, north = np.diff(outer, axis=0).T
        area = float(np.sum(outer[:-1, 0] * north - outer[:-1, 1] * east)) / 2
        assert area > 0  # counterclockwise
        assert np.abs(np.diff(outer[:, 0])).max() < 5  # no jump at the date line
