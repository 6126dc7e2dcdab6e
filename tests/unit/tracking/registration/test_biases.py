import numpy as np
import pytest

from skypact.tracking.registration.biases import PRIOR_SD, Biases, inverse
from skypact.tracking.registration.kernels.register import AZIMUTH, BIASES, NORTH, RANGE, TIME


def measured(biases: Biases, truth: dict[tuple[int, int], float], sd: float, seed: int = 1) -> None:
    """Let all differences between neighbouring sensors' biases be seen once, in prior units."""
    rng = np.random.default_rng(seed)
    value = np.zeros((biases.sensors, BIASES))
    for (s, kind), size in truth.items():
        value[s, kind] = size / PRIOR_SD[kind]
    rows = []
    for s in range(biases.sensors):
        for kind in range(BIASES):
            row = np.zeros((biases.sensors, BIASES))
            row[s, kind], row[(s + 1) % biases.sensors, kind] = 1.0, -1.0
            rows.append(row.ravel())
    design = np.array(rows)
    seen = design @ value.ravel() + rng.normal(size=len(design)) * sd
    biases.add(design.T @ design / sd**2, design.T @ seen / sd**2)
    biases.solve()


def test_the_inverse_is_one() -> None:
    a = np.random.default_rng(1).normal(size=(30, 30))
    a = a @ a.T + np.eye(30)
    np.testing.assert_allclose(inverse(a) @ a, np.eye(30), atol=1e-8)


def test_a_clock_that_differs_from_two_others_is_the_one_that_is_late() -> None:
    biases = Biases(3)
    measured(biases, {(1, TIME): 2.0}, 0.01)
    np.testing.assert_allclose(biases.value[:, TIME], [0, 2, 0], atol=0.1)


def test_a_site_far_off_is_found_and_a_little_off_is_not_believed() -> None:
    far, near = Biases(3), Biases(3)
    measured(far, {(2, NORTH): 400.0}, 0.05)
    measured(near, {(2, NORTH): 10.0}, 0.1)
    np.testing.assert_allclose(far.value[:, NORTH], [0, 0, 400], atol=20)
    assert np.abs(near.value[:, NORTH]).max() < 10


def test_to_forget_lets_uncertainty_grow_back_to_the_prior() -> None:
    biases = Biases(2)
    measured(biases, {(0, RANGE): 300.0}, 0.01)
    known = biases.sd[0, RANGE]
    biases.forget(0.0)
    biases.solve()
    assert known < 0.8 * PRIOR_SD[RANGE]
    assert biases.sd[0, RANGE] == pytest.approx(PRIOR_SD[RANGE])


def test_reset_forgets_one_sensor_and_keeps_what_others_know_of_each_other() -> None:
    biases = Biases(3)
    measured(biases, {(0, AZIMUTH): 0.005}, 0.01)
    between = biases.value[0, AZIMUTH] - biases.value[2, AZIMUTH]
    biases.reset(1)
    assert biases.sd[1, AZIMUTH] == pytest.approx(PRIOR_SD[AZIMUTH])
    assert biases.value[1, AZIMUTH] == 0
    assert biases.value[0, AZIMUTH] - biases.value[2, AZIMUTH] == pytest.approx(between, rel=0.05)


def test_bytes_bring_back_the_same_estimate() -> None:
    biases, other = Biases(2), Biases(2)
    measured(biases, {(0, RANGE): 300.0}, 0.1)
    other.from_bytes(*biases.to_bytes())
    other.solve()
    np.testing.assert_array_equal(other.value, biases.value)
