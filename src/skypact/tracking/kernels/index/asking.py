"""Questions to the index: which tracks may have given a plot.

Plots of one area share a question: the rows filed near it, from a few chains, are put side by side,
and each plot is then compared with these.
"""

import math
from typing import Any

import numpy as np

from skypact.core.jit import part
from skypact.tracking.kernels.index.filing import (
    BANDS,
    CELLS_M,
    COLUMNS,
    EVERYWHERE,
    FIRST,
    LEVELS,
    SPHERE_M,
    cell_of,
    chain_of,
    grown_by,
    slack_of,
)
from skypact.tracking.kernels.layout import ROWS

SAME_GATE2 = 16.0  # the squared gate of a plot with the track's own address, over that of others
_FEW = 64  # so few plots are sorted one by one
_AREA = 2  # the grid whose cells are the areas of plots that share a question
_DIGIT = 8  # bits of a row that one pass of sorting goes by
_DIGITS = 1 << _DIGIT


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
    lag, u, v = abs(dt), entry.cov, entry.velocity
    if address != 0 and address == entry.address:
        gate2 *= SAME_GATE2
    more, slack = grown_by(entry, lag), slack_of(entry, lag)
    on = dt - 0.5e-9 * (entry.until_ns - entry.time_ns)  # from when it is in the middle
    dx = place.p[0] - entry.middle[0] - on * v[0]
    dy = place.p[1] - entry.middle[1] - on * v[1]
    dz = place.p[2] - entry.middle[2] - on * v[2]
    for k in range(3):
        a, b, c, sd = place.axes[k, 0], place.axes[k, 1], place.axes[k, 2], place.sd[k]
        off = abs(a * dx + b * dy + c * dz) - slack
        size = a * (a * u[0] + 2 * (b * u[1] + c * u[2])) + b * (b * u[3] + 2 * c * u[4])
        if off > 0.0 and off * off > gate2 * (size + c * c * u[5] + more + sd * sd):
            return False
    return True


@part
def gather_chain(
    entries: Any,
    first: int,
    cell: int,
    middle: tuple[float, float, float],
    reach: float,
    balls: Any,
    n: int,
) -> int:
    """Add the rows of one cell whose plots may lie within reach of a middle to balls[:n]; return
    how many it then holds."""
    i = first
    while i >= 0:
        entry = entries[i]
        if entry.cell == cell:
            x, y, z = entry.middle[0], entry.middle[1], entry.middle[2]
            dx, dy, dz = x - middle[0], y - middle[1], z - middle[2]
            far = entry.wide + reach
            if dx * dx + dy * dy + dz * dz <= far * far:
                ball = balls[n]
                ball.middle[0], ball.middle[1], ball.middle[2] = x, y, z
                ball.wide, ball.row = entry.wide, i
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
def blur_of(place: Any, gate2: float) -> float:
    """Return how far off its target a place may be."""
    return math.sqrt(gate2 * (place.noise[0, 0] + place.noise[1, 1] + place.noise[2, 2]))


@part
def gather(
    entries: Any,
    heads: Any,
    box: tuple[float, float, float, float],
    blur: float,
    middle: tuple[float, float, float],
    reach: float,
    balls: Any,
) -> int:
    """Return n: balls[:n] are all rows whose plots may lie within reach of a middle. box: least and
    greatest angles of the places asked for; blur: how far off their targets these may be; balls:
    room for all rows."""
    south, north, west, east = box
    n = gather_chain(entries, heads[0], EVERYWHERE, middle, reach, balls, 0)
    lean = max(abs(south - 0.5 * math.pi), abs(north - 0.5 * math.pi))
    cosine, sine = math.cos(lean), math.sin(lean)
    for level in range(LEVELS):
        size = CELLS_M[level]
        angle, bands = (0.5 * size + blur) / SPHERE_M, SPHERE_M / size
        low = max(int((south - angle) * bands), 0)
        high = min(int((north + angle) * bands), BANDS[level] - 1)
        side = angle / (2 * math.pi * max(cosine - angle * sine - angle * angle, 1e-6))
        for band in range(low, high + 1):
            columns = COLUMNS[FIRST[level] + band]
            first, last = math.floor((west - side) * columns), math.floor((east + side) * columns)
            if last - first >= columns:
                first, last = 0, columns - 1
            for column in range(first, last + 1):
                wrapped = column + columns if column < 0 else column
                wrapped = wrapped - columns if wrapped >= columns else wrapped
                cell = cell_of(level, band, wrapped)
                head = heads[chain_of(cell, heads)]
                if head >= 0:
                    n = gather_chain(entries, head, cell, middle, reach, balls, n)
    return n


@part
def gather_near(entries: Any, heads: Any, place: Any, gate2: float, balls: Any) -> int:
    """Return n: balls[:n] are all rows whose plots may lie at a place. balls: room for all rows."""
    north, turn = angles_of(place)
    blur, p = blur_of(place, gate2), place.p
    box = (north, north, turn, turn)
    return gather(entries, heads, box, blur, (p[0], p[1], p[2]), blur, balls)


