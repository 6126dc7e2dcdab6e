"""The compiled estimate against the same worked out with numpy."""

import numpy as np
import pytest

from skypact.tracking.registration.kernels.register import BIASES
from skypact.tracking.registration.kernels.solve import SPARSE, solve_biases

ROUNDS = 8


def solved(
    information: np.ndarray, vector: np.ndarray, width2: np.ndarray
) -> tuple[np.ndarray, ...]:
    size = vector.size
    wide = np.linalg.inv(information + np.eye(size))
    found = wide @ vector
    rare = (np.arange(size // BIASES)[:, None] * BIASES + np.array(SPARSE)).ravel()
    width2 = np.tile(width2, size // BIASES)
    block = wide[np.ix_(rare, rare)]
    held = np.linalg.inv(block)
    pull = held @ found[rare]
    value, spread = np.zeros(rare.size), block
    for _ in range(ROUNDS):
        spread = np.linalg.inv(held - np.eye(rare.size) + np.diag(1 / (width2 + value**2)))
        value = spread @ pull
    gain = wide[:, rare] @ held
    cov = wide + gain @ (spread - block) @ gain.T
    return wide, found + gain @ (value - found[rare]), np.diag(cov)


@pytest.mark.parametrize("sensors", [1, 2, 5])
def test_it_is_what_numpy_finds(sensors: int) -> None:
    rng, size = np.random.default_rng(sensors), sensors * BIASES
    root = rng.normal(size=(size, 3 * size))
    information, vector = root @ root.T, 30 * rng.normal(size=size)
    width2 = np.array([4e-3, 6e-4, 6e-4, 6e-4])
    told, told_vector = np.diag(rng.uniform(0, 9, size)), rng.normal(size=size)
    prior = rng.uniform(0.5, 2, BIASES)
    wide, flat = np.zeros((size, size)), np.zeros(size)
    value, sd = np.zeros((sensors, BIASES)), np.zeros((sensors, BIASES))
    given = information, told, vector, told_vector, width2, prior
    assert solve_biases(*given, wide, flat, value, sd) == size
    expected = solved(information + told, vector + told_vector, width2)
    for mine, theirs in zip((wide, flat, ((sd / prior) ** 2).ravel()), expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(value.ravel(), flat * np.tile(prior, sensors))
