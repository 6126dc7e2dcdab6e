import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core.geodesy import EARTH_RATE_RADPS, GM_M3PS2
from skypact.tracking.kernels import motion
from skypact.tracking.kernels.layout import FLYING, GUESS, MODELS
from tests.unit.tracking.rows import row, track

seeds = st.integers(0, 2**32 - 1)


def plain(part):
    return part.py_func


UPPER = np.triu_indices(6)


@pytest.mark.parametrize("kind", [slice(0, FLYING), slice(FLYING, MODELS)])
@given(seeds, st.floats(0.01, 0.99))
@settings(max_examples=25, deadline=None)
def test_mixing_is_the_textbook_formula(kind: slice, seed: int, stay: float) -> None:
    made, guess = track(np.random.default_rng(seed)), row(GUESS)
    flies = kind.start == 0
    plain(motion.mix_flying if flies else motion.mix_falling)(made, stay, guess)
    count = kind.stop - kind.start
    move = (1 - stay) / (count - 1)
    joint = (np.full((count, count), move) + np.eye(count) * (stay - move)) * (
        made.weight[kind, None]
    )  # from a to b
    after = joint.sum(axis=0)
    share = joint / after
    for b in range(count):
        mean = share[:, b] @ made.model_x[kind]
        off = made.model_x[kind] - mean
        cov = sum(
            share[a, b] * (made.model_cov[kind][a] + np.outer(off[a], off[a])) for a in range(count)
        )
        np.testing.assert_allclose(guess.weight[kind][b], after[b], rtol=1e-12)
        np.testing.assert_allclose(guess.x[kind][b], mean, rtol=1e-12)
        np.testing.assert_allclose(guess.cov[kind][b][UPPER], cov[UPPER], rtol=1e-7, atol=1e-6)


@given(seeds, st.floats(0.1, 20.0), st.floats(0.1, 3000.0), st.floats(0.0, 1.0))
@settings(max_examples=25, deadline=None)
def test_covariance_grows_as_constant_velocity(
    seed: int, dt: float, noise: float, vertical: float
) -> None:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(6, 6)) * 100
    cov, x = a @ a.T, np.r_[rng.normal(size=3) * 6e6, np.zeros(3)]
    up = np.outer(x[:3], x[:3]) / (x[:3] @ x[:3])
    flat = noise * (np.eye(3) + (vertical - 1) * up)
    move = np.block([[np.eye(3), dt * np.eye(3)], [np.zeros((3, 3)), np.eye(3)]])
    extra = np.block([[flat * dt**3 / 3, flat * dt**2 / 2], [flat * dt**2 / 2, flat * dt]])
    expected = move @ cov @ move.T + extra
    plain(motion.spread)(cov, dt, noise, vertical, x)
    np.testing.assert_allclose(cov[UPPER], expected[UPPER], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("turning", [0.0, 1.0])
def test_a_fall_agrees_with_small_steps(turning: float) -> None:
    x = np.array([4.2e6, 1.0e6, 4.8e6, 900.0, -700.0, 1100.0])
    fine = x.copy()
    spin = np.array([0.0, 0.0, EARTH_RATE_RADPS * turning])
    for _ in range(10_000):
        p, v = fine[:3], fine[3:]
        a = -GM_M3PS2 * p / np.linalg.norm(p) ** 3
        a = a - 2 * np.cross(spin, v) - np.cross(spin, np.cross(spin, p))
        fine = np.r_[p + 1e-3 * v + 0.5e-6 * a, v + 1e-3 * a]
    plain(motion.advance)(x, 10.0, True, turning)
    assert np.abs(x[:3] - fine[:3]).max() < 1.0
    assert np.abs(x[3:] - fine[3:]).max() < 0.2


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_combining_keeps_the_moments(seed: int) -> None:
    made = track(np.random.default_rng(seed))
    plain(motion.combine)(made)
    mean = made.weight @ made.model_x
    off = made.model_x - mean
    cov = np.einsum("m,mij->ij", made.weight, made.model_cov + off[:, :, None] * off[:, None, :])
    np.testing.assert_allclose(made.x, mean, rtol=1e-12)
    np.testing.assert_allclose(made.cov, cov, rtol=1e-7, atol=1e-6)
