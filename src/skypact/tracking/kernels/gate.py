"""Gate: which plots could belong to which track.

Through the index of tracks, or, for plots without height and late ones, by looking at every track
for plots sorted by range.

Index coordinates: for a radar u is slant range and v azimuth; for position reports u is the
geocentric latitude as metres and v the longitude; for a passive sensor u is nothing.
"""

import math
from typing import Any

import numpy as np

from skypact.core.jit import part
from skypact.tracking.kernels.index.asking import SAME_GATE2, grown, indexed_pairs
from skypact.tracking.kernels.index.filing import RENEW_NS, freshen
from skypact.tracking.kernels.layout import FLYING, FRESH_NS, MODELS, ROWS
from skypact.tracking.kernels.lifecycle import REPORT_TURN_NS, turn_taken
from skypact.tracking.kernels.measure import SEMI_MAJOR, distance_to, place_near, wrap
from skypact.tracking.kernels.motion import fastest, first_spread, predict
from skypact.tracking.kernels.update import mixture_likelihood

ADDRESS_BONUS = 20.0
ODDS_GAIN_MAX = 10.0


@part
def index_plots(plots: Any, radar: bool) -> tuple[Any, Any, Any]:
    """Return (order by u, sorted u, v in that order)."""
    n = plots.size
    u, v = np.empty(n), np.empty(n)
    for j in range(n):
        plot = plots[j]
        if radar:
            u[j], v[j] = plot.polar[0], plot.polar[1]
            if math.isnan(u[j]):
                u[j] = 0.0
        else:
            x, y, z = plot.position[0], plot.position[1], plot.position[2]
            u[j] = SEMI_MAJOR * math.atan2(z, math.sqrt(x * x + y * y))
            v[j] = math.atan2(y, x)
    order = np.argsort(u, kind="mergesort")
    return order, u[order], v[order]


@part
def along(cov: Any, dt: float, a: float, b: float, c: float) -> float:
    """Return the position variance along the direction (a, b, c), dt seconds on."""
    d = (a, b, c)
    value = 0.0
    for r in range(3):
        for q in range(3):
            grown = cov[r, q] + dt * (cov[r, q + 3] + cov[r + 3, q]) + dt * dt * cov[r + 3, q + 3]
            value += d[r] * d[q] * grown
    return value


@part
def growth(track: Any, dt: float, tuning: Any) -> float:
    """Return the variance that manoeuvre, or an unknown fast fall, adds in dt seconds."""
    extra = tuning.noise[2] * abs(dt) ** 3 / 3
    if track.hits < 3 and track.weight[FLYING] > 0.0:
        extra += tuning.falling_var * dt * dt
    return extra


@part
def window(
    track: Any, dt: float, half_s: float, site: Any, tuning: Any
) -> tuple[float, float, float, float]:
    """Return (u, half width, v, half width) where plots of a track may lie, dt seconds on."""
    x = track.x
    px, py, pz = x[0] + dt * x[3], x[1] + dt * x[4], x[2] + dt * x[5]
    gate = math.sqrt(tuning.gate2)
    extra = growth(track, dt, tuning)
    slack = 5.0 * dt * dt
    if half_s > 0.0:
        slack += half_s * math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
        slack += gate * half_s * math.sqrt(track.cov[3, 3] + track.cov[4, 4] + track.cov[5, 5])
    cov = track.cov
    if site.radar == 0:
        flat = math.sqrt(px * px + py * py)
        size = along(cov, dt, 1.0, 0.0, 0.0) + along(cov, dt, 0.0, 1.0, 0.0)
        size += along(cov, dt, 0.0, 0.0, 1.0) + extra
        reach = gate * math.sqrt(size) + slack + 3000.0
        return SEMI_MAJOR * math.atan2(pz, flat), reach, math.atan2(py, px), reach / max(flat, 1.0)
    rot = site.rotation
    dx, dy, dz = px - site.position[0], py - site.position[1], pz - site.position[2]
    slant = math.sqrt(dx * dx + dy * dy + dz * dz) + 1e-3
    e = rot[0, 0] * dx + rot[0, 1] * dy + rot[0, 2] * dz
    n = rot[1, 0] * dx + rot[1, 1] * dy + rot[1, 2] * dz
    flat = math.sqrt(e * e + n * n) + 1e-3
    out = along(cov, dt, dx / slant, dy / slant, dz / slant) + extra
    ce, cn = n / flat, -e / flat
    side = along(
        cov,
        dt,
        ce * rot[0, 0] + cn * rot[1, 0],
        ce * rot[0, 1] + cn * rot[1, 1],
        ce * rot[0, 2] + cn * rot[1, 2],
    )
    sideways = gate * math.sqrt(side + extra) + slack
    if site.delay > 0.0:
        sideways += slant * site.delay * math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    reach = gate * math.sqrt(out + site.noise_var[0]) + slack + sideways * sideways / (2 * slant)
    turn = sideways / flat + gate * math.sqrt(site.noise_var[1]) if sideways < flat else math.pi
    if site.radar == 2:
        return 0.0, 1.0, math.atan2(e, n), turn
    return slant, reach, math.atan2(e, n), turn


