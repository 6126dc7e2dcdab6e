"""Tracks that are two or one.

A young track whose next plot may be another target's goes on both ways: plots come in pieces as the
beam turns, and what lies in a piece may fit a track of one plot as something that flies very fast,
before the beam has come to where something slow would be.

Two tracks of one target become one. They arise where sensors disagree, until registration has
learnt their biases, and where plots come late. Two real targets close together are told from them
by the sensors that saw both in one turn.
"""

import math
from typing import Any

import numpy as np

from skypact.core.jit import part
from skypact.tracking.kernels.index.filing import file_new
from skypact.tracking.kernels.inverse import invert_in_place
from skypact.tracking.kernels.layout import CONFIRMED, FLYING, MODELS, ROWS, TURNING
from skypact.tracking.kernels.lifecycle import REPORT_TURN_NS, turn_taken
from skypact.tracking.kernels.update import SLIGHT

TWIN_PENALTY = 0.1  # log odds below those that confirm
SAME2 = 12.6  # squared distance, place and velocity, within which tracks are one (95 %)
TURNS_APART = 8  # turns back in which no sensor may have hit both
HITS_LEAST = 6


@part
def leaps(track: Any, row: Any, site: Any, plot: Any) -> bool:
    """Say whether a track of one plot would take its second only as something that falls fast,
    before the beam has come back to where the first was."""
    if track.hits != 1 or plot.time_ns - track.plot_ns >= site.period_ns:
        return False
    flies = falls = 0.0
    for m in range(MODELS):
        likely = row.weight[m] * row.value[m] if row.weight[m] > 0.0 else 0.0
        flies += likely if m < FLYING else 0.0
        falls += likely if m >= FLYING else 0.0
    return flies < SLIGHT * falls


@part
def twin(
    table: Any, sights: Any, entries: Any, heads: Any, counters: Any, i: int, tuning: Any
) -> int:
    """Return a new row that equals row i; row i itself when the table is full."""
    b = counters[ROWS]
    if b >= table.size:
        return i
    counters[ROWS] += 1
    table[b] = table[i]
    for c in range(sights.shape[1]):
        sights[b, c] = sights[i, c]
    file_new(table, entries, heads, counters, b, tuning)
    return b


@part
def both_hit(mine: Any, other: Any, period_ns: int) -> bool:
    """Say whether a sensor lately hit two tracks in one turn."""
    if mine.hit_ns == 0 or other.hit_ns == 0:
        return False
    for k in range(TURNS_APART):
        before = mine.hit_ns - other.hit_ns + k * period_ns
        hit = (other.turns >> k) & 1 == 1 and before >= -period_ns * 2 // 5
        if hit and turn_taken(mine, period_ns, max(before, 0)):
            return True
    return False


@part
def apart2(a: Any, b: Any, tuning: Any) -> float:
    """Return the squared distance of two tracks, place and velocity, at the later one's time."""
    dt = 1e-9 * (b.time_ns - a.time_ns)
    lag, noise = abs(dt), tuning.noise[TURNING]
    spread, off = np.empty((6, 6)), np.empty(6)
    for u in range(6):
        for v in range(u, 6):
            spread[u, v] = spread[v, u] = a.cov[u, v] + b.cov[u, v]
    for c in range(3):
        off[c] = b.x[c] - a.x[c] - 0.5 * dt * (a.x[c + 3] + b.x[c + 3])
        off[c + 3] = b.x[c + 3] - a.x[c + 3]
        spread[c, c] += noise * lag**3 / 3
        spread[c + 3, c + 3] += noise * lag
    invert_in_place(spread)
    total = 0.0
    for u in range(6):
        for v in range(6):
            total += off[u] * spread[u, v] * off[v]
    return total


@part
def are_one(table: Any, sights: Any, sites: Any, i: int, j: int, tuning: Any) -> bool:
    """Say whether two confirmed tracks are of one target."""
    a, b = table[i], table[j]
    if a.state != CONFIRMED or b.state != CONFIRMED or min(a.hits, b.hits) < HITS_LEAST:
        return False
    if a.address != 0 and b.address != 0 and a.address != b.address:
        return False
    if apart2(a, b, tuning) > SAME2:
        return False
    for s in range(sites.size):
        period_ns = REPORT_TURN_NS if sites[s].radar == 0 else sites[s].period_ns
        if both_hit(sights[i, s], sights[j, s], period_ns):
            return False
    return True


@part
def merge_doubles(
    table: Any,
    sights: Any,
    sites: Any,
    near: Any,
    begin: Any,
    which: Any,
    taken: Any,
    plots: int,
    tuning: Any,
) -> None:
    """Of tracks of one target that wanted the same plot, let the one with the newer number end."""
    owner: Any = np.full(plots, -1, np.int64)
    for q in range(near.size):
        if taken[q] >= 0:
            owner[which[taken[q]]] = near[q]
    for q in range(near.size):
        if taken[q] >= 0 or table[near[q]].state != CONFIRMED:
            continue
        for e in range(begin[q], begin[q + 1]):
            i, j = owner[which[e]], near[q]
            if i >= 0 and are_one(table, sights, sites, i, j, tuning):
                lost = table[i if table[i].number > table[j].number else j]
                lost.odds = -math.inf  # ends at the next sweep
                break
