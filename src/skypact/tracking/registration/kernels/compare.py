"""Registration's main kernel: all sensors compared with each other on their common tracks."""

import math
from typing import Any

import numpy as np

from skypact.core.jit import F8, I8, arrays, kernel, part, record, signature, together
from skypact.tracking.kernels.layout import POINT, SITE
from skypact.tracking.registration.kernels.register import (
    AGREE_SD,
    BIASES,
    CLIP,
    CONTRADICTED,
    COUNT,
    EAST,
    EQUAL,
    GAP_PERIODS,
    GATE2,
    PAIRS,
    REJECT2,
    REJECTED,
    REPEATABLE,
    REPORT_GAP_NS,
    SQUARE,
    TRUSTED,
    UP,
    WITNESS_VAR,
    WITNESSES,
    around,
    differ,
    invert,
    learn,
    moves,
    quadratic,
    spread_of,
)

_G = (3, 2 * BIASES)


@part
def gap_of(sites: Any, s: int) -> int:
    """Return how far apart two plots of sensor s may be to stand for the time between."""
    if s == sites.size - 1:
        return REPORT_GAP_NS
    return int(GAP_PERIODS * sites[s].period_ns)


@part
def scatter(points: Any, low: int, high: int, i: int, sites: Any, tally: Any) -> None:
    """Compare a plot with the plots of its own sensor before and after it."""
    one = points[i]
    s = one.sensor
    first, last = around(points, low, high, i, s, 2 * gap_of(sites, s))
    if first < 0:
        return
    z, cov = np.zeros(3), np.zeros((3, 3))
    differ(one, points[first], points[last], z, cov)
    for c in range(3):
        if math.isnan(one.raw[c]):
            continue
        axis = one.axes[c]
        along = z[0] * axis[0] + z[1] * axis[1] + z[2] * axis[2]
        tally[s, SQUARE + c] += min(along * along / quadratic(cov, axis, axis), CLIP)
        tally[s, COUNT + c] += 1.0
    before = points[first].raw
    tally[s, REPEATABLE] += 1.0
    if one.raw[0] == before[0] and one.raw[1] == before[1]:
        tally[s, EQUAL] += 1.0


@part
def pace_before(points: Any, low: int, first: int) -> tuple[float, float, float]:
    """Return the track's velocity before row `first`, 0 when not known. A velocity made from the
    plots compared would share their noise, and the noise would pass for a late clock."""
    k = first - 1
    while k >= low:
        pace = points[k].pace
        if points[k].time_ns < points[first].time_ns and (pace[0] != 0.0 or pace[1] != 0.0):
            return pace[0], pace[1], pace[2]
        k -= 1
    return 0.0, 0.0, 0.0


@part
def begin_of(s: int, radars: int) -> int:
    """Return where the biases of a sensor begin; of reports anywhere, their g is zero."""
    return (s if s < radars else 0) * BIASES


@part
def difference(
    points: Any, low: int, i: int, first: int, last: int, sites: Any, prior: Any, pair: Any
) -> bool:
    """Fill the residual, noise and g of a pair; False where the track's velocity is not known."""
    radars, one, other = sites.size - 1, points[i].sensor, points[first].sensor
    z, cov, g = pair
    differ(points[i], points[first], points[last], z, cov)
    pace = pace_before(points, low, first)
    if pace[0] == 0.0 and pace[1] == 0.0:
        return False
    g[:, :] = 0.0
    if one < radars:
        moves(points[i], sites[one].rotation, pace, prior, 1.0, 0, g)
    if other < radars:
        moves(points[first], sites[other].rotation, pace, prior, -1.0, BIASES, g)
    if other == radars:
        # Reports never say where a radar stands: all of them shifted would shift all radars.
        g[:, EAST : UP + 1] = 0.0
    return True


@part
def trusted(
    points: Any, low: int, high: int, mark_ns: int, sites: Any, prior: Any, wide: Any
) -> int:
    """Say whether two radars agree with the reports of one track (1), any contradicts (-1), or
    nobody can tell (0)."""
    radars = sites.size - 1
    sums, noise, slow = np.zeros((radars, 3)), np.zeros((radars, 3)), np.zeros((radars, 3))
    count = np.zeros(radars)
    z, cov, spread = np.zeros(3), np.zeros((3, 3)), np.zeros((3, 3))
    g, half = np.zeros((3, 2 * BIASES)), np.zeros((3, 2 * BIASES))
    for i in range(low, high):
        s = points[i].sensor
        if s == radars or points[i].time_ns > mark_ns:
            continue
        first, last = around(points, low, high, i, radars, REPORT_GAP_NS)
        if first < 0:
            continue
        if not difference(points, low, i, first, last, sites, prior, (z, cov, g)):
            continue
        spread_of(wide, begin_of(s, radars), begin_of(radars, radars), g, half, spread)
        count[s] += 1.0
        for c in range(3):
            axis = points[i].axes[c]
            sums[s, c] += z[0] * axis[0] + z[1] * axis[1] + z[2] * axis[2]
            noise[s, c] += quadratic(cov, axis, axis)
            slow[s, c] += quadratic(spread, axis, axis)
    witnesses = 0
    for s in range(radars):
        n = count[s]
        if n == 0.0 or slow[s, 0] > n * WITNESS_VAR or slow[s, 1] > n * WITNESS_VAR:
            continue
        for c in range(3):
            if sums[s, c] ** 2 > AGREE_SD**2 * (noise[s, c] + n * slow[s, c]):
                return -1
        witnesses += 1
    return 1 if witnesses >= WITNESSES else 0


