"""Tracks filed in an index, in plain Python."""

import numpy as np

from skypact.core.geodesy import ecef_from_geodetic, enu_axes
from skypact.tracking.kernels.index import asking, filing
from skypact.tracking.kernels.layout import (
    BALL,
    CHAINED,
    COUNTERS,
    ENTRY,
    PLACE,
    PLOT,
    ROWS,
    TRACK,
)
from tests.unit.tracking.rows import tuning

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
        self.balls = np.zeros(count, BALL).view(np.recarray)
        for i in range(count):
            self.move(i)
            self.entries[i].cell = filing.note_entry.py_func(
                self.tracks, self.entries, self.counters, i, TUNING
            )
        filing.chain_all.py_func(self.entries, self.heads, count)
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
        filing.chain_out.py_func(self.entries, self.heads, i)
        self.counters[ROWS] -= 1
        last = int(self.counters[ROWS])
        if i != last:
            self.tracks[i] = self.tracks[last]
            filing.rename.py_func(self.entries, self.heads, i, last)

    def asked(self, places: np.recarray, time_ns: int) -> list[list[int]]:
        plots = np.zeros(places.size, PLOT).view(np.recarray)
        plots.time_ns = time_ns
        about = (self.entries, self.heads, self.counters, plots, places, TUNING)
        near, start, found = asking.indexed_pairs.py_func(*about, self.balls)
        asked = [
            (int(i), int(j)) for k, i in enumerate(near) for j in found[start[k] : start[k + 1]]
        ]
        assert asked == sorted(set(asked))
        return [[i for i, j in asked if j == k] for k in range(places.size)]

    def asked_alone(self, seen: object, time_ns: int) -> list[int]:
        n = asking.gather_near.py_func(self.entries, self.heads, seen, GATE2, self.balls)
        fitting = set(self.fitting(seen, time_ns))
        return sorted(i for i in self.balls.row[:n].tolist() if i in fitting)

    def places(self, count: int) -> np.recarray:
        made = np.zeros(count, PLACE).view(np.recarray)
        for seen in made:
            seen.p[:] = self.point()
            seen.axes[:] = enu_axes(self.lat_rad, 3.14)
            seen.sd[:] = 10 ** self.rng.uniform(1, 3.3, 3)
            seen.noise[:] = seen.axes.T @ np.diag(seen.sd**2) @ seen.axes
        return made

    def fitting(self, seen: object, time_ns: int) -> list[int]:
        """Return the rows that fit a place no farther away than where their plots may lie."""
        blur = np.sqrt(GATE2 * np.trace(seen.noise))
        return [
            i
            for i, entry in enumerate(self.entries[: int(self.counters[ROWS])])
            if asking.fits.py_func(entry, seen, 0, time_ns, GATE2)
            and np.linalg.norm(seen.p - entry.middle) <= entry.wide + blur
        ]

    def sure(self, seen: object, time_ns: int) -> list[int]:
        """Return the rows in whose gate a place is, whatever the shape of the gate."""
        rows: list[int] = []
        for i, entry in enumerate(self.entries[: int(self.counters[ROWS])]):
            dt = 1e-9 * (time_ns - entry.time_ns)
            half = 0.5e-9 * (entry.until_ns - entry.time_ns)
            there = entry.middle + (dt - half) * entry.velocity
            least = filing.grown_by.py_func(entry, abs(dt)) + min(seen.sd) ** 2
            near = filing.slack_of.py_func(entry, abs(dt)) + np.sqrt(GATE2 * least)
            if np.linalg.norm(seen.p - there) <= near:
                rows.append(i)
        return rows
