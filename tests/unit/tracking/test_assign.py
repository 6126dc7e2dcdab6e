import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from skypact.tracking.kernels import assign


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 12), st.floats(0.1, 1.0))
@settings(max_examples=80, deadline=None)
def test_the_auction_is_as_good_as_the_exact_assignment(
    seed: int, tracks: int, plots: int, share: float
) -> None:
    rng = np.random.default_rng(seed)
    dense = np.where(rng.random((tracks, plots)) < share, rng.uniform(0.01, 20, (tracks, plots)), 0)
    begin = np.r_[0, np.cumsum((dense > 0).sum(axis=1))]
    rows, plot = np.nonzero(dense)
    score = dense[rows, plot]
    taken = assign.auction.py_func(begin, plot, score, plots)
    chosen = [int(e) for e in taken if e >= 0]
    assert len({int(plot[e]) for e in chosen}) == len(chosen)
    for i, e in enumerate(taken):
        assert e < 0 or begin[i] <= e < begin[i + 1]
    best = dense[linear_sum_assignment(dense, maximize=True)].sum()
    assert score[chosen].sum() >= best - tracks * assign.STEP - 1e-9


def test_equal_rivals_do_not_bid_for_ever() -> None:
    begin = np.arange(0, 9, 2)
    plot, score = np.tile([0, 1], 4), np.full(8, 1e6)
    taken = assign.auction.py_func(begin, plot, score, 2)
    assert (taken >= 0).sum() <= 2
