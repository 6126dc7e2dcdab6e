"""The kernels of registration against differences taken numerically."""

import numpy as np
import pytest

from skypact.tracking.kernels.layout import HIT, POINT
from skypact.tracking.registration.biases import PRIOR_SD
from skypact.tracking.registration.kernels.compare import compare_sensors
from skypact.tracking.registration.kernels.register import (
    BIASES,
    PAIRS,
    REJECTED,
    TALLY,
    place_hits,
)
from skypact.tracking.sites import site_rows
from tests.unit.tracking.registration.world import SITES
from tests.unit.tracking.scenes import T0_NS, polar, straight

ROWS = site_rows(SITES[:2])
# The first only tells the velocity.
TIMES_S, SENSORS = np.array([-2.0, 0.0, 3.0, 5.0]), np.array([0, 1, 0, 1])
OFF = np.array([40.0, 2e-3, -3e-3])


def hits() -> np.ndarray:
    made = np.zeros(4, HIT)
    truth = straight(TIMES_S)
    made["time_ns"], made["sensor"], made["track"] = T0_NS + TIMES_S * 10**9, SENSORS, 1
    made["place"], made["pace"] = truth, (truth[3] - truth[1]) / 5
    for k, s in enumerate(SENSORS):
        made["raw"][k] = polar(SITES[s], truth[k : k + 1])[0]
        made["noise_var"][k] = ROWS["noise_var"][s]
    made["raw"][2] += OFF
    return made


def points(biases: np.ndarray) -> np.ndarray:
    made = np.zeros(4, POINT)
    place_hits(hits(), ROWS, biases, np.ones((2, 3)), made)
    return made


def residual(biases: np.ndarray) -> np.ndarray:
    """Return the middle plot's place less that of the other sensor at its time."""
    at = points(biases)
    gap = at["time_ns"][3] - at["time_ns"][1]
    share = (at["time_ns"][2] - at["time_ns"][1]) / gap
    return at["x"][2] - (1 - share) * at["x"][1] - share * at["x"][3]


def compared(mode: int = 2, raw: np.ndarray | None = None) -> tuple[np.ndarray, ...]:
    size = 2 * BIASES
    information, vector = np.zeros((2, size, size)), np.zeros((2, size))
    tally = np.zeros((2, TALLY))
    made = points(np.zeros((2, BIASES))) if raw is None else raw
    estimate = np.eye(size), np.zeros(size), information, vector
    compare_sensors(made, ROWS, PRIOR_SD, estimate, tally, T0_NS - 1, T0_NS + 10**10, mode)
    return information[0], vector[0], tally


def test_no_bias_no_difference() -> None:
    plain = hits()
    plain["raw"][2] -= OFF
    made = np.zeros(4, POINT)
    place_hits(plain, ROWS, np.zeros((2, BIASES)), np.ones((2, 3)), made)
    np.testing.assert_allclose(made["x"], straight(TIMES_S), atol=1e-5)
    _, vector, tally = compared(raw=made)
    assert np.abs(vector).max() < 1e-3
    assert tally[:, PAIRS].tolist() == [1, 1]


@pytest.mark.parametrize("sensor", [0, 1])
@pytest.mark.parametrize("kind", range(BIASES))
def test_the_gradient_is_that_of_the_squared_difference(sensor: int, kind: int) -> None:
    information, vector, _ = compared()
    at = points(np.zeros((2, BIASES)))
    cov = at["cov"][2] + 0.16 * at["cov"][1] + 0.36 * at["cov"][3]
    cov = cov + (6.0 * 0.6 * 0.4 * 25 / 2) ** 2 * np.eye(3)
    # One plot in one pair counts half; the size of its difference here is within the gate.
    weight = 0.5 * np.linalg.inv(cov)
    step = np.zeros((2, BIASES))
    step[sensor, kind] = 1e-3 * PRIOR_SD[kind]
    slope = (residual(step) - residual(-step)) / 2e-3
    rest = residual(np.zeros((2, BIASES)))
    assert vector[sensor * BIASES + kind] == pytest.approx(-slope @ weight @ rest, rel=0.06)
    expected = slope @ weight @ slope
    assert information[sensor * BIASES + kind, sensor * BIASES + kind] == pytest.approx(
        expected, rel=0.06
    )


def test_a_difference_that_no_bias_explains_is_rejected() -> None:
    wild = hits()
    wild["raw"][2, 0] += 30e3
    made = np.zeros(4, POINT)
    place_hits(wild, ROWS, np.zeros((2, BIASES)), np.ones((2, 3)), made)
    information, _, tally = compared(raw=made)
    assert tally[:, REJECTED].tolist() == [1, 1]
    assert not information.any()
