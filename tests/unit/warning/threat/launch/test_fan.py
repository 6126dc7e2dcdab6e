"""What a launch may reach: distances, azimuths, times, and nothing finer than a cell."""

import numpy as np
import pytest

from skypact.core.geodesy import MEAN_RADIUS_M, distance_m
from skypact.warning.places import Places
from skypact.warning.settings import Place, WarningSettings
from skypact.warning.threat.launch.fan import CELL_M, LaunchPoint, cell, fan, flight_s, ranges_m

SETTINGS = WarningSettings()
HERE = cell(0.0, 0.0)


def place(name: str, lat_deg: float, lon_deg: float) -> Place:
    return Place(
        name=name, nation="auria", kind="site", lat_deg=lat_deg, lon_deg=lon_deg, radius_m=5e3
    )


AROUND = Places(
    (
        place("north", 5.0, 0.0),
        place("east", 0.0, 5.0),
        place("far", 30.0, 0.0),
        place("near", 0.5, 0.0),
    )
)


def names(azimuth_deg: float | None = None, burn_s: float | None = None) -> list[str]:
    azimuth = None if azimuth_deg is None else float(np.radians(azimuth_deg))
    found = fan(LaunchPoint(HERE, 3e3, azimuth, burn_s), AROUND, SETTINGS)
    return [AROUND.places[i].name for i in found.place]


def test_times_of_flight_are_those_of_the_arc_of_least_energy() -> None:
    ranges = np.array([300e3, 700e3, 1_500e3, 2_000e3])
    assert flight_s(ranges) == pytest.approx([251, 391, 595, 702], abs=1.5)
    # On a flat Earth: sqrt(2 d / g).
    assert flight_s(np.array([1_000.0]))[0] == pytest.approx(np.sqrt(2 * 1_000 / 9.82), rel=0.01)


def test_without_a_direction_all_around_within_reach_soonest_first() -> None:
    assert names() == ["near", "north", "east"]


def test_a_direction_leaves_what_is_about_there() -> None:
    assert names(azimuth_deg=85.0) == ["east"]
    assert names(azimuth_deg=350.0) == ["near", "north"]
    assert names(azimuth_deg=180.0) == []


def test_how_long_the_motor_burnt_leaves_what_can_be_reached_with_it() -> None:
    assert names(burn_s=8.0) == ["near"]
    assert names(burn_s=200.0) == ["north", "east"]
    assert ranges_m(None, SETTINGS) == (0.0, 2e6)
    least, most = ranges_m(60.0, SETTINGS)
    # 720 m/s reaches 53 km at most, 3,600 m/s the 1,475 km of a sphere without air.
    assert (least, most) == (pytest.approx(0.4 * 53.1e3, rel=0.02), pytest.approx(1.47e6, rel=0.02))


def test_the_window_holds_flat_and_steep_arcs() -> None:
    found = fan(LaunchPoint(HERE, 3e3, None, None), AROUND, SETTINGS)
    (row,) = np.flatnonzero(found.place == 0)
    level = float(flight_s(distance_m(*HERE, np.radians(5.0), 0.0)))
    assert found.earliest_s[row] < 0.75 * level
    assert found.latest_s[row] > 1.3 * level + 50


@pytest.mark.parametrize("lat_deg", [-89.0, -60.0, -31.3, 0.0, 45.0, 89.0])
def test_a_cell_is_some_20_km_and_every_point_of_it_gives_the_same(lat_deg: float) -> None:
    lat, lon = np.radians([lat_deg, 12.3])
    middle = cell(lat, lon)
    assert distance_m(*middle, lat, lon) <= CELL_M / np.sqrt(2) * 1.01
    assert cell(*middle) == pytest.approx(middle)
    north = cell(middle[0] + 0.49 * CELL_M / MEAN_RADIUS_M, middle[1])
    assert north == pytest.approx(middle)


def test_a_launch_near_the_date_line_reaches_over_it() -> None:
    over = Places((place("beyond", 0.0, -178.0),))
    here = cell(0.0, np.radians(179.9))
    found = fan(LaunchPoint(here, 3e3, float(np.radians(90)), None), over, SETTINGS)
    assert found.place.tolist() == [0]
