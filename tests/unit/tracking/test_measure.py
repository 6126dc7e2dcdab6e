import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core.geodesy import ecef_from_geodetic, enu_axes, geodetic_from_ecef
from skypact.tracking.kernels import measure
from skypact.tracking.kernels.layout import PLOT, SITE
from skypact.tracking.sites import site_rows
from tests.unit.tracking.rows import place, row, tuning
from tests.unit.tracking.scenes import RADAR, polar

TUNING = tuning(pressure_var=150.0**2)


def radar():
    made = row(SITE)
    rows = site_rows([RADAR])
    for name in SITE.names or ():
        made[name] = rows[0][name]
    return made


def plot_at(position: np.ndarray) -> object:
    made = row(PLOT)
    made.polar[:] = polar(RADAR, position[None])[0]
    made["altitude"] = np.nan
    return made


def somewhere(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    lat, lon = RADAR.lat_rad + rng.uniform(-0.03, 0.03), RADAR.lon_rad + rng.uniform(0.002, 0.04)
    return ecef_from_geodetic(lat, lon, rng.uniform(500, 60e3))


def placed(plot: object, site: object | None = None) -> object:
    seen = place()
    measure.place_plot.py_func(site or radar(), plot, TUNING, seen)
    return seen


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_place_is_where_the_target_was_with_the_noise_of_the_radar(seed: int) -> None:
    target = somewhere(seed)
    seen = placed(plot_at(target))
    assert seen.full == 1
    np.testing.assert_allclose(seen.p, target, atol=1e-2)
    step = 1.0
    slope = np.empty((3, 3))
    for c in range(3):
        ahead, behind = target.copy(), target.copy()
        ahead[c] += step
        behind[c] -= step
        slope[:, c] = (polar(RADAR, ahead[None]) - polar(RADAR, behind[None]))[0] / (2 * step)
    back = np.linalg.inv(slope)
    noise = back @ np.diag(radar().noise_var) @ back.T
    np.testing.assert_allclose(seen.noise, noise, rtol=5e-3, atol=1e-3 * np.abs(noise).max())
    volume = abs(np.linalg.det(back))
    assert seen.floor == pytest.approx(np.log(radar().false_density / volume), abs=1e-3)


def test_a_radar_without_elevation_takes_the_pressure_height_or_the_height_of_the_track() -> None:
    target = somewhere(1)
    plot = plot_at(target)
    plot.polar[2] = np.nan
    assert placed(plot).full == 0
    near = placed(plot)
    measure.place_near.py_func(radar(), plot, *(target + np.array([0, 0, 50.0])), near)
    east_north = enu_axes(RADAR.lat_rad, RADAR.lon_rad)[:2] @ (near.p - target)
    assert np.abs(east_north).max() < 50
    up = enu_axes(RADAR.lat_rad, RADAR.lon_rad)[2]
    assert up @ near.noise @ up > 1e6
    plot.altitude = float(geodetic_from_ecef(target)[2])
    seen = placed(plot)
    assert seen.full == 1
    np.testing.assert_allclose(seen.p, target, atol=5.0)


@given(st.floats(-1.5, 1.5), st.floats(-200, 150e3))
@settings(max_examples=50, deadline=None)
def test_height_is_close_to_the_geodetic_one(lat_rad: float, height_m: float) -> None:
    place = ecef_from_geodetic(lat_rad, 0.3, height_m)
    assert measure.height_of.py_func(*place) == pytest.approx(height_m, abs=2.0)
