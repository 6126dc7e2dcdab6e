"""Covariance intersection."""

import numpy as np

from skypact.picture.covariance import full
from skypact.picture.fuse import intersect, weights
from tests.unit.picture.flights import state, triangle

STARTS = np.array([0])


def test_the_same_state_twice_is_not_twice_as_sure():
    x = np.tile(state(0, 0, 200, 0), (2, 1))
    p = full(triangle(50, 5, 2))
    fused, covariance = intersect(x, p, STARTS)
    np.testing.assert_allclose(fused[0], x[0])
    np.testing.assert_allclose(covariance[0], p[0], rtol=1e-9)


def test_weights_sum_to_one_and_favour_the_sure():
    p = np.concatenate([full(triangle(50, 5, 1)), full(triangle(500, 50, 1))])
    w = weights(p, STARTS, np.array([2]))
    np.testing.assert_allclose(w.sum(), 1)
    assert w[0] > 0.9


def test_crossed_ellipses_are_better_than_either():
    p = np.tile(np.eye(6) * 25.0, (2, 1, 1))
    p[0, 0, 0] = p[1, 1, 1] = 1000.0**2
    p[0, 1, 1] = p[1, 0, 0] = 50.0**2
    x = np.tile(state(0, 0, 200, 0), (2, 1))
    _, covariance = intersect(x, p, STARTS)
    assert covariance[0, 0, 0] < 100.0**2
    assert covariance[0, 1, 1] < 100.0**2


def test_groups_do_not_touch_each_other():
    x = np.stack([state(i * 1000, 0, 200, i) for i in range(5)])
    p = np.concatenate([full(triangle(50 + 10 * i, 5, 1)) for i in range(5)])
    together, covariances = intersect(x, p, np.array([0, 2]))
    alone, covariance = intersect(x[2:], p[2:], STARTS)
    np.testing.assert_allclose(together[1], alone[0])
    np.testing.assert_allclose(covariances[1], covariance[0])
