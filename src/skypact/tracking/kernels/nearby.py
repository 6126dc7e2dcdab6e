"""Index of tracks: which of them may have given a plot, found without looking at all tracks.

A track is filed in one cell of one of four grids on the sphere, the finest whose half cell holds
all places where its plots may lie for some seconds; the few that fit none are asked for every plot.
Cells are chains of rows, found by a hash.
"""

import math
from typing import Any

import numpy as np

from skypact.core.jit import part
from skypact.tracking.kernels.layout import ASKED, CHAINED, FRESH_NS, MODELS, ROWS
from skypact.tracking.kernels.motion import fastest, lone_wide

CELLS_M = (16e3, 32e3, 64e3, 256e3)
EVERYWHERE = -1  # cell of the tracks that fit no grid
SAME_GATE2 = 16.0  # the squared gate of a plot with the track's own address, over that of others
_FEW = 64  # so few plots need no order
KEEP_NS = 6_000_000_000  # a filing is good for so long
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
    for level in range(_LEVELS):
        if entry.wide <= 0.5 * CELLS_M[level]:
            lat = math.atan2(pz, math.sqrt(px * px + py * py))
            band = int((lat + 0.5 * math.pi) * _SPHERE_M / CELLS_M[level])
            columns = _COLUMNS[_FIRST[level] + band]
            turn = (math.atan2(py, px) + math.pi) / (2 * math.pi)
            return cell_of(level, band, min(int(turn * columns), columns - 1))
    return EVERYWHERE


@part
def note_entry(table: Any, entries: Any, counters: Any, i: int, tuning: Any) -> int:
    """Note where plots of a track may lie from now on; return the cell for that."""
    track, entry = table[i], entries[i]
    entry.time_ns, entry.address = track.time_ns, track.address
    entry.until_ns = max(track.time_ns, counters[FRESH_NS]) + KEEP_NS
    for c in range(6):
        entry.x[c] = track.x[c]
    note_spread(track, entry, tuning)
    dt, x = 1e-9 * (entry.until_ns - track.time_ns), entry.x
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    size = entry.cov[0] + entry.cov[3] + entry.cov[5] + grown_by(entry, dt)
    entry.wide = math.sqrt(tuning.gate2 * size) + slack_of(entry, dt)
    if track.hits == 1 and track.address == 0:
        entry.wide = min(entry.wide, lone_wide(track, dt, tuning))
    entry.wide += speed * (0.5 * dt + 1e-9 * RENEW_NS)
    for c in range(3):
        entry.middle[c] = x[c] + 0.5 * dt * x[c + 3]
    return cell_for(entry)


@part
def file_new(table: Any, entries: Any, heads: Any, counters: Any, i: int, tuning: Any) -> None:
    """File a track that is not in the index."""
    entries[i].asked = 0
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
def fits(entry: Any, place: Any, address: int, time_ns: int, gate2: float) -> bool:
    """Say whether a place may lie in the gate of a model of a track: along no axis is the square of
    the distance over the sum of variances more than the squared Mahalanobis distance."""
    dt = 1e-9 * (time_ns - entry.time_ns)
    lag, x, u = abs(dt), entry.x, entry.cov
    if address != 0 and address == entry.address:
        gate2 *= SAME_GATE2
    more, slack = grown_by(entry, lag), slack_of(entry, lag)
    dx = place.p[0] - x[0] - dt * x[3]
    dy = place.p[1] - x[1] - dt * x[4]
    dz = place.p[2] - x[2] - dt * x[5]
    for k in range(3):
        a, b, c, sd = place.axes[k, 0], place.axes[k, 1], place.axes[k, 2], place.sd[k]
        off = abs(a * dx + b * dy + c * dz) - slack
        size = a * (a * u[0] + 2 * (b * u[1] + c * u[2])) + b * (b * u[3] + 2 * c * u[4])
        if off > 0.0 and off * off > gate2 * (size + c * c * u[5] + more + sd * sd):
            return False
    return True


@part
def ask_chain(
    entries: Any,
    first: int,
    asked: int,
    place: Any,
    address: int,
    time_ns: int,
    gate2: float,
    rows: Any,
    blur: float,
    n: int,
) -> int:
    """Add the rows of one chain that fit a place to rows[:n], each once; return how many it then
    holds. rows: room for all; blur: how far off its target a place may be."""
    i, p = first, place.p
    while i >= 0:
        entry = entries[i]
        dx, dy, dz = p[0] - entry.middle[0], p[1] - entry.middle[1], p[2] - entry.middle[2]
        far = entry.wide + blur
        if dx * dx + dy * dy + dz * dz <= far * far and entry.asked != asked:
            entry.asked = asked
            if fits(entry, place, address, time_ns, gate2):
                rows[n] = i
                n += 1
        i = entry.next
    return n


