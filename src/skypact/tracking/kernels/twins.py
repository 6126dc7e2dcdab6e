"""A young track whose next plot may be another target's goes on both ways.

Plots come in pieces as the beam turns: what lies in a piece may fit a track of one plot as
something that flies very fast, before the beam has come to where something slow would be.
"""

from typing import Any

from skypact.core.jit import part
from skypact.tracking.kernels.layout import FLYING, MODELS, ROWS
from skypact.tracking.kernels.nearby import chain_in, file_entry
from skypact.tracking.kernels.update import SLIGHT

TWIN_PENALTY = 0.1  # log odds below those that confirm


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
    entries[b].asked = 0
    file_entry(table, entries, counters, b, tuning)
    chain_in(entries, heads, b)
    return b
