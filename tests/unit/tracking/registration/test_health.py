import numpy as np

from skypact.tracking.registration.health import Health
from skypact.tracking.registration.kernels.register import (
    COUNT,
    EQUAL,
    PAIRS,
    REJECTED,
    REPEATABLE,
    SQUARE,
    TALLY,
)


def test_noise_is_flagged_once_it_is_twice_as_much_and_cleared_well_below() -> None:
    rng, health, real = np.random.default_rng(1), Health(2), np.array([25.0, 1.0])
    for step in range(40):
        made = np.zeros((2, TALLY))
        for s in range(2):
            z2 = rng.normal(size=(12, 3)) ** 2 * real[s] / health.ratio[s]
            made[s, SQUARE : SQUARE + 3] = np.minimum(z2, 9).sum(axis=0)
            made[s, COUNT : COUNT + 3] = 12
        health.learn(made)
        if step == 19:
            assert health.noisy.tolist() == [True, False]
            assert (health.factors()[0] > 10).all()
            np.testing.assert_array_equal(health.factors()[1], 1)
            real[0] = 1.0
    assert health.noisy.tolist() == [False, False]


def test_the_sensor_that_disagrees_with_all_is_the_one_that_jumped() -> None:
    health, made = Health(3), np.zeros((3, TALLY))
    made[:, PAIRS], made[:, REJECTED] = 20, [20, 10, 10]
    health.learn(made)
    assert health.jumped() == [0]
    assert health.jumped() == []


def test_two_that_disagree_with_each_other_are_both_in_doubt() -> None:
    health, made = Health(2), np.zeros((2, TALLY))
    made[:, PAIRS] = made[:, REJECTED] = 15
    health.learn(made)
    assert health.jumped() == [0, 1]


def test_a_sensor_that_repeats_itself_is_stuck_until_it_does_not() -> None:
    health, made = Health(1), np.zeros((1, TALLY))
    made[0, REPEATABLE], made[0, EQUAL] = 10, 5
    health.learn(made)
    assert not health.stuck[0]
    made[0, EQUAL] = 8
    health.learn(made)
    assert health.stuck[0]
    shown = np.arange(9.0).reshape(3, 3)
    health.moves_again(0, shown)
    health.moves_again(0, shown)
    assert health.stuck[0]
    health.moves_again(0, shown + 1e-9)
    assert not health.stuck[0]


def test_state_brings_all_back() -> None:
    health, other = Health(2), Health(2)
    made = np.zeros((2, TALLY))
    made[:, [PAIRS, REJECTED, COUNT, SQUARE]] = 7
    health.learn(made)
    health.moves_again(1, np.ones((4, 3)))
    other.restore(health.state())
    assert other.state() == health.state()