@part
def angles_of(place: Any) -> tuple[float, float]:
    """Return the geocentric latitude, from the south pole on, and the longitude, as a share of a
    turn from the date line on, of a place."""
    p = place.p
    north = math.atan2(p[2], math.sqrt(p[0] * p[0] + p[1] * p[1])) + 0.5 * math.pi
    return north, (math.atan2(p[1], p[0]) + math.pi) / (2 * math.pi)


@part
def ask_index(
    entries: Any,
    heads: Any,
    asked: int,
    place: Any,
    angles: tuple[float, float],
    address: int,
    time_ns: int,
    gate2: float,
    rows: Any,
) -> int:
    """Return n: rows[:n] are all tracks that may have given a plot (and of those of its own
    address, for which the gate is wider, the ones filed near). rows: room for all tracks; angles:
    of the place."""
    north, turn = angles
    p, noise = place.p, place.noise
    total = noise[0, 0] + noise[1, 1] + noise[2, 2]
    around = (place, address, time_ns, gate2, rows, math.sqrt(gate2 * total))
    n = ask_chain(entries, heads[0], asked, *around, 0)
    flat2 = p[0] * p[0] + p[1] * p[1]
    away2 = flat2 + p[2] * p[2]
    cosine, sine = math.sqrt(flat2 / away2), abs(p[2]) / math.sqrt(away2)
    up = 0.0
    for u in range(3):
        for v in range(3):
            up += p[u] * noise[u, v] * p[v]
    blur = math.sqrt(gate2 * max(total - up / away2, 0.0))
    for level in range(_LEVELS):
        size = CELLS_M[level]
        angle, bands = (0.5 * size + blur) / _SPHERE_M, _SPHERE_M / size
        low = max(int((north - angle) * bands), 0)
        high = min(int((north + angle) * bands), _BANDS[level] - 1)
        side = angle / (2 * math.pi * max(cosine - angle * sine - angle * angle, 1e-6))
        for band in range(low, high + 1):
            columns = _COLUMNS[_FIRST[level] + band]
            west, east = math.floor((turn - side) * columns), math.floor((turn + side) * columns)
            if east - west >= columns:
                west, east = 0, columns - 1
            for column in range(west, east + 1):
                wrapped = column + columns if column < 0 else column
                wrapped = wrapped - columns if wrapped >= columns else wrapped
                first = heads[chain_of(cell_of(level, band, wrapped), heads)]
                if first >= 0:
                    n = ask_chain(entries, first, asked, *around, n)
    return n


@part
def by_area(plots: Any, places: Any, angles: Any) -> Any:
    """Return an order of plots in which neighbours lie near each other, so that what was read for
    one is at hand for the next; fill their angles (n, 2)."""
    level = _LEVELS - 2
    area: Any = np.empty(plots.size, np.int64)
    for j in range(plots.size):
        angles[j, 0], angles[j, 1] = angles_of(places[j])
        band = int(angles[j, 0] * _SPHERE_M / CELLS_M[level])
        area[j] = (band << 32) + int(angles[j, 1] * _COLUMNS[_FIRST[level] + band])
    if plots.size >= _FEW:
        return np.argsort(area, kind="mergesort")
    for j in range(plots.size):
        area[j] = j
    return area


@part
def indexed_pairs(
    entries: Any, heads: Any, counters: Any, plots: Any, places: Any, tuning: Any
) -> tuple[Any, Any, Any]:
    """Return (track rows near plots, start of their candidates and end, plot of each), in order of
    rows and plots."""
    count, angles = 0, np.empty((plots.size, 2))
    keys, rows = np.empty(64 + 2 * plots.size, np.int64), np.empty(counters[ROWS], np.int64)
    for j in by_area(plots, places, angles):
        counters[ASKED] += 1
        plot = plots[j]
        where = (places[j], (angles[j, 0], angles[j, 1]))
        about = (*where, plot.address, plot.time_ns, tuning.gate2, rows)
        n = ask_index(entries, heads, counters[ASKED], *about)
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
