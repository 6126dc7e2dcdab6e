"""Impact ellipses against seeded Monte Carlo truth."""

import numpy as np
import pytest

from skypact.core.geodesy import azimuth_rad, distance_m, geodetic_from_ecef
from skypact.warning.threat.fall import CHI2_95, Air, ellipse, predict_impact
from skypact.warning.threat.kernels_fall import fall
from skypact.warning.threat.kinematics import Kinematics, kinematics
from tests.unit.warning.world import state, triangle


def batch(p: np.ndarray, v: np.ndarray, position_sd_m: float, velocity_sd_mps: float) -> Kinematics:
    return kinematics(p, v, np.tile(triangle(position_sd_m, velocity_sd_mps), (len(p), 1)))


@pytest.mark.parametrize(
    ("height_m", "along_mps", "climb_mps", "position_sd_m", "velocity_sd_mps"),
    [
        (50e3, 1600, 1400, 200, 10),
        (50e3, 1600, 1400, 500, 60),
        (120e3, 1900, -300, 300, 20),
        (8e3, 450, 400, 100, 8),
    ],
)
def test_the_95_percent_ellipse_holds_the_truth(
    height_m: float,
    along_mps: float,
    climb_mps: float,
    position_sd_m: float,
    velocity_sd_mps: float,
) -> None:
    dice, runs, spread = np.random.default_rng(20261121), 500, 0.2
    p, v = state(-32, -18, height_m, along_mps, 70, climb_mps)
    drag = np.exp(spread * dice.standard_normal(runs)) / 8000
    truth, truth_s = fall(np.tile(p, (runs, 1)), np.tile(v, (runs, 1)), drag)
    seen = batch(
        p + position_sd_m * dice.standard_normal((runs, 3)),
        v + velocity_sd_mps * dice.standard_normal((runs, 3)),
        position_sd_m,
        velocity_sd_mps,
    )
    impact = predict_impact(seen, Air(8000.0, spread, 0.0))
    lat, lon, _ = geodetic_from_ecef(truth)
    gap = distance_m(impact.lat_rad, impact.lon_rad, lat, lon)
    way = azimuth_rad(impact.lat_rad, impact.lon_rad, lat, lon)
    miss = np.stack([gap * np.sin(way), gap * np.cos(way)], -1)
    inside = np.einsum("ni,nij,nj->n", miss, np.linalg.inv(impact.covariance), miss) <= CHI2_95
    assert 0.90 <= inside.mean() <= 0.99
    in_time = np.abs(impact.time_s - truth_s) <= 2 * impact.time_sd_s
    assert 0.90 <= in_time.mean() <= 0.99


def test_the_ellipse_of_a_known_covariance() -> None:
    turn = np.radians(30)  # of the major axis, clockwise from north
    major = np.array([np.sin(turn), np.cos(turn)])
    minor = np.array([-np.cos(turn), np.sin(turn)])
    spread = 9e6 * np.outer(major, major) + 1e6 * np.outer(minor, minor)
    shape = ellipse(spread[None])
    assert shape.semi_major_m[0] == pytest.approx(3000 * np.sqrt(CHI2_95))
    assert shape.semi_minor_m[0] == pytest.approx(1000 * np.sqrt(CHI2_95))
    assert np.degrees(shape.azimuth_rad[0]) == pytest.approx(30)


def test_the_impact_is_never_said_to_be_known_better_than_the_floor() -> None:
    p, v = state(-32, -18, 50e3, 1500, 70, 0)
    impact = predict_impact(batch(p[None], v[None], 0, 0), Air(0.0, 0.2, 500.0))
    assert ellipse(impact.covariance).semi_minor_m[0] == pytest.approx(500 * np.sqrt(CHI2_95))


def test_a_track_that_may_stay_up_has_no_impact() -> None:
    p, v = state(-32, -18, 300e3, 9000, 70, 0)
    impact = predict_impact(batch(p[None], v[None], 100, 10), Air(0.0, 0.0, 500.0))
    assert np.isnan(impact.time_s[0])


def test_a_covariance_that_is_not_positive_is_survived() -> None:
    p, v = state(-32, -18, 50e3, 1500, 70, 0)
    seen = batch(p[None], v[None], 100, 10)
    seen.covariance[0, 0, 0] = -5.0
    assert np.isfinite(predict_impact(seen, Air(8000.0, 0.2, 500.0)).time_s[0])
