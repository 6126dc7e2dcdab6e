"""Frames there and back, anywhere on and near the Earth."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.geodesy import (
    azimuth_rad,
    distance_m,
    ecef_from_enu,
    ecef_from_geodetic,
    enu_axes,
    enu_from_ecef,
    geodetic_from_ecef,
    velocity_ecef_from_enu,
    velocity_enu_from_ecef,
    wrap_pi,
)

lats = st.floats(-np.pi / 2, np.pi / 2)
lons = st.floats(-np.pi, np.pi)
heights = st.floats(-5_000, 1_000_000)
origins = st.tuples(lats, lons, st.floats(-500, 20_000))
vectors = st.tuples(*[st.floats(-1e6, 1e6)] * 3).map(np.array)


@given(lats, lons, heights)
def test_geodetic_there_and_back_is_under_a_millimetre(
    lat: float, lon: float, height: float
) -> None:
    p = ecef_from_geodetic(lat, lon, height)
    lat2, lon2, height2 = geodetic_from_ecef(p)
    assert np.linalg.norm(ecef_from_geodetic(lat2, lon2, height2) - p) < 1e-3
    assert abs(height2 - height) < 1e-3
    assert abs(lat2 - lat) < 1e-9


@given(vectors, origins)
def test_enu_there_and_back(p_enu: np.ndarray, origin: tuple[float, float, float]) -> None:
    p_ecef = ecef_from_enu(p_enu, origin)
    assert np.abs(enu_from_ecef(p_ecef, origin) - p_enu).max() < 1e-6
    assert np.isclose(np.linalg.norm(p_ecef - ecef_from_geodetic(*origin)), np.linalg.norm(p_enu))


@given(vectors, lats, lons)
def test_a_velocity_keeps_its_length(v: np.ndarray, lat: float, lon: float) -> None:
    turned = velocity_ecef_from_enu(v, lat, lon)
    assert np.isclose(np.linalg.norm(turned), np.linalg.norm(v))
    assert np.allclose(velocity_enu_from_ecef(turned, lat, lon), v, atol=1e-6)


@given(lats, lons)
def test_the_axes_are_a_right_handed_frame(lat: float, lon: float) -> None:
    axes = enu_axes(lat, lon)
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.isclose(np.linalg.det(axes), 1)


@given(lats, lons, lats, lons)
def test_distance_is_the_same_both_ways(a: float, b: float, c: float, d: float) -> None:
    there, back = distance_m(a, b, c, d), distance_m(c, d, a, b)
    assert 0 <= there <= 20_016_000
    assert np.isclose(there, back)
    assert 0 <= azimuth_rad(a, b, c, d) <= 2 * np.pi


@given(st.floats(-100, 100))
def test_wrapping_keeps_the_direction(angle: float) -> None:
    wrapped = wrap_pi(angle)
    assert -np.pi <= wrapped <= np.pi
    assert np.isclose(np.cos(wrapped), np.cos(angle))
    assert np.isclose(np.sin(wrapped), np.sin(angle), atol=1e-9)
