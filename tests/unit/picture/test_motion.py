"""Prediction."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.geodesy import EARTH_RATE_RADPS, GM_M3PS2
from skypact.core.messages import ThreatClass
from skypact.picture.covariance import full
from skypact.picture.motion import falls_freely, predict
from tests.unit.picture.flights import state, triangle

NO = np.array([False])


def test_straight_flight_and_growing_covariance():
    x = state(0, 0, 200, 0)[None]
    moved, grown = predict(x, triangle(50, 5, 1), np.array([10.0]), NO, 20.0)
    np.testing.assert_allclose(moved[0, :3], x[0, :3] + 10 * x[0, 3:])
    np.testing.assert_allclose(grown[0, 0, 0], 50**2 + 100 * 25 + 20 * 1000 / 3)
    np.testing.assert_allclose(grown[0, 0, 3], 10 * 25 + 20 * 100 / 2)
    assert np.array_equal(grown, grown.transpose(0, 2, 1))


def test_no_time_changes_nothing():
    x, p = state(0, 0, 200, 0)[None], triangle(50, 5, 1)
    moved, grown = predict(x, p, np.zeros(1), np.array([True]), 20.0)
    assert np.array_equal(moved, x)
    assert np.array_equal(grown, full(p))


def test_a_falling_body_accelerates_towards_the_ground():
    x = state(0, 0, 0, 0)[None]
    moved, _ = predict(x, triangle(50, 5, 1), np.array([2.0]), np.array([True]), 20.0)
    down = -x[0, :3] / np.linalg.norm(x[0, :3])
    np.testing.assert_allclose(moved[0, 3:] @ down, 2 * 9.77, rtol=0.01)


@given(st.integers(0, 2**32 - 1), st.floats(0, 60), st.booleans())
def test_it_is_what_the_formulas_say(seed: int, dt_s: float, falling: bool):
    dice = np.random.default_rng(seed)
    root = dice.normal(size=(6, 6)) * np.array([300.0] * 3 + [20.0] * 3)[:, None]
    p = root @ root.T
    x = np.concatenate(
        [[4.2e6, -1.4e6, -3.3e6] + dice.normal(size=3) * 1e5, dice.normal(size=3) * 900]
    )
    fall = np.array([falling])
    moved, grown = predict(x[None], p[np.triu_indices(6)][None], np.array([dt_s]), fall, 20.0)
    pull = _gravity(x) if falling else np.zeros(3)
    step = np.eye(6) + np.diag([dt_s] * 3, 3)
    noise = np.array([[dt_s**3 / 3, dt_s**2 / 2], [dt_s**2 / 2, dt_s]]) * 20.0
    expected = step @ x + np.concatenate([pull * dt_s * dt_s / 2, pull * dt_s])
    np.testing.assert_allclose(moved[0], expected, rtol=1e-12, atol=1e-6)
    np.testing.assert_allclose(
        grown[0], step @ p @ step.T + np.kron(noise, np.eye(3)), rtol=1e-9, atol=1e-6
    )


def _gravity(x: np.ndarray) -> np.ndarray:
    """Return the acceleration of a free body in the rotating frame (central field)."""
    spin = np.array([0.0, 0.0, EARTH_RATE_RADPS])
    turning = -np.cross(spin, np.cross(spin, x[:3])) - 2 * np.cross(spin, x[3:])
    return -GM_M3PS2 * x[:3] / np.linalg.norm(x[:3]) ** 3 + turning


def test_only_what_falls_falls():
    classes = np.array([ThreatClass.BALLISTIC, ThreatClass.ROCKET, ThreatClass.CRUISE, 0])
    assert falls_freely(classes).tolist() == [True, True, False, False]
