"""Fusion is never optimistic: nations' errors share the process noise, CI does not know how much.

A naive combination that takes the errors as independent must fail the same test.
"""

import numpy as np
import pytest

from skypact.picture.covariance import distance2
from skypact.picture.fuse import intersect

CHI2_6_95 = 12.592
RUNS, STEPS, Q = 400, 15, 400.0


def filtered(rng: np.random.Generator, sds: tuple[tuple[float, ...], ...]):
    """Return errors and covariances of Kalman filters on one truth, one filter a nation.

    Truth is white-noise acceleration common to all; each nation measures position at 1 Hz with
    its own errors. Shapes (nations, RUNS, 6) and (nations, RUNS, 6, 6).
    """
    f = np.eye(6)
    f[range(3), range(3, 6)] = 1
    noise = np.zeros((6, 6))
    for i in range(3):
        noise[i, i], noise[i + 3, i + 3] = Q / 3, Q
        noise[i, i + 3] = noise[i + 3, i] = Q / 2
    h = np.eye(3, 6)
    root = np.linalg.cholesky(noise)
    truth = np.zeros((RUNS, 6))
    x = [np.zeros((RUNS, 6)) for _ in sds]
    p = [np.diag([1e6] * 3 + [1e4] * 3) for _ in sds]
    truth = rng.normal(size=(RUNS, 6)) * ([1e3] * 3 + [1e2] * 3)
    for _ in range(STEPS):
        truth = truth @ f.T + rng.normal(size=(RUNS, 6)) @ root.T
        for n, sd in enumerate(sds):
            predicted = f @ p[n] @ f.T + noise
            r = np.diag(np.square(sd))
            gain = predicted @ h.T @ np.linalg.inv(h @ predicted @ h.T + r)
            prior = x[n] @ f.T
            z = truth[:, :3] + rng.normal(size=(RUNS, 3)) * sd
            x[n] = prior + (z - prior[:, :3]) @ gain.T
            p[n] = (np.eye(6) - gain @ h) @ predicted
    tiled = [np.tile(one, (RUNS, 1, 1)) for one in p]
    return np.stack([one - truth for one in x]), np.stack(tiled)


def inside(error: np.ndarray, covariance: np.ndarray) -> float:
    return float((distance2(error, covariance) <= CHI2_6_95).mean())


SENSORS = {
    "alike": ((100.0,) * 3, (100.0,) * 3),
    "crossed": ((500.0, 50.0, 100.0), (50.0, 500.0, 100.0)),
    "three": ((100.0,) * 3, (150.0,) * 3, (80.0, 300.0, 300.0)),
    "no height": ((100.0, 100.0, 5000.0), (200.0,) * 3),
}


@pytest.mark.parametrize("sds", SENSORS.values(), ids=SENSORS)
@pytest.mark.parametrize("seed", range(2))
def test_the_95_percent_ellipse_holds_the_truth(sds: tuple, seed: int):
    errors, covariances = filtered(np.random.default_rng(seed), sds)
    nations = len(sds)
    members = errors.transpose(1, 0, 2).reshape(-1, 6)
    matrices = covariances.transpose(1, 0, 2, 3).reshape(-1, 6, 6)
    fused, covariance = intersect(members, matrices, np.arange(RUNS) * nations)
    assert inside(fused, covariance) >= 0.93
    worst = min(np.linalg.det(c[0]) for c in covariances)
    # Worth it: no worse than the best nation alone beyond a small factor a direction.
    assert np.linalg.det(covariance[0]) <= worst * 1.7**6


def test_a_naive_combination_fails_the_same_test():
    errors, covariances = filtered(np.random.default_rng(1), ((400.0,) * 3,) * 3)
    information = np.linalg.inv(covariances)
    covariance = np.linalg.inv(information.sum(0))
    fused = np.einsum("nij,mnj->ni", covariance, np.einsum("mnij,mnj->mni", information, errors))
    assert inside(fused, covariance) < 0.93
