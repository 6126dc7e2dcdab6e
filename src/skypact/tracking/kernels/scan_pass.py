"""The tracker's kernel: one pass over all tracks and the plots of one sensor."""

import math
from typing import Any

import numpy as np

from skypact.core.jit import F8, I8, arrays, kernel, part, record, signature, together
from skypact.tracking.kernels.assign import auction
from skypact.tracking.kernels.gate import candidates, compare, score_pairs
from skypact.tracking.kernels.index.filing import refile
from skypact.tracking.kernels.keep import keep_hits
from skypact.tracking.kernels.layout import (
    BALL,
    COUNTERS,
    ENDED,
    ENTRY,
    FEED,
    GUESS,
    HIT,
    PASSIVE,
    PLACE,
    PLOT,
    ROWS,
    SIGHT,
    SITE,
    TRACK,
    TUNING,
)
from skypact.tracking.kernels.lifecycle import confirm, miss_looks, note_hit, start, sweep
from skypact.tracking.kernels.measure import place_plot
from skypact.tracking.kernels.motion import predict
from skypact.tracking.kernels.settle import settle, slack_s
from skypact.tracking.kernels.twins import TWIN_PENALTY, leaps, merge_doubles, twin
from skypact.tracking.kernels.update import correct

_PASS = signature(
    together(I8, I8),
    *(arrays(record(TRACK), 1), arrays(record(SIGHT), 2), arrays(record(ENTRY), 1), arrays(I8, 1)),
    *(arrays(I8, 1), arrays(record(SITE), 1), arrays(record(FEED), 1), I8),
    *(arrays(record(PLOT), 1), arrays(record(PLOT), 1), arrays(record(TUNING), 1), arrays(F8, 1)),
    *(arrays(record(GUESS), 1), arrays(record(PLACE), 1), arrays(record(HIT), 1), arrays(I8, 1)),
    *(arrays(I8, 1), arrays(record(ENDED), 1), arrays(record(BALL), 1), I8, I8, I8, I8),
)


@part
def compare_again(
    track: Any, row: Any, pair: int, site: Any, plot: Any, place: Any, tuning: Any
) -> None:
    """Let a guess be of the time of a plot and compared with it last; pair: of the track and it."""
    at = max(plot.time_ns, track.time_ns)
    if row.pair == pair and row.time_ns == at:
        return
    if row.time_ns != at:
        predict(track, 1e-9 * (at - track.time_ns), tuning, row)
        row.time_ns = at
    compare(row, 1e-9 * (plot.time_ns - at), site, plot, place, tuning, math.inf)
    row.pair = pair


@part
def take_hits(
    table: Any,
    sights: Any,
    entries: Any,
    heads: Any,
    counters: Any,
    sites: Any,
    s: int,
    plots: Any,
    tuning: Any,
    places: Any,
    guesses: Any,
    balls: Any,
    now_ns: int,
    turning: bool,
) -> tuple[Any, Any]:
    """Give plots to the tracks they fit best; return (1 for each plot that was used, rows hit).

    turning: the plots are a piece of a turn, and the beam may not have passed all places yet.
    """
    site, used = sites[s], np.zeros(plots.size, np.uint8)
    near, begin, found = candidates(
        table, entries, heads, counters, site, plots, places, tuning, balls
    )
    begin, which, score, gain = score_pairs(
        table, sights, near, begin, found, site, s, plots, places, tuning, guesses
    )
    taken = auction(begin, which, score, plots.size)
    hit, count = np.empty(near.size, np.int64), 0
    for q in range(near.size):
        e = taken[q]
        if e < 0:
            continue
        used[which[e]] = 1
        i = near[q]
        track, plot = table[i], plots[which[e]]
        row = guesses[min(q, guesses.size - 1)]
        if q >= guesses.size - 1 and row.pair != e:
            row.time_ns = -1  # another track's
        compare_again(track, row, e, site, plot, places[which[e]], tuning)
        worth = gain[e]
        if turning and leaps(track, row, site, plot):
            # The plot may as well be the first of another target: both are gone on with.
            i = twin(table, sights, entries, heads, counters, i, tuning)
            track, used[which[e]] = table[i], 0
            worth = min(worth, tuning.confirm_odds - track.odds - TWIN_PENALTY)
        correct(track, row)
        track.time_ns = row.time_ns
        note_hit(track, sights[i, s], site, plot, worth, now_ns)
        confirm(table, entries, heads, counters, i, places[which[e]], balls, now_ns, tuning)
        refile(table, entries, heads, counters, i, tuning)
        hit[count] = i
        count += 1
        plot.track = track.number
        for c in range(3):
            plot.place[c], plot.pace[c] = track.x[c], track.x[c + 3]
    merge_doubles(table, sights, sites, near, begin, which, taken, plots.size, tuning)
    return used, hit[:count]


