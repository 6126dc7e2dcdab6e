"""The index must find exactly what asking every track finds, whatever has happened to it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.tracking.kernels.index import asking, filing
from skypact.tracking.kernels.layout import ROWS
from tests.unit.tracking.filed import SECOND_NS, TUNING, World


@given(st.integers(0, 2**32 - 1), st.floats(-1.57, 1.57), st.floats(1e-3, 0.05))
@settings(max_examples=10, deadline=None)
def test_the_index_finds_what_asking_every_track_finds(
    seed: int, lat_rad: float, span: float
) -> None:
    rng = np.random.default_rng(seed)
    world = World(rng, 40, lat_rad, span)
    for k in range(1, 40):
        i = int(rng.integers(world.counters[ROWS]))
        if k % 5 == 0:
            world.remove(i)
        elif k % 3 == 0:
            world.move(i)
            filing.refile.py_func(
                world.tracks, world.entries, world.heads, world.counters, i, TUNING
            )
        seen = world.places(70 if k == 39 else k % 4 + 1)
        time_ns = int(rng.uniform(-2, 4) * SECOND_NS)
        fitting = [world.fitting(each, time_ns) for each in seen]
        assert world.asked(seen, time_ns) == fitting
        for each, rows in zip(seen, fitting, strict=True):
            assert set(world.sure(each, time_ns)) <= set(rows)
        assert world.asked_alone(seen[0], time_ns) == fitting[0]


@given(st.integers(0, 2**32 - 1), st.integers(1, 200_000), st.integers(1, 40))
@settings(max_examples=50, deadline=None)
def test_pairs_are_put_in_order_of_rows_and_plots(seed: int, rows: int, plots: int) -> None:
    rng = np.random.default_rng(seed)
    each = [rng.choice(rows, min(rows, int(rng.integers(9))), replace=False) for _ in range(plots)]
    begin, end = np.zeros(plots, np.int64), np.zeros(plots, np.int64)
    held, count = np.zeros(sum(x.size for x in each), np.int64), 0
    for j in rng.permutation(plots):
        begin[j], end[j] = count, count + each[j].size
        held[begin[j] : end[j]] = each[j]
        count = end[j]
    keys = asking.in_order(held, begin, end, rows)
    expected = sorted((int(i), j) for j in range(plots) for i in each[j])
    assert [(int(key) >> 32, int(key) & 0xFFFFFFFF) for key in keys] == expected
