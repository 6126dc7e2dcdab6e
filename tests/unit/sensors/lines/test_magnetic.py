"""Declination equals the test values published with WMM2025."""

import math

import pytest

from skypact.sensors.lines.magnetic import YEAR_S, declination_rad

# WMM2025 test values, height 0 km: year, latitude, longitude, declination (NOAA, WMM2025 report).
PUBLISHED = [
    (2025.0, 80, 0, 1.28),
    (2025.0, 0, 120, -0.16),
    (2025.0, -80, 240, 68.78),
    (2027.5, 80, 0, 2.59),
    (2027.5, 0, 120, -0.24),
    (2027.5, -80, 240, 68.49),
]


@pytest.mark.parametrize(("year", "lat_deg", "lon_deg", "declination_deg"), PUBLISHED)
def test_published_values(
    year: float, lat_deg: float, lon_deg: float, declination_deg: float
) -> None:
    found = declination_rad(lat_deg, lon_deg, (year - 1970) * YEAR_S)
    assert math.degrees(found) == pytest.approx(declination_deg, abs=0.011)


def test_places_and_times_off_the_grid_are_near_it() -> None:
    at_s = (2026.93 - 1970) * YEAR_S
    exact = declination_rad(50.0, 30.0, at_s)
    assert declination_rad(50.049, 30.049, at_s) == exact
    assert abs(declination_rad(50.06, 30.06, at_s) - exact) < math.radians(0.1)


def test_no_place_and_no_time_is_fatal() -> None:
    for lat, lon, at_s in [(90, 0, 0), (-90, 180, 1e10), (0, -180, (2035 - 1970) * YEAR_S)]:
        assert math.isfinite(declination_rad(lat, lon, at_s))
