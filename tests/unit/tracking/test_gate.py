import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.tracking.engine import Engine
from skypact.tracking.kernels import gate
from skypact.tracking.plots import scan_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, scan


def engine_with_tracks(rng: np.random.Generator, count: int) -> Engine:
    engine = Engine(TrackingSettings(), site_rows([RADAR]))
    plots = np.column_stack(
        [rng.uniform(5e3, 3e5, count), rng.uniform(0, 6.28, count), rng.uniform(0, 0.3, count)]
    )
    engine.run(0, scan_plots(scan(np.zeros(count), plots)), T0_NS, T0_NS, False)
    return engine


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 60))
@settings(max_examples=20, deadline=None)
def test_sorted_plots_give_what_a_full_search_finds(seed: int, tracks: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    engine = engine_with_tracks(rng, tracks)
    polar = np.column_stack(
        [rng.uniform(5e3, 3e5, count), rng.uniform(0, 6.28, count), rng.uniform(0, 0.3, count)]
    )
    plots = scan_plots(scan(np.full(count, 5.0), polar))
    table, site, tuning = engine.table.tracks, engine.sites[0], engine.tuning[0]
    near, start, found = gate.searched_pairs(table, engine.table.count, site, plots, tuning)
    pairs = {
        (int(near[k]), int(j)) for k in range(near.size) for j in found[start[k] : start[k + 1]]
    }
    expected = set()
    for i in range(engine.table.count):
        u, du, v, dv = gate.window(table[i], 5.0, 0.0, site, tuning)
        for j in range(count):
            turn = (polar[j, 1] - v + np.pi) % (2 * np.pi) - np.pi
            if abs(polar[j, 0] - u) <= du and abs(turn) <= dv:
                expected.add((i, j))
    assert pairs == expected
