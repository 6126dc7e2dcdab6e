"""Prediction."""

import numpy as np

from skypact.core.messages import ThreatClass
from skypact.picture.covariance import full
from skypact.picture.motion import falls_freely, gravity_ecef_mps2, predict
from tests.unit.picture.flights import state, triangle

NO = np.array([False])


def test_straight_flight_and_growing_covariance():
    x, p = state(0, 0, 200, 0)[None], full(triangle(50, 5, 1))
    moved, grown = predict(x, p, np.array([10.0]), NO, 20.0)
    np.testing.assert_allclose(moved[0, :3], x[0, :3] + 10 * x[0, 3:])
    np.testing.assert_allclose(grown[0, 0, 0], 50**2 + 100 * 25 + 20 * 1000 / 3)
    np.testing.assert_allclose(grown[0, 0, 3], 10 * 25 + 20 * 100 / 2)
    assert np.array_equal(grown, grown.transpose(0, 2, 1))


def test_no_time_changes_nothing():
    x, p = state(0, 0, 200, 0)[None], full(triangle(50, 5, 1))
    moved, grown = predict(x, p, np.zeros(1), np.array([True]), 20.0)
    assert np.array_equal(moved, x)
    assert np.array_equal(grown, p)


def test_a_falling_body_accelerates_towards_the_ground():
    x, p = state(0, 0, 0, 0)[None], full(triangle(50, 5, 1))
    moved, _ = predict(x, p, np.array([2.0]), np.array([True]), 20.0)
    down = -x[0, :3] / np.linalg.norm(x[0, :3])
    np.testing.assert_allclose(moved[0, 3:] @ down, 2 * 9.77, rtol=0.01)
    np.testing.assert_allclose(np.linalg.norm(gravity_ecef_mps2(x)), 9.77, rtol=0.01)


def test_only_what_falls_falls():
    classes = np.array([ThreatClass.BALLISTIC, ThreatClass.ROCKET, ThreatClass.CRUISE, 0])
    assert falls_freely(classes).tolist() == [True, True, False, False]