@part
def compare_one(
    points: Any,
    low: int,
    high: int,
    i: int,
    others: int,
    sites: Any,
    prior: Any,
    estimate: Any,
    tally: Any,
    work: Any,
) -> None:
    """Compare a radar plot with every other sensor of its track, below `others`."""
    wide = estimate[0]
    pairs, z, cov, total, weight, g, half = work
    radars, s = sites.size - 1, points[i].sensor
    uses = 0.0
    for other in range(others):
        pairs[other, 0] = pairs[other, 1] = -1
        if other != s:
            first, last = around(points, low, high, i, other, gap_of(sites, other))
            pairs[other, 0], pairs[other, 1] = first, last
            uses += 1.0 if first >= 0 else 0.0
    for other in range(others):
        first, last = pairs[other, 0], pairs[other, 1]
        if first < 0:
            continue
        if not difference(points, low, i, first, last, sites, prior, (z, cov, g)):
            continue
        spread_of(wide, begin_of(s, radars), begin_of(other, radars), g, half, total)
        for u in range(3):
            for v in range(3):
                total[u, v] += cov[u, v]
        invert(total, weight)
        d2 = quadratic(weight, z, z)
        wrong = d2 > REJECT2
        tally[s, PAIRS] += 1.0
        tally[s, REJECTED] += 1.0 if wrong else 0.0
        if other < radars:
            tally[other, PAIRS] += 1.0
            tally[other, REJECTED] += 1.0 if wrong else 0.0
        if wrong:
            continue
        # A plot serves in several pairs: together they count little more than one.
        worth = min(1.0, GATE2 / max(d2, 1e-9)) / (1.0 + uses)
        invert(cov, weight)
        for u in range(3):
            for v in range(3):
                weight[u, v] *= worth
        kind, one, two = (0 if other < radars else 1), begin_of(s, radars), begin_of(other, radars)
        learn(g, one, two, z, weight, estimate, kind, half)


@part
def room(sensors: int) -> Any:
    """Return the arrays that compare_one works in."""
    pairs, z, g, half = np.empty((sensors, 2), np.int64), np.zeros(3), np.zeros(_G), np.zeros(_G)
    return pairs, z, np.zeros((3, 3)), np.zeros((3, 3)), np.zeros((3, 3)), g, half


@kernel(
    signature(
        I8,
        *(arrays(record(POINT), 1), arrays(record(SITE), 1), arrays(F8, 1)),
        together(arrays(F8, 2), arrays(F8, 1), arrays(F8, 3), arrays(F8, 2)),
        *(arrays(F8, 2), I8, I8, I8),
    )
)
def compare_sensors(
    points: Any,
    sites: Any,
    prior: Any,
    estimate: Any,
    tally: Any,
    start_ns: int,
    mark_ns: int,
    alone: int,
) -> int:
    """Compare the plots dated after start_ns up to mark_ns with what other sensors say.

    points: by track and time; prior (BIASES,): unit of each bias; estimate: (wide, flat,
    information, vector): covariance and estimate in these units; added to: information (2, n, n),
    vector (2, n), from radars, from reports; tally (radars, TALLY). alone: 1 to compare sensors
    with themselves only, 2 with others only. Returns how many plots were new.
    """
    radars = sites.size - 1
    work = room(sites.size)
    count = low = 0
    while low < points.size:
        high = low
        reported = False
        while high < points.size and points[high].track == points[low].track:
            reported |= points[high].sensor == radars
            high += 1
        others = radars
        if reported and alone != 1:
            verdict = trusted(points, low, high, mark_ns, sites, prior, estimate[0])
            others += 1 if verdict > 0 else 0
            tally[0, TRUSTED] += 1.0 if verdict > 0 else 0.0
            tally[0, CONTRADICTED] += 1.0 if verdict < 0 else 0.0
        for i in range(low, high):
            new = start_ns < points[i].time_ns <= mark_ns
            if not new or points[i].sensor == radars:
                continue
            count += 1
            if alone == 1:
                scatter(points, low, high, i, sites, tally)
            else:
                compare_one(points, low, high, i, others, sites, prior, estimate, tally, work)
        low = high
    return count
