"""The index must find exactly what asking every track finds, whatever has happened to it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core.geodesy import ecef_from_geodetic, enu_axes
from skypact.tracking.kernels import nearby
from skypact.tracking.kernels.gate import lone_pays
from skypact.tracking.kernels.layout import (
    CHAINED,
    COUNTERS,
    ENTRY,
    FLYING,
    FRESH_NS,
    MODELS,
    ROWS,
    TRACK,
)
from tests.unit.tracking.rows import place, track, tuning

GATE2 = 4.5**2
TUNING = tuning(gate2=GATE2, noise=(1, 80, 2000, 5, 3000), falling_var=900.0**2)
SECOND_NS = 1_000_000_000


class World:
    """Tracks over a stretch of the Earth, filed."""

    def __init__(self, rng: np.random.Generator, count: int, lat_rad: float, span: float) -> None:
        self.rng, self.lat_rad, self.span = rng, lat_rad, span
        self.tracks, self.entries = np.zeros(count, TRACK), np.zeros(count, ENTRY)
        self.heads = np.full(65, -1, np.int64)
        self.counters = np.zeros(COUNTERS + 1, np.int64)
        self.counters[ROWS] = count
        self.tracks = self.tracks.view(np.recarray)
        self.entries = self.entries.view(np.recarray)
        for i in range(count):
            self.move(i)
            self.entries[i].asked = 0
            self.entries[i].cell = nearby.note_entry.py_func(
                self.tracks, self.entries, self.counters, i, TUNING
            )
        nearby.chain_all.py_func(self.entries, self.heads, count)
        self.counters[CHAINED] = self.heads.size

    def point(self) -> np.ndarray:
        lat = np.clip(self.lat_rad + self.rng.uniform(-1, 1) * self.span, -1.57, 1.57)
        lon = 3.14 + self.rng.uniform(-1, 1) * self.span / max(np.cos(lat), 0.01)
        return ecef_from_geodetic(lat, lon, self.rng.uniform(0, 2e4))

    def move(self, i: int) -> None:
        track = self.tracks[i]
        track.x[:3] = self.point()
        track.x[3:] = self.rng.normal(size=3) * 10 ** self.rng.uniform(1, 3.5)
        sd = 10 ** self.rng.uniform(1, 3.5, 2)
        track.weight[:] = [0.7, 0.3, 0, 0, 0]
        for m in range(2):
            track.model_x[m] = track.x + self.rng.normal(size=6) * np.repeat(sd / [1, 10], 3)
            track.model_cov[m] = np.diag(np.repeat(sd / [1, 10], 3) ** 2)

    def remove(self, i: int) -> None:
        nearby.chain_out.py_func(self.entries, self.heads, i)
        self.counters[ROWS] -= 1
        last = int(self.counters[ROWS])
        if i != last:
            self.tracks[i] = self.tracks[last]
            nearby.rename.py_func(self.entries, self.heads, i, last)

    def asked(self, k: int, seen: object, time_ns: int) -> list[int]:
        rows = np.empty(int(self.counters[ROWS]), np.int64)
        about = (seen, nearby.angles_of.py_func(seen), 0, time_ns, GATE2, rows)
        n = nearby.ask_index.py_func(self.entries, self.heads, k, *about)
        return sorted(rows[:n].tolist())

    def fitting(self, seen: object, time_ns: int) -> list[int]:
        return [
            i
            for i in range(int(self.counters[ROWS]))
            if nearby.fits.py_func(self.entries[i], seen, 0, time_ns, GATE2)
        ]


@given(st.integers(0, 2**32 - 1), st.floats(-1.57, 1.57), st.floats(1e-3, 0.05))
@settings(max_examples=25, deadline=None)
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
            nearby.refile.py_func(
                world.tracks, world.entries, world.heads, world.counters, i, TUNING
            )
        seen = place()
        seen.p[:] = world.point()
        seen.axes[:] = enu_axes(lat_rad, 3.14)
        seen.sd[:] = 10 ** rng.uniform(1, 3.3, 3)
        seen.noise[:] = seen.axes.T @ np.diag(seen.sd**2) @ seen.axes
        time_ns = int(rng.uniform(-2, 4) * SECOND_NS)
        assert world.asked(k, seen, time_ns) == world.fitting(seen, time_ns)


def test_freshening_keeps_an_old_filing_good() -> None:
    world = World(np.random.default_rng(4), 30, 0.6, 0.02)
    before = world.entries.until_ns.copy()
    nearby.freshen.py_func(
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
    nearby.note_entry.py_func(one, entry, counters, 0, least)
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
