"""Both kernels against scipy's."""

import numpy as np
import pytest
from scipy import spatial
from scipy.optimize import linear_sum_assignment

from skypact.core.kernels.pairing import assigned, foreign_within, pairs_within


@pytest.mark.parametrize("seed", range(5))
def test_neighbours_are_those_of_a_tree(seed: int):
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(-10, 10, (200, 3)), rng.uniform(-10, 10, (150, 3))
    b[:20] = a[:20]
    reach = rng.uniform(0, 6, 200)
    reach[:5] = 0
    lists = spatial.cKDTree(b).query_ball_point(a, reach, return_sorted=True)
    first, second = pairs_within(a, reach, b)
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == [
        (i, j) for i, near in enumerate(lists) for j in near
    ]


def test_neighbours_of_nobody():
    some, none = np.zeros((1, 3)), np.zeros((0, 3))
    assert len(pairs_within(some, np.ones(1), none)[0]) == 0
    assert len(pairs_within(none, np.ones(0), some)[0]) == 0


@pytest.mark.parametrize("seed", range(10))
def test_foreign_neighbours_are_those_of_a_plain_comparison(seed: int):
    rng = np.random.default_rng(seed)
    at = rng.uniform(-10, 10, (150, 3)) * rng.permutation([0.3, 0.5, 1])
    sd, owner = rng.uniform(0, 1, 150), rng.integers(0, 4, 150)
    gap = np.linalg.norm(at[:, None] - at[None], axis=2)
    near = (gap <= np.minimum(4.0, 5 * (sd[:, None] + sd[None]))) & (owner[:, None] < owner[None])
    first, second = foreign_within(at, sd, owner, 5.0, 4.0)
    assert np.array_equal(np.stack([first, second]), np.stack(np.nonzero(near)))
    assert len(first) > 64


def test_foreign_neighbours_of_nobody():
    first, second = foreign_within(np.zeros((0, 3)), np.zeros(0), np.zeros(0, np.int64), 5.0, 4.0)
    assert len(first) == len(second) == 0


@pytest.mark.parametrize("seed", range(20))
def test_an_assignment_costs_what_the_dense_one_costs(seed: int):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 60, 2)
    there = rng.uniform(size=(n, m)) < rng.choice([0.02, 0.1, 0.5, 1.0])
    cost = rng.uniform(0, 30, (n, m)).round(rng.choice([0, 3]))
    a, b = np.nonzero(there)
    labels_a, labels_b = rng.permutation(1000)[:n], rng.permutation(1000)[:m]
    got = assigned(labels_a[a], labels_b[b], cost[there], 22.0)
    assert len(set(a[got].tolist())) == len(set(b[got].tolist())) == len(got)
    assert (np.diff(got) > 0).all()
    dense = np.concatenate([np.where(there, cost, 1e6), np.full((n, n), 22.0)], 1)
    i, j = linear_sum_assignment(dense)
    total = cost[there][got].sum() + 22.0 * (n - len(got))
    assert total == pytest.approx(dense[i, j].sum())


def test_nobody_is_assigned_to_nobody():
    none = np.zeros(0, np.int64)
    assert len(assigned(none, none, np.zeros(0), 22.0)) == 0
