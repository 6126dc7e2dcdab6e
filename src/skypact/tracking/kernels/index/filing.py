"""Index of tracks: where each is filed, so that few need to be looked at for a plot.

A track is filed in one cell of one of five grids on the sphere, the finest whose half cell holds
all places where its plots may lie for some seconds; the few that fit none are asked for every plot.
Cells are chains of rows, found by a hash.
"""

import math
from typing import Any

import numpy as np

from skypact.core.jit import part
from skypact.tracking.kernels.layout import CHAINED, FRESH_NS, MODELS, ROWS
from skypact.tracking.kernels.motion import fastest, lone_wide

CELLS_M = (16e3, 32e3, 64e3, 128e3, 256e3)
EVERYWHERE = -1  # cell of the tracks that fit no grid
KEEP_NS = 6_000_000_000  # a filing is good for so long
FRESH_FOR_NS, RENEW_NS = 1_000_000_000, 2_000_000_000
SPHERE_M = 6.35e6
LEVELS = len(CELLS_M)
BANDS = tuple(math.ceil(math.pi * SPHERE_M / size) + 1 for size in CELLS_M)
FIRST = tuple(sum(BANDS[:level]) for level in range(LEVELS))


def _columns() -> Any:
    """Return how many cells each band of each grid has, from pole to pole."""
    counts: list[int] = []
    for size, bands in zip(CELLS_M, BANDS, strict=True):
        for band in range(bands):
            middle = (band + 0.5) * size / SPHERE_M - 0.5 * math.pi
            round_m = 2 * math.pi * SPHERE_M * max(math.cos(middle), 0.0)
            counts.append(max(1, math.floor(round_m / size)))
    return np.array(counts, np.int64)


COLUMNS = _columns()


@part
def cell_of(level: int, band: int, column: int) -> int:
    """Return the number of a cell, never negative."""
    return (FIRST[level] + band << 20) + column


@part
def chain_of(cell: int, heads: Any) -> int:
    """Return the index in heads of a cell's chain; heads.size is a power of two and one."""
    if cell == EVERYWHERE:
        return 0
    mixed = (cell >> 20) * 0x9E3779B1 + (cell & 0xFFFFF) * 0x85EBCA6B
    return 1 + ((mixed ^ (mixed >> 17)) & (heads.size - 2))


@part
def chain_in(entries: Any, heads: Any, i: int) -> None:
    """Put a row into the chain of its cell."""
    h = chain_of(entries[i].cell, heads)
    first = heads[h]
    entries[i].next, entries[i].prev = first, -1
    if first >= 0:
        entries[first].prev = i
    heads[h] = i


@part
def chain_out(entries: Any, heads: Any, i: int) -> None:
    """Take a row out of its chain."""
    entry = entries[i]
    if entry.prev >= 0:
        entries[entry.prev].next = entry.next
    else:
        heads[chain_of(entry.cell, heads)] = entry.next
    if entry.next >= 0:
        entries[entry.next].prev = entry.prev


@part
def rename(entries: Any, heads: Any, a: int, b: int) -> None:
    """Let row a, in no chain, take the place of row b."""
    entries[a] = entries[b]
    entry = entries[a]
    if entry.prev >= 0:
        entries[entry.prev].next = a
    else:
        heads[chain_of(entry.cell, heads)] = a
    if entry.next >= 0:
        entries[entry.next].prev = a


@part
def chain_all(entries: Any, heads: Any, rows: int) -> None:
    """Build all chains anew."""
    for h in range(heads.size):
        heads[h] = -1
    for i in range(rows):
        chain_in(entries, heads, i)


