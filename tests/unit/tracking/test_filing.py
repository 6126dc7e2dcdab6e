"""Where the index files a track."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.tracking.kernels.gate import lone_pays
from skypact.tracking.kernels.index import filing
from skypact.tracking.kernels.layout import (
    COUNTERS,
    ENTRY,
    FLYING,
    FRESH_NS,
    MODELS,
    TRACK,
)
from tests.unit.tracking.filed import GATE2, SECOND_NS, TUNING, World
from tests.unit.tracking.rows import place, track, tuning


def test_freshening_keeps_an_old_filing_good() -> None:
    world = World(np.random.default_rng(4), 30, 0.6, 0.02)
    before = world.entries.until_ns.copy()
    filing.freshen.py_func(
        world.tracks, world.entries, world.heads, world.counters, 60 * SECOND_NS, TUNING
    )
    assert (before < 60 * SECOND_NS).all()
    assert (world.entries.until_ns >= 62 * SECOND_NS).all()
    assert (world.entries.cov[:, 0] > 0).all()


@given(st.integers(0, 2**32 - 1), st.floats(-4.0, 3.0), st.floats(0.2, 20.0))
@settings(max_examples=200, deadline=None)
def test_no_plot_that_pays_is_too_far_from_a_track_of_one_plot(
    seed: int, odds: float, lag_s: float
) -> None:
    rng, first = np.random.default_rng(seed), track(np.random.default_rng(seed))
    here, vertical = first.model_x[0, :3].copy(), rng.normal(size=3)
    vertical /= np.linalg.norm(vertical)
    for m in range(MODELS):
        wild = 900.0**2 if m >= FLYING else 170.0**2
        first.model_x[m] = np.r_[here, 0, 0, 0]
        first.model_cov[m] = np.diag(np.repeat([300.0**2, wild], 3))
        if m < FLYING:
            first.model_cov[m, 3:, 3:] -= (wild - 400.0) * np.outer(vertical, vertical)
    first.x[:], first.hits, first.odds = first.model_x[0], 1, odds
    one, entry = np.zeros(1, TRACK).view(np.recarray), np.zeros(1, ENTRY).view(np.recarray)
    one[0] = first
    counters = np.zeros(COUNTERS + 1, np.int64)
    counters[FRESH_NS] = round(lag_s * SECOND_NS)
    least = tuning(gate2=GATE2, noise=TUNING.noise, floor=-38.0)
    filing.note_entry.py_func(one, entry, counters, 0, least)
    seen, worth = place(), 0
    seen.noise[:] = np.eye(3) * 100.0**2
    seen.floor = least.floor + rng.uniform(0, 3)
    for off_m in 10 ** rng.uniform(2, 5.2, 40):
        away = rng.normal(size=3)
        seen.p[:] = here + off_m * away / np.linalg.norm(away)
        if lone_pays.py_func(one[0], lag_s, seen, least):
            worth += 1
            far_m = float(np.linalg.norm(seen.p - entry[0].middle))
            assert far_m <= entry[0].wide + np.sqrt(GATE2 * 3) * 100.0
    assert entry[0].wide < 60e3 or worth > 0