@part
def searched_pairs(
    table: Any, rows: int, site: Any, plots: Any, tuning: Any
) -> tuple[Any, Any, Any]:
    """Return (track rows near plots, start of their candidates and end, plot of each)."""
    order, u, v = index_plots(plots, site.radar != 0)
    first = last = plots[0].time_ns
    for j in range(plots.size):
        first, last = min(first, plots[j].time_ns), max(last, plots[j].time_ns)
    middle, half_s = first + (last - first) // 2, 0.5e-9 * (last - first)
    near, start = np.empty(64, np.int64), np.empty(65, np.int64)
    found = np.empty(256, np.int64)
    k = count = 0
    start[0] = 0
    for i in range(rows):
        track = table[i]
        dt = 1e-9 * (middle - track.time_ns)
        cu, wu, cv, wv = window(track, dt, half_s, site, tuning)
        q = np.searchsorted(u, cu - wu)
        while q < u.size and u[q] <= cu + wu:
            if abs(wrap(v[q] - cv)) <= wv:
                found = grown(found, count)
                found[count] = order[q]
                count += 1
            q += 1
        if count > start[k]:
            near, start = grown(near, k), grown(start, k + 1)
            near[k] = i
            k += 1
            start[k] = count
    return near[:k], start[: k + 1], found[:count]


@part
def candidates(
    table: Any,
    entries: Any,
    heads: Any,
    counters: Any,
    site: Any,
    plots: Any,
    places: Any,
    tuning: Any,
    balls: Any,
) -> tuple[Any, Any, Any]:
    """Return (track rows near plots, start of their candidates and end, plot of each)."""
    first = last = plots[0].time_ns
    full = 1
    for j in range(plots.size):
        first, last = min(first, plots[j].time_ns), max(last, plots[j].time_ns)
        full = min(full, places[j].full)
    freshen(table, entries, heads, counters, last, tuning)
    fresh_ns = counters[FRESH_NS]
    if full != 0 and first >= fresh_ns - RENEW_NS and last <= fresh_ns + RENEW_NS:
        return indexed_pairs(entries, heads, counters, plots, places, tuning, balls)
    return searched_pairs(table, counters[ROWS], site, plots, tuning)


@part
def hit_before(sight: Any, site: Any, time_ns: int) -> bool:
    """Say whether a track already has a plot of the turn that a plot is of."""
    since = time_ns - sight.hit_ns
    if site.radar == 0:
        return since <= 0 and (since == 0 or turn_taken(sight, REPORT_TURN_NS, -since))
    if since > 0:
        return since <= site.period_ns * 2 // 5
    return turn_taken(sight, site.period_ns, -since)


@part
def may_pair(track: Any, sight: Any, site: Any, plot: Any, tuning: Any) -> bool:
    """Refuse a second plot of one turn, a plot too old, and another address."""
    if sight.hit_ns > 0 and hit_before(sight, site, plot.time_ns):
        return False
    if 1e-9 * (track.time_ns - plot.time_ns) > tuning.late_s:
        return False
    mine, other = track.address, plot.address
    return mine == 0 or other == 0 or mine == other


@part
def hit_chance(sight: Any, site: Any) -> float:
    """Return the probability that the target, if it exists, gives the sensor a plot."""
    if site.radar == 0:
        return 0.95
    return site.detects * sight.visible


@part
def compare(
    row: Any, lag: float, site: Any, plot: Any, place: Any, tuning: Any, gate2: float
) -> tuple[float, float]:
    """Compare a guess with a plot; return (least squared distance, likelihood, 0 outside the
    gate)."""
    if place.full == 0:
        x = row.x[0 if row.weight[0] > 0.0 else FLYING]
        if site.delay > 0.0:  # it was there when what is sensed left it
            lag -= site.delay * distance_to(site, x)
        place_near(site, plot, x[0] + lag * x[3], x[1] + lag * x[4], x[2] + lag * x[5], place)
    return mixture_likelihood(row, lag, place, tuning, gate2)


