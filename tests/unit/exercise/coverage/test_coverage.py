"""Coverage against brute force: the simulated radars themselves, point by point."""

import math

import msgspec
import numpy as np
import pytest

from skypact.core.geodesy import ecef_from_geodetic
from skypact.core.site import Sector, SensorSite
from skypact.exercise.arcs import height_m
from skypact.exercise.coverage.coverage import (
    DIRECTIONS,
    REACH_M,
    Owned,
    approaches,
    by_nation,
    changed,
    grid_around,
    seen,
    sensors_of,
)
from skypact.exercise.scenario import load
from skypact.exercise.sensing import Radar
from skypact.exercise.truth import Truth
from skypact.warning.settings import Place

NIGHT = load("first_night")


def sites(count: int, seed: int) -> list[Owned]:
    """Return sensors with all kinds of limits."""
    dice = np.random.default_rng(seed)
    found = []
    for k in range(count):
        sectors = tuple(
            Sector(from_deg=float(a), to_deg=float(b) or 1.0, up_to_deg=float(c))
            for a, b, c in zip(
                dice.integers(0, 359, k % 3), dice.integers(1, 360, k % 3),
                dice.uniform(0, 90, k % 3), strict=True,
            )
        )  # fmt: skip
        height = float(dice.uniform(5, 1500))
        site = SensorSite(
            name=f"s{k}", sac=1, sic=k, lat_deg=float(dice.uniform(-36, -28)),
            lon_deg=float(dice.uniform(-22, -14)), height_m=height, period_s=5,
            range_min_m=float(dice.uniform(0, 5e3)), range_max_m=float(dice.uniform(5e4, 5e5)),
            mast_m=min(height, 20.0) if k % 2 else None,
            elevation_min_deg=float(dice.uniform(-1, 0.2)),
            elevation_max_deg=float(dice.uniform(20, 60)), blocked=sectors,
        )  # fmt: skip
        found.append(Owned(f"n{k % 3}", site))
    return found


@pytest.mark.parametrize("height", [50.0, 300.0, 3000.0, 20_000.0])
def test_seen_equals_brute_force(height: float) -> None:
    sensors = sites(25, 7)
    dice = np.random.default_rng(1)
    lat, lon = np.radians(dice.uniform((-37, -23), (-27, -13), (4000, 2))).T
    points = ecef_from_geodetic(lat, lon, height)
    found = seen(sensors, lat, lon, height, 0.3)
    truth = Truth(NIGHT)
    truth.rcs_m2 = np.full(len(points), 0.3)
    assert found.any()
    for k, (_, site) in enumerate(sensors):
        radar = Radar(site, truth, 1)
        brute = radar.in_sight(radar.polar_of(points), height_m(points))
        # The radar takes heights along the radius: within a metre here, and so on the very edge.
        assert (found[k] != brute).sum() <= 2


def test_a_grid_holds_what_the_sensors_reach_and_has_their_area() -> None:
    sensors = sensors_of(NIGHT)
    grid = grid_around(sensors, NIGHT.places, 3000.0)
    lat, lon = grid.points_rad
    assert 40_000 < lat.size < 80_000
    assert grid.areas_m2.size == lat.size
    which = seen(sensors, lat, lon, 3000.0, 1.0).any(axis=0).reshape(grid.lat_deg.size, -1)
    for edge in (which[0], which[-1], which[:, 0], which[:, -1]):
        assert not edge.any()
    one = [Owned("a", msgspec.structs.replace(sensors[0].site, range_max_m=100_000, range_min_m=0))]
    small = grid_around(one, (), 10_000.0)
    area = small.areas_m2[seen(one, *small.points_rad, 10_000.0, 1.0)[0]].sum()
    assert area == pytest.approx(math.pi * 100_000**2, rel=0.02)


def test_an_approach_is_seen_first_at_the_horizon() -> None:
    """Section 7 of the mission's figures: antenna 20 m, target at 100 m, 60 km."""
    site = SensorSite(name="s", sac=1, sic=1, lat_deg=0, lon_deg=0, height_m=20, period_s=5)
    place = Place(name="p", nation="a", kind="site", lat_deg=0.0, lon_deg=0.0, radius_m=1000.0)
    found = approaches([Owned("a", site), Owned("b", site)], place, 100.0, 1.0)
    assert len(found) == DIRECTIONS
    assert all(one.shared_m == one.own_m == pytest.approx(60_000, abs=2_000) for one in found)
    abroad = approaches([Owned("b", site)], place, 100.0, 1.0)
    assert {one.own_m for one in abroad} == {0.0}
    assert abroad[0].shared_m == found[0].shared_m < REACH_M


def test_nations_and_changes() -> None:
    sensors = sites(6, 3)
    which = np.eye(6, dtype=bool)
    assert {n: cells.tolist().count(True) for n, cells in by_nation(sensors, which).items()} == {
        "n0": 2, "n1": 2, "n2": 2,
    }  # fmt: skip
    extra = Owned("n0", msgspec.structs.replace(sensors[0].site, name="new"))
    kept, wrong = changed(sensors, ["s0"], ["n1"], [extra])
    assert [owned.site.name for owned in kept] == ["s2", "s3", "s5", "new"]
    assert wrong == {}
    assert set(changed(sensors, ["x"], ["y"], [])[1]) == {"x", "y"}
