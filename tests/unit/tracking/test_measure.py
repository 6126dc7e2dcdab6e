import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core.geodesy import ecef_from_geodetic, geodetic_from_ecef
from skypact.tracking.kernels import measure
from skypact.tracking.kernels.layout import PLOT, SITE
from skypact.tracking.sites import site_rows
from tests.unit.tracking.rows import covariance, look, row, tuning
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


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_the_jacobian_is_the_slope_of_the_measurement(seed: int) -> None:
    target, seen = somewhere(seed), look()
    dims = measure.observe_polar.py_func(radar(), plot_at(target), *target, TUNING, seen)
    assert dims == 3
    assert np.abs(seen.z * [1, 1e5, 1e5]).max() < 1e-2
    step = 1.0
    for c in range(3):
        ahead, behind = target.copy(), target.copy()
        ahead[c] += step
        behind[c] -= step
        slope = (polar(RADAR, ahead[None]) - polar(RADAR, behind[None]))[0] / (2 * step)
        assert (np.abs(seen.h[:, c] - slope) <= 1e-3 * np.abs(seen.h).max(axis=1)).all()


@given(st.integers(0, 2**32 - 1), st.floats(-5, 0))
@settings(max_examples=30, deadline=None)
def test_innovation_is_the_textbook_formula(seed: int, lag: float) -> None:
    rng, seen = np.random.default_rng(seed), look()
    cov = covariance(rng, 30.0)
    seen.h[:], seen.z[:], seen.r[:] = rng.normal(size=(3, 3)), rng.normal(size=3), rng.random(3) + 1
    d2, log_det = measure.innovate.py_func(cov, lag, 7.0, seen)
    h = np.hstack([seen.h, lag * seen.h])
    s = h @ cov @ h.T + 7.0 * abs(lag) ** 3 / 3 * seen.h @ seen.h.T + np.diag(seen.r)
    np.testing.assert_allclose(seen.inverse, np.linalg.inv(s), rtol=1e-6, atol=1e-9)
    assert d2 == pytest.approx(seen.z @ np.linalg.solve(s, seen.z), rel=1e-6)
    assert log_det == pytest.approx(np.linalg.slogdet(s)[1], rel=1e-9)
    x, after, before = np.zeros(6), np.zeros((6, 6)), rng.normal(size=6)
    measure.correct_model.py_func(x, after, before, cov, seen)
    gain = cov @ h.T @ np.linalg.inv(s)
    np.testing.assert_allclose(x, before + gain @ seen.z, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(after, cov - gain @ s @ gain.T, rtol=1e-5, atol=1e-4 * cov.max())


def test_a_radar_without_elevation_measures_two_or_takes_the_pressure_height() -> None:
    target, seen = somewhere(1), look()
    plot = plot_at(target)
    plot.polar[2] = np.nan
    assert measure.observe_polar.py_func(radar(), plot, *target, TUNING, seen) == 2
    assert seen.h[2].tolist() == [0, 0, 0]
    plot.altitude = float(geodetic_from_ecef(target)[2])
    assert measure.observe_polar.py_func(radar(), plot, *target, TUNING, seen) == 3
    assert abs(seen.z[2]) < 2.0


@given(st.floats(-1.5, 1.5), st.floats(-200, 150e3))
@settings(max_examples=50, deadline=None)
def test_height_is_close_to_the_geodetic_one(lat_rad: float, height_m: float) -> None:
    place = ecef_from_geodetic(lat_rad, 0.3, height_m)
    assert measure.height_of.py_func(*place) == pytest.approx(height_m, abs=2.0)


def test_a_kind_of_motion_that_is_ruled_out_goes() -> None:
    weight = np.array([0.4, 0.4, 0.1995, 0.0004, 0.0001])
    measure.drop_slight.py_func(weight)
    assert weight[3:].tolist() == [0, 0]
    assert weight.sum() == pytest.approx(1)
    weight = np.array([1e-5, 1e-5, 1e-5, 0.5, 0.49997])
    measure.drop_slight.py_func(weight)
    assert weight[:3].tolist() == [0, 0, 0]
