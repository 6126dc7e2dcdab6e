"""What is believed of sensors, case by case."""

import numpy as np
import pytest

from skypact.tracking.registration.biases import PRIOR_SD
from skypact.tracking.registration.kernels.judge import (
    LOST,
    MOVED,
    SURE,
    VERDICTS,
    WRONG,
    judge_sensors,
)
from skypact.tracking.registration.kernels.register import BIASES, EAST, RANGE, TIME
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR

BASE = site_rows([RADAR])
NOISE_M = RADAR.range_sd_m


def judged(
    range_m: float, share: float, verdicts: np.ndarray, applied: np.ndarray, time_s: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Judge one radar of which all is known to a share of its noise; return sites and steps."""
    value, sd = np.zeros((1, BIASES)), np.full((1, BIASES), 1e-9)
    value[0, RANGE], value[0, TIME] = range_m, time_s
    sd[0, RANGE] = share * NOISE_M
    sites, steps = BASE.copy(), np.zeros((1, BIASES))
    judge_sensors(BASE, sites, value, sd, PRIOR_SD, np.ones((1, 3)), applied, steps, verdicts)
    return sites, steps


@pytest.fixture
def state() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((1, VERDICTS), np.int64), np.zeros((1, BIASES))


def test_a_sensor_without_bias_is_sure_and_left_alone(state) -> None:
    sites, _ = judged(0.0, 0.5, *state)
    assert state[0][0, [SURE, WRONG, MOVED]].tolist() == [1, 0, 0]
    np.testing.assert_array_equal(sites["noise_var"], BASE["noise_var"])


def test_a_bias_is_taken_off_and_what_is_not_known_of_it_is_noise(state) -> None:
    sites, steps = judged(500.0, 0.5, *state)
    assert state[0][0, [SURE, WRONG, MOVED]].tolist() == [1, 1, 1]
    assert state[1][0, RANGE] == steps[0, RANGE] == 500.0
    assert sites["noise_var"][0, 0] == pytest.approx(1.25 * NOISE_M**2)
    _, steps = judged(500.1, 0.5, *state)
    assert state[0][0, MOVED] == 0
    assert state[1][0, RANGE] == 500.0


def test_what_is_sure_stays_so_a_little_beyond_the_limit(state) -> None:
    judged(0.0, 1.2, *state)
    assert state[0][0, SURE] == 0
    judged(0.0, 0.9, *state)
    judged(0.0, 1.2, *state)
    assert state[0][0, SURE] == 1
    judged(0.0, 1.6, *state)
    assert state[0][0, SURE] == 0


def test_a_doubtful_sensor_is_weighed_down_by_its_disagreement(state) -> None:
    state[0][0, LOST] = 1
    sites, _ = judged(3000.0, 9.0, *state, time_s=1.0)
    assert state[0][0, [SURE, LOST, MOVED]].tolist() == [0, 1, 0]
    assert sites["noise_var"][0, 0] > 3000.0**2 + 250.0**2
    judged(0.0, 0.5, *state)
    assert state[0][0, LOST] == 0


def test_a_correction_moves_the_place_and_is_dropped_when_no_longer_known(state) -> None:
    state[1][0, EAST] = 100.0
    state[0][0, SURE] = 1
    sites, steps = judged(0.0, 9.0, *state)
    assert steps[0, EAST] == -100.0
    assert not state[1].any()
    np.testing.assert_array_equal(sites["position"], BASE["position"])
