"""The tracker's kernel: one pass over all tracks and the plots of one sensor."""

from typing import Any

import numpy as np

from skypact.core.jit import F8, I8, arrays, kernel, part, record, signature, together
from skypact.tracking.kernels.assign import auction
from skypact.tracking.kernels.gate import candidates, compare, score_pairs
from skypact.tracking.kernels.layout import GUESS, PLACE, PLOT, ROWS, SIGHT, SITE, TRACK, TUNING
from skypact.tracking.kernels.lifecycle import miss_looks, note_hit, start, sweep
from skypact.tracking.kernels.measure import place_plot
from skypact.tracking.kernels.motion import predict
from skypact.tracking.kernels.update import correct

_PASS = signature(
    together(arrays(I8, 1), arrays(I8, 1), arrays(I8, 1), arrays(F8, 2)),
    *(arrays(record(TRACK), 1), arrays(record(SIGHT), 2), arrays(I8, 1)),
    *(arrays(record(SITE), 1), I8, arrays(record(PLOT), 1), arrays(record(TUNING), 1)),
    *(arrays(record(GUESS), 1), arrays(record(PLACE), 1), I8, I8, I8),
)


@part
def take_hits(
    table: Any,
    sights: Any,
    counters: Any,
    site: Any,
    s: int,
    plots: Any,
    tuning: Any,
    places: Any,
    guesses: Any,
    now_ns: int,
) -> Any:
    """Give plots to the tracks they fit best; return 1 for each plot that was used."""
    used = np.zeros(plots.size, np.uint8)
    if plots.size == 0 or counters[ROWS] == 0:
        return used
    near, begin, found = candidates(table, counters[ROWS], site, plots, tuning)
    begin, which, score, gain = score_pairs(
        table, sights, near, begin, found, site, s, plots, places, tuning, guesses
    )
    taken = auction(begin, which, score, plots.size)
    for q in range(near.size):
        e = taken[q]
        if e < 0:
            continue
        used[which[e]] = 1
        track, plot = table[near[q]], plots[which[e]]
        row = guesses[min(q, guesses.size - 1)]
        at = max(plot.time_ns, track.time_ns)
        if row.pair != e or row.time_ns != at:
            if q >= guesses.size - 1 or row.time_ns != at:
                predict(track, 1e-9 * (at - track.time_ns), tuning, row)
                row.time_ns = at
            compare(row, 1e-9 * (plot.time_ns - at), site, plot, places[which[e]], tuning)
            row.pair = e
        correct(track, row)
        track.time_ns = at
        note_hit(track, sights[near[q], s], counters, plot, gain[e], now_ns, tuning)
        plot.track = track.number
        for c in range(3):
            plot.place[c] = track.x[c]
    return used


@part
def changed_rows(table: Any, rows: int) -> Any:
    """Return the rows of confirmed tracks that had a hit; forget that they had."""
    changed = np.empty(rows, np.int64)
    count = 0
    for i in range(rows):
        if table[i].touched != 0:
            table[i].touched = 0
            if table[i].number != 0:
                changed[count] = i
                count += 1
    return changed[:count].copy()


@kernel(_PASS)
def scan_pass(
    table: Any,
    sights: Any,
    counters: Any,
    sites: Any,
    s: int,
    plots: Any,
    tunings: Any,
    guesses: Any,
    places: Any,
    seen_ns: int,
    now_ns: int,
    whole: int,
) -> tuple[Any, Any, Any, Any]:
    """Work the plots of sensor s (the number of radars: position reports) into the tracks.

    tunings: one row; places: a row each plot, filled in; seen_ns: plot time up to which the sensor
    has looked; now_ns: node time; whole: 1 when the plots are a full turn at one instant. Returns
    (rows that changed, numbers that ended, why, last state of these); writes track and place into
    plots.
    """
    site, tuning, rows = sites[s], tunings[0], counters[ROWS]
    for j in range(plots.size):
        place_plot(site, plots[j], tuning, places[j])
    used = take_hits(table, sights, counters, site, s, plots, tuning, places, guesses, now_ns)
    if site.radar != 0:
        miss_looks(table, sights, rows, site, s, seen_ns, whole != 0)
    for j in range(plots.size):
        if used[j] == 0:
            if places[j].full == 0:  # a comparison has moved it
                place_plot(site, plots[j], tuning, places[j])
            start(table, sights, counters, site, s, plots[j], places[j], now_ns, tuning)
    numbers, reasons, states = sweep(table, sights, counters, seen_ns, tuning)
    return changed_rows(table, counters[ROWS]), numbers, reasons, states
