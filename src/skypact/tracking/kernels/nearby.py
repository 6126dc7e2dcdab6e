"""Index of tracks: which of them may have given a plot, found without looking at all tracks.

A track is filed in one cell of one of three grids on the sphere, the finest whose half cell holds
all places where its plots may lie for some seconds; the few that fit none are asked for every plot.
Cells are chains of rows, found by a hash.
"""

import math
from typing import Any

import numpy as np

from skypact.core.jit import part
from skypact.tracking.kernels.layout import ASKED, CHAINED, FLYING, FRESH_NS, ROWS

CELLS_M = (16e3, 64e3, 256e3)
EVERYWHERE = -1  # cell of the tracks that fit no grid
KEEP_NS = 4_000_000_000  # a filing is good for so long
FRESH_FOR_NS, RENEW_NS = 1_000_000_000, 2_000_000_000
_SPHERE_M = 6.35e6
_LEVELS = len(CELLS_M)
_BANDS = tuple(math.ceil(math.pi * _SPHERE_M / size) + 1 for size in CELLS_M)
_FIRST = tuple(sum(_BANDS[:level]) for level in range(_LEVELS))


def _columns() -> Any:
    """Return how many cells each band of each grid has, from pole to pole."""
    counts: list[int] = []
    for size, bands in zip(CELLS_M, _BANDS, strict=True):
        for band in range(bands):
            middle = (band + 0.5) * size / _SPHERE_M - 0.5 * math.pi
            round_m = 2 * math.pi * _SPHERE_M * max(math.cos(middle), 0.0)
            counts.append(max(1, math.floor(round_m / size)))
    return np.array(counts, np.int64)


_COLUMNS = _columns()


@part
def cell_of(level: int, band: int, column: int) -> int:
    """Return a number for a cell, never negative; different cells rarely share one."""
    mixed = (band * 8 + level) * 0x9E3779B1 + column * 0x85EBCA6B
    return (mixed ^ (mixed >> 17)) & 0x7FFFFFFF


@part
def chain_of(cell: int, heads: Any) -> int:
    """Return the index in heads of a cell's chain; heads.size is a power of two and one."""
    return 0 if cell == EVERYWHERE else 1 + (cell & (heads.size - 2))


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
def reach_of(track: Any, dt: float, tuning: Any) -> float:
    """Return how far from where a track would be a plot of it may lie, dt seconds on."""
    cov = track.cov
    size = tuning.noise[2] * abs(dt) ** 3 / 3
    if track.hits < 3 and track.weight[FLYING] > 0.0:
        size += tuning.falling_var * dt * dt
    for c in range(3):
        size += cov[c, c] + 2 * dt * cov[c, c + 3] + dt * dt * cov[c + 3, c + 3]
    return math.sqrt(tuning.gate2 * size) + 5.0 * dt * dt


@part
def file_entry(table: Any, entries: Any, counters: Any, i: int, tuning: Any) -> None:
    """Note where plots of a track may lie from now on, and in which cell that is."""
    track, entry = table[i], entries[i]
    entry.time_ns = track.time_ns
    entry.until_ns = max(track.time_ns, counters[FRESH_NS]) + KEEP_NS
    dt = 1e-9 * (entry.until_ns - track.time_ns)
    for c in range(6):
        entry.x[c] = track.x[c]
    entry.reach = reach_of(track, dt, tuning)
    x = entry.x
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    wide = entry.reach + speed * (0.5 * dt + 1e-9 * RENEW_NS)
    px, py, pz = x[0] + 0.5 * dt * x[3], x[1] + 0.5 * dt * x[4], x[2] + 0.5 * dt * x[5]
    entry.cell = EVERYWHERE
    for level in range(_LEVELS):
        if wide <= 0.5 * CELLS_M[level]:
            lat = math.atan2(pz, math.sqrt(px * px + py * py))
            band = int((lat + 0.5 * math.pi) * _SPHERE_M / CELLS_M[level])
            columns = _COLUMNS[_FIRST[level] + band]
            turn = (math.atan2(py, px) + math.pi) / (2 * math.pi)
            entry.cell = cell_of(level, band, min(int(turn * columns), columns - 1))
            break


@part
def refile(table: Any, entries: Any, heads: Any, counters: Any, i: int, tuning: Any) -> None:
    """File a track that has changed anew."""
    chain_out(entries, heads, i)
    file_entry(table, entries, counters, i, tuning)
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


