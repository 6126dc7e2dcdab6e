"""Known points and distances; the round trips are in tests/property."""

import numpy as np
import pytest

from skypact.core.geodesy import (
    FLATTENING,
    SEMI_MAJOR_AXIS_M,
    azimuth_rad,
    distance_m,
    ecef_from_enu,
    ecef_from_geodetic,
    enu_axes,
    enu_from_ecef,
    geodetic_from_ecef,
    horizon_m,
    velocity_ecef_from_enu,
    velocity_enu_from_ecef,
    wrap_pi,
)

SEMI_MINOR_AXIS_M = SEMI_MAJOR_AXIS_M * (1 - FLATTENING)


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "height_m", "ecef_m"),
    [
        (0, 0, 0, (SEMI_MAJOR_AXIS_M, 0, 0)),
        (0, 90, 100, (0, SEMI_MAJOR_AXIS_M + 100, 0)),
        (90, 0, 0, (0, 0, SEMI_MINOR_AXIS_M)),
        (-90, 0, 50, (0, 0, -SEMI_MINOR_AXIS_M - 50)),
        # Hofmann-Wellenhof, GPS: Theory and Practice, 5th ed., section 10.2.1, rounded to 1 m.
        (47.0, 15.0, 2000.0, (4_210_520, 1_128_205, 4_643_227)),
    ],
)
def test_known_points(
    lat_deg: float, lon_deg: float, height_m: float, ecef_m: tuple[float, float, float]
) -> None:
    given = np.radians(lat_deg), np.radians(lon_deg), height_m
    assert ecef_from_geodetic(*given) == pytest.approx(np.array(ecef_m), abs=1.0)
    lat, lon, height = geodetic_from_ecef(ecef_from_geodetic(*given))
    assert (lat, lon, height) == pytest.approx(given, abs=1e-6)


def test_many_points_at_once_keep_their_shape() -> None:
    lat = np.zeros((4, 5))
    assert ecef_from_geodetic(lat, 0.1, 10.0).shape == (4, 5, 3)
    assert enu_axes(lat, lat).shape == (4, 5, 3, 3)
    assert geodetic_from_ecef(np.ones((7, 3)) * 4e6)[0].shape == (7,)


def test_east_north_up_of_an_origin() -> None:
    origin = (np.radians(-32), np.radians(-18), 10.0)
    up = ecef_from_geodetic(origin[0], origin[1], 1010.0)
    north = ecef_from_geodetic(origin[0] + 1e-5, origin[1], 10.0)
    assert enu_from_ecef(up, origin) == pytest.approx(np.array([0, 0, 1000.0]), abs=1e-6)
    east_m, north_m, up_m = enu_from_ecef(north, origin)
    assert (east_m, north_m) == (pytest.approx(0, abs=1e-6), pytest.approx(63.53, abs=0.3))
    assert up_m < 0


def test_a_velocity_east_at_the_equator_is_y() -> None:
    v = velocity_ecef_from_enu(np.array([[10.0, 0, 0]]), np.zeros(1), np.zeros(1))
    assert v == pytest.approx(np.array([[0, 10.0, 0]]))
    assert velocity_enu_from_ecef(v, np.zeros(1), np.zeros(1)) == pytest.approx(
        np.array([[10.0, 0, 0]])
    )


def test_an_offset_of_nothing_is_the_origin() -> None:
    origin = (0.5, 1.0, 100.0)
    assert ecef_from_enu(np.zeros(3), origin) == pytest.approx(ecef_from_geodetic(*origin))


@pytest.mark.parametrize(
    ("to", "azimuth_deg"), [((0.1, 0), 0), ((0, 0.1), 90), ((-0.1, 0), 180), ((0, -0.1), 270)]
)
def test_azimuth_is_clockwise_from_north(to: tuple[float, float], azimuth_deg: float) -> None:
    assert np.degrees(azimuth_rad(0, 0, *to)) == pytest.approx(azimuth_deg)


def test_a_quarter_of_the_globe() -> None:
    assert distance_m(0, 0, 0, np.pi / 2) == pytest.approx(10_007_557, rel=1e-6)
    assert distance_m(0.3, 0.4, 0.3, 0.4) == 0


@pytest.mark.parametrize(("given", "wrapped"), [(0, 0), (4, 4 - 2 * np.pi), (-4, 2 * np.pi - 4)])
def test_wrapping(given: float, wrapped: float) -> None:
    assert wrap_pi(given) == pytest.approx(wrapped)


@pytest.mark.parametrize(
    ("antenna_m", "target_m", "km"),
    [(20, 50, 48), (20, 100, 60), (20, 300, 90), (9000, 50, 420)],
)
def test_horizon(antenna_m: float, target_m: float, km: float) -> None:
    """d(km) = 4.12 (sqrt(h) + sqrt(h)), and figures published with it."""
    found = horizon_m(antenna_m, target_m) / 1000
    assert found == pytest.approx(4.12 * (antenna_m**0.5 + target_m**0.5), rel=0.002)
    assert found == pytest.approx(km, rel=0.02)
