"""Gates and assignment."""

import itertools

import numpy as np
import pytest

from skypact.picture.correlate import Pairs, Reports, assign, conflicting, mahalanobis2, near
from skypact.picture.covariance import full
from tests.unit.picture.flights import state, triangle


def reports(
    states: list[np.ndarray], sd_m: float = 50, address: list[int] | None = None
) -> Reports:
    n = len(states)
    return Reports(
        np.stack(states), full(triangle(sd_m, 5, n)), np.array(address or [0] * n, np.uint32)
    )


def test_near_finds_exactly_what_a_full_search_finds():
    rng = np.random.default_rng(3)
    a = reports([state(*rng.uniform(-3000, 3000, 2), 0, 0) for _ in range(40)])
    b = reports([state(*rng.uniform(-3000, 3000, 2), 0, 0) for _ in range(30)])
    found = near(a, b, 30_000, 100)
    pairs = set(zip(found.a.tolist(), found.b.tolist(), strict=True))
    reach = 5 * 2 * (50 * 3**0.5 + 100)
    for i, j in itertools.product(range(40), range(30)):
        close = np.linalg.norm(a.state[i, :3] - b.state[j, :3]) <= reach
        assert ((i, j) in pairs) == close
    wanted = mahalanobis2(a.at(found.a), b.at(found.b), 100)
    np.testing.assert_array_equal(found.distance2, wanted)


def test_different_addresses_never_pair():
    a = reports([state(0, 0, 0, 0)], address=[0x100])
    b = reports([state(0, 0, 0, 0)] * 3, address=[0x200, 0, 0x100])
    assert near(a, b, 30_000, 100).b.tolist() == [1, 2]
    assert conflicting(a.at([0, 0, 0]), b).tolist() == [True, False, False]


def test_nothing_to_compare():
    a, empty = reports([state(0, 0, 0, 0)]), reports([state(0, 0, 0, 0)]).at([])
    assert len(near(a, empty, 1, 1).a) == len(near(empty, a, 1, 1).a) == 0
    assert len(assign(near(a, empty, 1, 1), 9)[0].a) == 0


def test_assignment_is_global_not_greedy():
    pairs = Pairs(np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([1.0, 2.0, 3.0]))
    chosen, alone = assign(pairs, 22.0)
    assert list(zip(chosen.a, chosen.b, strict=True)) == [(0, 1), (1, 0)]
    assert not alone.any()


def test_beyond_the_gate_nothing_matches():
    pairs = Pairs(np.array([0, 1]), np.array([0, 1]), np.array([23.0, 1.0]))
    chosen, alone = assign(pairs, 22.0)
    assert chosen.a.tolist() == [1]
    assert alone.tolist() == [True]


@pytest.mark.parametrize("seed", range(8))
def test_assignment_costs_no_more_than_the_best_by_trial(seed: int):
    rng = np.random.default_rng(seed)
    cost = rng.uniform(0, 30, (4, 4))
    a, b = (x.ravel() for x in np.meshgrid(range(4), range(4), indexing="ij"))
    chosen, _ = assign(Pairs(a, b, cost.ravel()), 22.0)
    total = chosen.distance2.sum() + 22.0 * (4 - len(chosen.a))
    capped = np.minimum(cost, 22.0)
    best = min(sum(capped[i, p[i]] for i in range(4)) for p in itertools.permutations(range(4)))
    assert total == pytest.approx(best)
    assert len(set(chosen.a.tolist())) == len(set(chosen.b.tolist())) == len(chosen.a)
