"""The SIAP measures under the association rule of Stone Soup's TrackToTruth.

A track belongs to a truth once that truth has been its nearest within the threshold at
`CONFIRM` of the track's times in a row; it ends after `END` times at which it was not. A truth may
have several tracks. The rule is Stone Soup 1.9.1's to the letter, also where that surprises: the
count of misses is not set back when a track changes its truth, and the count of track numbers stops
at an association met only at its last moment.

Source: Votruba et al. 2001; stonesoup.dataassociator.tracktotrack, stonesoup.metricgenerator.
"""

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import spatial

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
CONFIRM, END = 3, 2
_TOLERANCE_S = 1e-3
_spatial: Any = spatial


class Rows(Protocol):
    """time_s (n,), number (n,), position_m (n, 3), velocity_mps (n, 3)."""

    @property
    def time_s(self) -> F64: ...
    @property
    def number(self) -> I64: ...
    @property
    def position_m(self) -> F64: ...
    @property
    def velocity_mps(self) -> F64: ...


class Links(NamedTuple):
    """Associations: track and truth (indices), first and last moment (indices of times)."""

    track: I64
    truth: I64
    first: I64
    last: I64


class _Grid(NamedTuple):
    """Rows of one kind in order of (moment, who): row numbers, moment and index of who."""

    row: I64
    moment: I64
    who: I64
    names: int


def siap(truth: Rows, tracks: Rows, times_s: F64, threshold_m: float) -> dict[str, Any]:
    """Return completeness, ambiguity, spuriousness, mean position error (m), mean velocity error
    (m/s, None when either side has no velocity), track number changes per second of tracked truth,
    and the longest track segment as a share of the truths' lives."""
    a, b = _grid(truth, times_s), _grid(tracks, times_s)
    links = associate(a, b, truth.position_m, tracks.position_m, times_s.size, threshold_m)
    held, row_a, row_b = _held(links, a, b, times_s.size)
    truths_held = np.unique(links.truth[held[0]] * times_s.size + held[1]).size
    tracks_held = np.unique(links.track[held[0]] * times_s.size + held[1]).size
    error = _length(truth.position_m[row_a] - tracks.position_m[row_b])
    drift = _length(truth.velocity_mps[row_a] - tracks.velocity_mps[row_b])
    changes, tracked_s, longest_s, life_s = _continuity(links, a, times_s)
    figures = {
        "completeness": truths_held / max(a.row.size, 1),
        "ambiguity": tracks_held / truths_held if truths_held else 1.0,
        "spuriousness": (b.row.size - tracks_held) / max(b.row.size, 1),
        "position_error_m": float(error.sum()) / max(tracks_held, 1),
        "velocity_error_mps": float(drift.sum()) / max(tracks_held, 1),
        "number_changes_per_s": changes / tracked_s if tracked_s else 0.0,
        "longest_segment": longest_s / life_s if life_s else 0.0,
    }
    rounded: dict[str, Any] = {key: round(value, 6) for key, value in figures.items()}
    if np.isnan(drift).any():
        rounded["velocity_error_mps"] = None
    return rounded


def _length(vectors: F64) -> F64:
    return np.sqrt(np.sum(vectors**2, axis=1))


def _grid(rows: Rows, times_s: F64) -> _Grid:
    """Return the rows at times_s; of two rows of one number at one moment the last one counts."""
    moment = np.searchsorted(times_s, rows.time_s - _TOLERANCE_S)
    names, who = np.unique(rows.number, return_inverse=True)
    at = np.minimum(moment, max(times_s.size - 1, 0))
    inside = (moment < times_s.size) & (
        np.abs(times_s[at] - rows.time_s) <= _TOLERANCE_S if times_s.size else False
    )
    row = np.flatnonzero(inside)
    order = np.lexsort((row, who[row], moment[row]))
    row = row[order]
    last = np.r_[
        (np.diff(moment[row]) != 0) | (np.diff(who[row]) != 0), np.ones(min(row.size, 1), bool)
    ]
    row = row[last]
    return _Grid(row, moment[row], who[row], names.size)


