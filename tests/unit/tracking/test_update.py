import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.tracking.kernels import update
from skypact.tracking.kernels.layout import GUESS, TUNING
from tests.unit.tracking.rows import covariance, place, row


def compared(guess, lag: float, seen, gate2: float = np.inf) -> tuple[float, float]:
    """Compare a guess of which only model 1 lives."""
    tuning = row(TUNING)
    guess.weight[:], tuning.noise[:] = [0, 1, 0, 0, 0], 7.0
    return update.mixture_likelihood.py_func(guess, lag, seen, tuning, gate2)


@given(st.integers(0, 2**32 - 1), st.floats(-5, 0))
@settings(max_examples=30, deadline=None)
def test_innovation_and_correction_are_the_textbook_formulas(seed: int, lag: float) -> None:
    rng, seen, guess = np.random.default_rng(seed), place(), row(GUESS)
    cov, before = covariance(rng, 30.0), rng.normal(size=6)
    guess.cov[1], guess.x[1] = np.triu(cov), before
    seen.noise[:] = covariance(rng, 10.0)[:3, :3]
    seen.p[:] = before[:3] + rng.normal(size=3) * 20
    d2, likelihood = compared(guess, lag, seen)
    h = np.hstack([np.eye(3), lag * np.eye(3)])
    s = h @ cov @ h.T + 7.0 * abs(lag) ** 3 / 3 * np.eye(3) + seen.noise
    z = seen.p - h @ before
    assert d2 == pytest.approx(z @ np.linalg.solve(s, z), rel=1e-6)
    density = np.exp(-d2 / 2) / np.sqrt(np.linalg.det(2 * np.pi * s))
    assert guess.value[1] == likelihood == pytest.approx(density, rel=1e-6)
    x, after = np.zeros(6), np.zeros((6, 6))
    update.correct_model.py_func(x, after, guess, 1)
    gain = cov @ h.T @ np.linalg.inv(s)
    np.testing.assert_allclose(x, before + gain @ z, rtol=1e-6, atol=1e-6)
    expected = np.triu(cov - gain @ s @ gain.T)
    np.testing.assert_allclose(after, expected, rtol=1e-5, atol=1e-4 * cov.max())


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_a_range_rate_is_the_fourth_row_of_the_same_update(seed: int) -> None:
    rng, seen, guess = np.random.default_rng(seed), place(), row(GUESS)
    cov, before = covariance(rng, 30.0), np.r_[rng.normal(size=3) * 5e4, rng.normal(size=3) * 200]
    guess.cov[1], guess.x[1] = np.triu(cov), before
    seen.noise[:] = covariance(rng, 10.0)[:3, :3]
    seen.p[:] = before[:3] + rng.normal(size=3) * 20
    line = before[:3] / np.linalg.norm(before[:3])
    rate = line @ before[3:]
    seen["rate"], seen["rate_var"] = rate + rng.normal() * 20, 9.0
    d2, likelihood = compared(guess, 0.0, seen)
    h = np.zeros((4, 6))
    h[:3, :3] = np.eye(3)
    h[3, :3] = (before[3:] - rate * line) / np.linalg.norm(before[:3])
    h[3, 3:] = line
    noise = np.zeros((4, 4))
    noise[:3, :3], noise[3, 3] = seen.noise, 9.0
    s = h @ cov @ h.T + noise
    z = np.r_[seen.p - before[:3], seen["rate"] - rate]
    assert d2 == pytest.approx(z @ np.linalg.solve(s, z), rel=1e-5)
    density = np.exp(-d2 / 2) / np.sqrt(np.linalg.det(2 * np.pi * s))
    assert guess.value[1] == likelihood == pytest.approx(density, rel=1e-5)
    x, after = np.zeros(6), np.zeros((6, 6))
    update.correct_model.py_func(x, after, guess, 1)
    gain = cov @ h.T @ np.linalg.inv(s)
    np.testing.assert_allclose(x, before + gain @ z, rtol=1e-6, atol=1e-4)
    expected = np.triu(cov - gain @ s @ gain.T)
    np.testing.assert_allclose(after, expected, rtol=1e-4, atol=1e-4 * cov.max())


def test_a_kind_of_motion_that_is_ruled_out_goes() -> None:
    weight = np.array([0.4, 0.4, 0.1995, 0.0004, 0.0001])
    update.drop_slight.py_func(weight)
    assert weight[3:].tolist() == [0, 0]
    assert weight.sum() == pytest.approx(1)
    weight = np.array([1e-5, 1e-5, 1e-5, 0.5, 0.49997])
    update.drop_slight.py_func(weight)
    assert weight[:3].tolist() == [0, 0, 0]


def test_what_is_outside_the_gate_has_no_likelihood() -> None:
    rng, seen, guess = np.random.default_rng(1), place(), row(GUESS)
    guess.cov[1] = np.triu(covariance(rng, 30.0))
    seen.noise[:] = covariance(rng, 10.0)[:3, :3]
    seen.p[:] = 60.0
    d2, likelihood = compared(guess, 0.0, seen)
    assert likelihood > 0
    assert compared(guess, 0.0, seen, d2 - 0.1) == (d2, 0.0)
    seen.p[:] = 1e5
    assert compared(guess, 0.0, seen) == (np.inf, 0.0)
    assert guess.value[1] == 0