@part
def note_spread(track: Any, entry: Any, tuning: Any) -> None:
    """Note how far from its state a track may be under any of its models, and how surely."""
    apart, growth, widest, least = entry.apart, entry.growth, 0.0, 0
    apart[0] = apart[1] = growth[0] = growth[1] = growth[2] = 0.0
    for m in range(MODELS):
        if track.weight[m] > 0.0:
            x, cov = track.model_x[m], track.model_cov[m]
            place2 = pace2 = place = tie = 0.0
            for c in range(3):
                off, slip = x[c] - track.x[c], x[c + 3] - track.x[c + 3]
                place2, pace2 = place2 + off * off, pace2 + slip * slip
                place, tie = place + cov[c, c], tie + 2 * cov[c, c + 3]
            pace = fastest(cov)
            apart[0], apart[1] = max(apart[0], place2), max(apart[1], pace2)
            growth[0], growth[1] = max(growth[0], abs(tie)), max(growth[1], pace)
            growth[2] = max(growth[2], tuning.noise[m] / 3)
            if place > widest:
                widest, least = place, m
    apart[0], apart[1] = math.sqrt(apart[0]), math.sqrt(apart[1])
    cov, u = track.model_cov[least], entry.cov
    u[0], u[1], u[2], u[3], u[4], u[5] = (
        cov[0, 0], cov[0, 1], cov[0, 2], cov[1, 1], cov[1, 2], cov[2, 2],
    )  # fmt: skip


@part
def grown_by(entry: Any, lag: float) -> float:
    """Return what lag seconds add to the variance of a track's place, along any direction."""
    growth = entry.growth
    return lag * (growth[0] + lag * (growth[1] + lag * growth[2]))


@part
def slack_of(entry: Any, lag: float) -> float:
    """Return how far the model that is farthest off, or free fall, takes a track in lag seconds."""
    return entry.apart[0] + lag * entry.apart[1] + 5.0 * lag * lag


@part
def cell_for(entry: Any) -> int:
    """Return the cell of an entry, after its middle and how wide it is."""
    px, py, pz = entry.middle[0], entry.middle[1], entry.middle[2]
    for level in range(LEVELS):
        if entry.wide <= 0.5 * CELLS_M[level]:
            lat = math.atan2(pz, math.sqrt(px * px + py * py))
            band = int((lat + 0.5 * math.pi) * SPHERE_M / CELLS_M[level])
            columns = COLUMNS[FIRST[level] + band]
            turn = (math.atan2(py, px) + math.pi) / (2 * math.pi)
            return cell_of(level, band, min(int(turn * columns), columns - 1))
    return EVERYWHERE


@part
def note_entry(table: Any, entries: Any, counters: Any, i: int, tuning: Any) -> int:
    """Note where plots of a track may lie from now on; return the cell for that."""
    track, entry = table[i], entries[i]
    entry.time_ns, entry.address = track.time_ns, track.address
    entry.until_ns = max(track.time_ns, counters[FRESH_NS]) + KEEP_NS
    note_spread(track, entry, tuning)
    dt, x = 1e-9 * (entry.until_ns - track.time_ns), track.x
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    size = entry.cov[0] + entry.cov[3] + entry.cov[5] + grown_by(entry, dt)
    entry.wide = math.sqrt(tuning.gate2 * size) + slack_of(entry, dt)
    if track.hits == 1 and track.address == 0:
        entry.wide = min(entry.wide, lone_wide(track, dt, tuning))
    entry.wide += speed * (0.5 * dt + 1e-9 * RENEW_NS)
    for c in range(3):
        entry.middle[c], entry.velocity[c] = x[c] + 0.5 * dt * x[c + 3], x[c + 3]
    return cell_for(entry)


@part
def file_new(table: Any, entries: Any, heads: Any, counters: Any, i: int, tuning: Any) -> None:
    """File a track that is not in the index."""
    entries[i].cell = note_entry(table, entries, counters, i, tuning)
    chain_in(entries, heads, i)


@part
def refile(table: Any, entries: Any, heads: Any, counters: Any, i: int, tuning: Any) -> None:
    """File a track that has changed anew."""
    cell = note_entry(table, entries, counters, i, tuning)
    if cell != entries[i].cell:
        chain_out(entries, heads, i)
        entries[i].cell = cell
        chain_in(entries, heads, i)


@part
def freshen(table: Any, entries: Any, heads: Any, counters: Any, at_ns: int, tuning: Any) -> None:
    """Make the index good for plots of about at_ns: once a second, a look at every track."""
    if counters[CHAINED] != heads.size:
        chain_all(entries, heads, counters[ROWS])
        counters[CHAINED] = heads.size
    if at_ns - counters[FRESH_NS] < FRESH_FOR_NS:
        return
    counters[FRESH_NS] = at_ns
    for i in range(counters[ROWS]):
        if entries[i].until_ns < at_ns + RENEW_NS:
            refile(table, entries, heads, counters, i, tuning)