@part
def start_unused(
    table: Any,
    sights: Any,
    entries: Any,
    heads: Any,
    counters: Any,
    site: Any,
    s: int,
    plots: Any,
    places: Any,
    used: Any,
    tuning: Any,
    now_ns: int,
    arrived_ns: int,
) -> None:
    """Start a track from each plot that no track took."""
    for j in range(plots.size):
        if used[j] == 0:
            plot, place = plots[j], places[j]
            if place.full == 0:  # a comparison has moved it
                place_plot(site, plot, tuning, place)
            start(
                *(table, sights, entries, heads, counters, site, s, plot, place),
                *(now_ns, arrived_ns, tuning),
            )


@part
def changed_rows(table: Any, hit: Any, rows: int, moved: bool, changed: Any) -> int:
    """Fill the rows of confirmed tracks that had a hit, return how many, and forget that they had.
    moved: rows have moved since `hit` was made."""
    count = 0
    for k in range(rows if moved else hit.size):
        i = k if moved else hit[k]
        if table[i].touched != 0:
            table[i].touched = 0
            if table[i].number != 0:
                changed[count] = i
                count += 1
    return count


@part
def tune(tuning: Any, feeds: Any, s: int, plots: Any, heights: Any, seen_ns: int) -> int:
    """Note what the plots say of their sensor's lateness, and what this pass is to know of lateness
    and heights; return up to when its plots have come."""
    oldest_ns = plots[0].time_ns if plots.size > 0 else 0
    for j in range(1, plots.size):
        oldest_ns = min(oldest_ns, plots[j].time_ns)
    settle(feeds[s], oldest_ns, seen_ns - feeds[s].shift_ns, tuning.late_s)
    tuning.slack_s = slack_s(feeds, s)
    tuning.pressure_offset, tuning.pressure_share, tuning.pressure_var = (
        heights[0],
        heights[1],
        heights[2],
    )
    return feeds[s].settled_ns


@kernel(_PASS)
def scan_pass(
    table: Any,
    sights: Any,
    entries: Any,
    heads: Any,
    counters: Any,
    sites: Any,
    feeds: Any,
    s: int,
    plots: Any,
    raw: Any,
    tunings: Any,
    heights: Any,
    guesses: Any,
    places: Any,
    hits: Any,
    ring: Any,
    changed: Any,
    ended: Any,
    balls: Any,
    seen_ns: int,
    now_ns: int,
    arrived_ns: int,
    whole: int,
) -> tuple[int, int]:
    """Work the plots of sensor s (the number of radars: position reports) into the tracks.

    raw: the plots as the sensor gave them; tunings: one row; heights: offset, share, variance;
    places: a row each plot, filled in; hits, ring: what is kept of them; changed, ended: filled
    with rows and ENDED rows, as many as it returns; balls: a row each track; seen_ns: plot time the
    sensor has looked up to; now_ns: node time; arrived_ns: of the plots; whole: 1 when the plots
    are a full turn at one instant. Writes into plots.
    """
    site, tuning = sites[s], tunings[0]
    turning = site.radar == 1 and whole == 0
    seen_ns = tune(tuning, feeds, s, plots, heights, seen_ns)
    used, hit = np.zeros(plots.size, np.uint8), np.empty(0, np.int64)
    for j in range(plots.size):
        place_plot(site, plots[j], tuning, places[j])
    if plots.size > 0:
        used, hit = take_hits(
            *(table, sights, entries, heads, counters, sites, s, plots, tuning, places, guesses),
            *(balls, now_ns),
            turning,
        )
    if site.radar != 0 and whole != 0:
        miss_looks(table, sights, entries, counters[ROWS], site, s, seen_ns, True)
    elif site.radar != 0:
        counters[COUNTERS + s] = max(counters[COUNTERS + s], seen_ns)
    if site.radar != PASSIVE:
        start_unused(
            *(table, sights, entries, heads, counters, site, s, plots, places, used, tuning),
            *(now_ns, arrived_ns),
        )
    keep_hits(hits, ring, s, site, feeds[s], raw, plots)
    held = counters[ROWS]
    gone = sweep(table, sights, entries, heads, counters, sites, seen_ns, now_ns, tuning, ended)
    return changed_rows(table, hit, counters[ROWS], counters[ROWS] < held, changed), gone