@part
def pair_score(
    track: Any,
    sight: Any,
    row: Any,
    lag: float,
    site: Any,
    plot: Any,
    place: Any,
    tuning: Any,
) -> tuple[float, float]:
    """Return (log likelihood ratio of the plot being the track against being new or false, gain in
    the log odds of existence); -inf outside the gate."""
    same = track.address != 0 and track.address == plot.address
    gate2 = SAME_GATE2 * tuning.gate2 if same else tuning.gate2
    best, value = compare(row, lag, site, plot, place, tuning, gate2)
    if best > gate2 or value <= 0.0:
        return -math.inf, 0.0
    chance = hit_chance(sight, site)
    gain = math.log(chance * value) - place.floor
    exists = 1.0 / (1.0 + math.exp(-track.odds))
    fresh = 1.0
    if site.radar != 0:
        fresh += tuning.new_targets / site.false_plots
    score = gain + math.log(exists / ((1.0 - exists * chance) * fresh))
    if same:
        score += ADDRESS_BONUS
    return score, min(gain, ODDS_GAIN_MAX)


@part
def may_reach(track: Any, plot: Any, place: Any, tuning: Any) -> bool:
    """Say whether a plot may lie in the gate of any model of a track and be worth more as its plot
    than as a false one, before anything is predicted: no squared Mahalanobis distance is less than
    the squared distance over the sum of variances."""
    dt = 1e-9 * (plot.time_ns - track.time_ns)
    if place.full == 0 or dt <= 0.0:
        return True
    same = track.address != 0 and track.address == plot.address
    if track.hits == 1 and not same and math.isnan(place.rate):
        return lone_pays(track, dt, place, tuning)
    gate2 = SAME_GATE2 * tuning.gate2 if same else tuning.gate2
    noise, fall = place.noise[0, 0] + place.noise[1, 1] + place.noise[2, 2], 5.0 * dt * dt
    for m in range(MODELS):
        if track.weight[m] > 0.0:
            x, cov = track.model_x[m], track.model_cov[m]
            size, off2 = noise + tuning.noise[m] * dt * dt * dt, 0.0
            for c in range(3):
                off = place.p[c] - x[c] - dt * x[c + 3]
                off2 += off * off
                size += cov[c, c] + dt * (2 * cov[c, c + 3] + dt * cov[c + 3, c + 3])
            if math.sqrt(off2) <= fall + math.sqrt(gate2 * size):
                return True
    return False


@part
def lone_pays(track: Any, dt: float, place: Any, tuning: Any) -> bool:
    """Say whether a plot may be worth more as the second of a track than as a false one. A track of
    one plot could be anywhere dt seconds on, and so is nowhere likely: the likelihood of a place is
    at most that which the spread of its velocity alone leaves."""
    noise, fall = place.noise[0, 0] + place.noise[1, 1] + place.noise[2, 2], 5.0 * dt * dt
    weight = track.weight
    for m in (FLYING - 1, MODELS - 1):  # of each kind the one that may turn hardest
        total = weight[0] + weight[1] + weight[2] if m < FLYING else weight[3] + weight[4]
        if total <= 0.0:
            continue
        x, cov, off2 = track.model_x[m], track.model_cov[m], 0.0
        size = noise + tuning.noise[m] * dt * dt * dt
        for c in range(3):
            off = place.p[c] - x[c] - dt * x[c + 3]
            off2, size = off2 + off * off, size + cov[c, c]
        size += dt * dt * fastest(cov)
        best = math.log(2 * total / (dt * dt * dt)) - first_spread(cov)
        worth, off = best + track.odds - place.floor, max(math.sqrt(off2) - fall, 0.0)
        if worth > 0.0 and off * off <= size * min(2 * worth, tuning.gate2):
            return True
    return False


@part
def score_pairs(
    table: Any,
    sights: Any,
    near: Any,
    start: Any,
    found: Any,
    site: Any,
    s: int,
    plots: Any,
    places: Any,
    tuning: Any,
    guesses: Any,
) -> tuple[Any, Any, Any, Any]:
    """Return (start of the pairs of each near track and end, plot, score, gain)."""
    begin = np.empty(near.size + 1, np.int64)
    which, score, gain = np.empty(found.size, np.int64), np.empty(found.size), np.empty(found.size)
    count = 0
    for n in range(near.size):
        track, sight = table[near[n]], sights[near[n], s]
        row = guesses[min(n, guesses.size - 1)]
        begin[n] = count
        row.time_ns = row.pair = -1
        for c in range(start[n], start[n + 1]):
            plot, place = plots[found[c]], places[found[c]]
            if not may_pair(track, sight, site, plot, tuning):
                continue
            if not may_reach(track, plot, place, tuning):
                continue
            if row.time_ns < 0:
                row.time_ns = max(plot.time_ns, track.time_ns)
                predict(track, 1e-9 * (row.time_ns - track.time_ns), tuning, row)
            lag = 1e-9 * (plot.time_ns - row.time_ns)
            value, more = pair_score(track, sight, row, lag, site, plot, place, tuning)
            row.pair = count
            if value > 0.0:
                which[count], score[count], gain[count] = found[c], value, more
                count += 1
            else:
                row.pair = -1
    begin[near.size] = count
    return begin, which[:count], score[:count], gain[:count]