@part
def gather_area(
    entries: Any, heads: Any, places: Any, angles: Any, group: Any, gate2: float, balls: Any
) -> int:
    """Return n: balls[:n] are all rows whose plots may lie at one of a group of places. angles: of
    the places."""
    first = group[0]
    south = north = angles[first, 0]
    west = east = angles[first, 1]
    blur = x = y = z = 0.0
    for j in group:
        p = places[j].p
        south, north = min(south, angles[j, 0]), max(north, angles[j, 0])
        west, east = min(west, angles[j, 1]), max(east, angles[j, 1])
        blur = max(blur, blur_of(places[j], gate2))
        x, y, z = x + p[0] / group.size, y + p[1] / group.size, z + p[2] / group.size
    wide2 = 0.0
    for j in group:
        dx, dy, dz = places[j].p[0] - x, places[j].p[1] - y, places[j].p[2] - z
        wide2 = max(wide2, dx * dx + dy * dy + dz * dz)
    box, reach = (south, north, west, east), math.sqrt(wide2) + blur
    return gather(entries, heads, box, blur, (x, y, z), reach, balls)


@part
def by_area(places: Any, angles: Any) -> tuple[Any, Any]:
    """Return an order of places in which those of one area follow each other, and their areas in
    that order; fill their angles (n, 2)."""
    count = angles.shape[0]
    area, order = np.empty(count, np.int64), np.empty(count, np.int64)
    for j in range(count):
        angles[j, 0], angles[j, 1] = angles_of(places[j])
        band = int(angles[j, 0] * SPHERE_M / CELLS_M[_AREA])
        area[j] = (band << 32) + int(angles[j, 1] * COLUMNS[FIRST[_AREA] + band])
    if count > _FEW:
        order = np.argsort(area, kind="mergesort")
        return order, area[order]
    for j in range(count):
        mine, k = area[j], j
        while k > 0 and area[k - 1] > mine:
            area[k], order[k] = area[k - 1], order[k - 1]
            k -= 1
        area[k], order[k] = mine, j
    return order, area


@part
def pick(
    entries: Any, balls: Any, n: int, place: Any, plot: Any, gate2: float, keys: Any, count: int
) -> int:
    """Add the rows among balls[:n] that may have given a plot to keys[:count]; return how many it
    then holds. keys: room for n more."""
    px, py, pz, blur = place.p[0], place.p[1], place.p[2], blur_of(place, gate2)
    inside = 0
    for k in range(n):
        ball = balls[k]
        dx, dy, dz = px - ball.middle[0], py - ball.middle[1], pz - ball.middle[2]
        far = ball.wide + blur
        balls[inside].within = ball.row
        inside += 1 if dx * dx + dy * dy + dz * dz <= far * far else 0
    for k in range(inside):
        i = balls[k].within
        if fits(entries[i], place, plot.address, plot.time_ns, gate2):
            keys[count] = i
            count += 1
    return count


@part
def in_order(rows: Any, begin: Any, end: Any, rows_max: int) -> Any:
    """Return keys (row << 32) + plot, sorted, of the rows[begin[j]:end[j]] of each plot j."""
    count = rows.size
    keys, other, tally = (
        np.empty(count, np.int64),
        np.empty(count, np.int64),
        np.empty(_DIGITS, np.int64),
    )
    k = 0
    for j in range(begin.size):
        for c in range(begin[j], end[j]):
            keys[k] = (rows[c] << 32) + j
            k += 1
    shift = 32
    while rows_max > 0:
        tally[:] = 0
        for c in range(count):
            tally[(keys[c] >> shift) & (_DIGITS - 1)] += 1
        at = 0
        for d in range(_DIGITS):
            at, tally[d] = at + tally[d], at
        for c in range(count):
            d = (keys[c] >> shift) & (_DIGITS - 1)
            other[tally[d]] = keys[c]
            tally[d] += 1
        keys, other = other, keys
        shift, rows_max = shift + _DIGIT, rows_max >> _DIGIT
    return keys


@part
def indexed_pairs(
    entries: Any, heads: Any, counters: Any, plots: Any, places: Any, tuning: Any, balls: Any
) -> tuple[Any, Any, Any]:
    """Return (track rows near plots, start of their candidates and end, plot of each), in order of
    rows and plots."""
    angles, gate2 = np.empty((plots.size, 2)), tuning.gate2
    order, area = by_area(places, angles)
    begin, end = np.empty(plots.size, np.int64), np.empty(plots.size, np.int64)
    rows, count, a = np.empty(64 + 2 * plots.size, np.int64), 0, 0
    while a < plots.size:
        b = a + 1
        while b < plots.size and area[b] == area[a]:
            b += 1
        n = gather_area(entries, heads, places, angles, order[a:b], gate2, balls)
        for j in order[a:b]:
            while count + n > rows.size:
                rows = grown(rows, rows.size)
            begin[j] = count
            count = pick(entries, balls, n, places[j], plots[j], gate2, rows, count)
            end[j] = count
        a = b
    keys = in_order(rows[:count], begin, end, counters[ROWS])
    near, start = np.empty(count, np.int64), np.empty(count + 1, np.int64)
    k = 0
    for c in range(count):
        row = keys[c] >> 32
        if k == 0 or near[k - 1] != row:
            near[k], start[k] = row, c
            k += 1
        keys[c] &= 0xFFFFFFFF
    start[k] = count
    return near[:k], start[: k + 1], keys
