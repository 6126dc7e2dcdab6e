"""Coverage as GeoJSON."""

import numpy as np
import pytest

from skypact.exercise.coverage.coverage import Approach, Grid, sensors_of
from skypact.exercise.coverage.features import (
    area_km2,
    blind_sectors,
    place_feature,
    region,
    sensor_features,
)
from skypact.exercise.scenario import load

GRID = Grid(np.array([10.0, 11.0]), np.array([20.0, 21.0, 22.0]), (1.0, 1.0))


def test_runs_of_a_row_are_one_rectangle() -> None:
    shapes = region(GRID, np.array([True, True, False, True, False, True]))["coordinates"]
    assert [shape[0][0] for shape in shapes] == [[19.5, 9.5], [19.5, 10.5], [21.5, 10.5]]
    assert shapes[0][0][2] == [21.5, 10.5]
    assert all(shape[0][0] == shape[0][-1] for shape in shapes)
    assert region(GRID, np.zeros(6, bool))["coordinates"] == []


def test_area_is_that_of_the_sphere() -> None:
    assert area_km2(GRID, np.array([True] + [False] * 5)) == pytest.approx(
        111.195**2 * np.cos(np.radians(10)), rel=1e-4
    )


def test_sectors_from_which_the_word_comes_too_late() -> None:
    far = [Approach(0.0, 0.0, 100.0)] * 4
    assert blind_sectors(far, 50.0) == []
    assert blind_sectors(far, 200.0) == [[0.0, 360.0]]
    near = [far[0]._replace(shared_m=10.0), far[0], far[0], far[0]._replace(shared_m=10.0)]
    assert blind_sectors(near, 50.0) == [[225.0, 45.0]]


def test_places_and_sensors_are_points() -> None:
    night = load("first_night")
    found = place_feature(night.places[0], 300.0, 100.0, [Approach(0.0, 2_000.0, 50_000.0)])
    assert found["geometry"]["coordinates"] == [-20.4, -32.05]
    assert found["properties"]["directions"][0]["shared_warning_s"] == 500.0
    assert found["properties"]["directions"][0]["own_warning_s"] == 20.0
    assert len(sensor_features(sensors_of(night))) == 6