@part
def grown(values: Any, count: int) -> Any:
    """Return the same integers with room for one more after `count`."""
    if count < values.size:
        return values
    bigger = np.empty(2 * values.size, np.int64)
    for c in range(values.size):
        bigger[c] = values[c]
    return bigger


@part
def fits(entry: Any, place: Any, time_ns: int, gate: float) -> bool:
    """Say whether a place lies in the reach of a track, widened by its own noise."""
    dt = 1e-9 * (time_ns - entry.time_ns)
    x = entry.x
    dx = place.p[0] - x[0] - dt * x[3]
    dy = place.p[1] - x[1] - dt * x[4]
    dz = place.p[2] - x[2] - dt * x[5]
    for k in range(3):
        axis = place.axes[k]
        off = axis[0] * dx + axis[1] * dy + axis[2] * dz
        if abs(off) > entry.reach + gate * place.sd[k]:
            return False
    return True


@part
def ask_chain(
    entries: Any, first: int, asked: int, place: Any, time_ns: int, gate: float, rows: Any, n: int
) -> int:
    """Add the rows of one chain that fit a place to rows[:n], each once; return how many it then
    holds. rows: room for all."""
    i = first
    while i >= 0:
        entry = entries[i]
        if entry.asked != asked:
            entry.asked = asked
            if fits(entry, place, time_ns, gate):
                rows[n] = i
                n += 1
        i = entry.next
    return n


@part
def ask_index(
    entries: Any, heads: Any, asked: int, place: Any, time_ns: int, gate: float, rows: Any
) -> int:
    """Return n: rows[:n] are all tracks that may have given a plot. rows: room for all tracks."""
    n = ask_chain(entries, heads[0], asked, place, time_ns, gate, rows, 0)
    p, noise = place.p, place.noise
    flat2 = p[0] * p[0] + p[1] * p[1]
    lat, lon = math.atan2(p[2], math.sqrt(flat2)), math.atan2(p[1], p[0])
    away2 = flat2 + p[2] * p[2]
    cosine, sine = math.sqrt(flat2 / away2), abs(p[2]) / math.sqrt(away2)
    up = 0.0
    for u in range(3):
        for v in range(3):
            up += p[u] * noise[u, v] * p[v]
    level_var = noise[0, 0] + noise[1, 1] + noise[2, 2] - up / away2
    blur = gate * math.sqrt(max(level_var, 0.0))
    for level in range(_LEVELS):
        size = CELLS_M[level]
        angle = (0.5 * size + blur) / _SPHERE_M
        south = max(int((lat - angle + 0.5 * math.pi) * _SPHERE_M / size), 0)
        north = min(int((lat + angle + 0.5 * math.pi) * _SPHERE_M / size), _BANDS[level] - 1)
        side = angle / max(cosine - angle * sine - angle * angle, 1e-6)
        for band in range(south, north + 1):
            columns = _COLUMNS[_FIRST[level] + band]
            west = math.floor((lon - side + math.pi) / (2 * math.pi) * columns)
            east = math.floor((lon + side + math.pi) / (2 * math.pi) * columns)
            if east - west >= columns:
                west, east = 0, columns - 1
            for column in range(west, east + 1):
                around = column + columns if column < 0 else column
                around = around - columns if around >= columns else around
                first = heads[chain_of(cell_of(level, band, around), heads)]
                if first >= 0:
                    n = ask_chain(entries, first, asked, place, time_ns, gate, rows, n)
    return n


@part
def indexed_pairs(
    entries: Any, heads: Any, counters: Any, plots: Any, places: Any, tuning: Any
) -> tuple[Any, Any, Any]:
    """Return (track rows near plots, start of their candidates and end, plot of each), in order of
    rows and plots."""
    gate, count = math.sqrt(tuning.gate2), 0
    keys, rows = np.empty(64 + 2 * plots.size, np.int64), np.empty(counters[ROWS], np.int64)
    for j in range(plots.size):
        counters[ASKED] += 1
        n = ask_index(entries, heads, counters[ASKED], places[j], plots[j].time_ns, gate, rows)
        while count + n > keys.size:
            keys = grown(keys, keys.size)
        for k in range(n):
            keys[count] = rows[k] * plots.size + j
            count += 1
    keys = np.sort(keys[:count])
    near, start = np.empty(count, np.int64), np.empty(count + 1, np.int64)
    k = 0
    for c in range(count):
        row = keys[c] // plots.size
        if k == 0 or near[k - 1] != row:
            near[k], start[k] = row, c
            k += 1
        keys[c] -= row * plots.size
    start[k] = count
    return near[:k], start[: k + 1], keys