def associate(
    a: _Grid, b: _Grid, truth_m: F64, track_m: F64, moments: int, threshold_m: float
) -> Links:
    """Return all associations; one pass over the moments, all tracks of a moment at once."""
    current, potential = np.full(b.names, -1), np.full(b.names, -1)
    good, bad = np.zeros(b.names, np.int64), np.zeros(b.names, np.int64)
    hopeful, first, last = (np.zeros(b.names, np.int64) for _ in range(3))
    found: list[tuple[I64, I64, I64, I64]] = []
    cut_a, cut_b = (np.searchsorted(g.moment, np.arange(moments + 1)) for g in (a, b))
    for k in range(moments):
        at_b = slice(cut_b[k], cut_b[k + 1])
        at_a = slice(cut_a[k], cut_a[k + 1])
        who = b.who[at_b]
        near = _nearest(track_m[b.row[at_b]], truth_m[a.row[at_a]], a.who[at_a], threshold_m)
        held = current[who] >= 0
        # Tracks that belong to no truth yet.
        t, n = who[~held], near[~held]
        none, other = n < 0, (n >= 0) & (potential[t] != n)
        good[t[none]], potential[t[none]] = 0, -1
        potential[t[other]], good[t[other]], hopeful[t[other]] = n[other], 1, k
        same = ~none & ~other
        good[t[same]] += 1
        sure = good[t] >= CONFIRM
        t, n = t[sure], n[sure]
        current[t], first[t], last[t] = n, hopeful[t], k
        potential[t], good[t] = -1, 0
        # Tracks that belong to one: its nearest again, or a miss.
        t, n = who[held], near[held]
        hit = n == current[t]
        bad[t[hit]], last[t[hit]] = 0, k
        t, n = t[~hit], n[~hit]
        bad[t] += 1
        same = (n >= 0) & (n == potential[t])
        good[t[same]] += 1
        potential[t[~same]], hopeful[t[~same]], good[t[~same]] = n[~same], k, 1
        over = t[bad[t] >= END]
        found.append((over, current[over].copy(), first[over].copy(), last[over].copy()))
        sure = good[over] >= CONFIRM
        current[over] = np.where(sure, potential[over], -1)
        first[over], last[over] = hopeful[over], k
    open_ = np.flatnonzero(current >= 0)
    found.append((open_, current[open_], first[open_], last[open_]))
    return Links(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _nearest(y: F64, x: F64, names: I64, threshold_m: float) -> I64:
    """Return for each y the name of the nearest x within the threshold, -1 for none."""
    if len(x) == 0 or len(y) == 0:
        return np.full(len(y), -1, np.int64)
    distance, index = _spatial.cKDTree(x).query(y, distance_upper_bound=threshold_m)
    return np.where(distance < threshold_m, names[np.minimum(index, len(x) - 1)], -1)


def _held(links: Links, a: _Grid, b: _Grid, moments: int) -> tuple[tuple[I64, I64], I64, I64]:
    """Return (link, moment) of each moment at which both sides have a row, and those rows."""
    length = links.last - links.first + 1
    link = np.repeat(np.arange(length.size), length)
    step = np.arange(link.size) - np.repeat(np.cumsum(length) - length, length)
    moment = links.first[link] + step
    place_a = _place(a, moment, links.truth[link])
    place_b = _place(b, moment, links.track[link])
    both = (place_a >= 0) & (place_b >= 0)
    return (link[both], moment[both]), a.row[place_a[both]], b.row[place_b[both]]


def _place(grid: _Grid, moment: I64, who: I64) -> I64:
    keys, wanted = grid.moment * grid.names + grid.who, moment * grid.names + who
    if keys.size == 0:
        return np.full(wanted.size, -1, np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    return np.where(keys[place] == wanted, place, -1)


def _continuity(links: Links, a: _Grid, times_s: F64) -> tuple[int, float, float, float]:
    """Return number changes, seconds tracked, sum of longest segments, sum of lives (s)."""
    changes, tracked_s, longest_s, life_s = 0, 0.0, 0.0, 0.0
    by_truth = np.lexsort((a.moment, a.who))
    cuts = np.searchsorted(a.who[by_truth], np.arange(a.names + 1))
    of_link = np.argsort(links.truth, kind="stable")
    link_cuts = np.searchsorted(links.truth[of_link], np.arange(a.names + 1))
    for j in range(a.names):
        life = a.moment[by_truth[cuts[j] : cuts[j + 1]]]
        if life.size == 0:
            continue
        life_s += float(times_s[life[-1]] - times_s[life[0]])
        mine = of_link[link_cuts[j] : link_cuts[j + 1]]
        if mine.size == 0:
            continue
        first, last = links.first[mine], links.last[mine]
        longest_s += float((times_s[last] - times_s[first]).max())
        steps = (first[:, None] <= life[:-1]) & (last[:, None] >= life[1:])
        tracked_s += float(np.diff(times_s[life])[steps.any(axis=0)].sum())
        changes += max(_numbers_needed(life.tolist(), first.tolist(), last.tolist()) - 1, 0)
    return changes, tracked_s, longest_s, life_s


def _numbers_needed(life: list[int], first: list[int], last: list[int]) -> int:
    """Return the fewest tracks that cover what is covered of a life, as Stone Soup counts them."""
    spans = sorted(zip(first, last, strict=True), key=lambda span: -span[1])
    needed, i = 0, 0
    while i < len(life):
        span = next((s for s in spans if s[0] <= life[i] <= s[1]), None)
        if span is None:
            i += 1
            continue
        needed += 1
        later = [n for n in range(i + 1, len(life)) if life[n] == span[1]]
        if not later:
            break
        i = later[0] + 1
    return needed
