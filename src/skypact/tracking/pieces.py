"""Cutting a batch so that one pass never holds two plots of one target."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
# A pass takes plots of less than this share of a turn when a batch spans more than one turn.
_SHARE = 0.25


def sweeps(time_ns: I64, period_ns: int) -> Iterator[I64]:
    """Yield row numbers, in time order, of pieces that span at most a turn of the radar.

    One turn or less is one piece; a longer batch is cut into quarters of a turn. No rows: one
    empty piece (the radar looked and saw nothing).
    """
    if time_ns.size == 0 or int(time_ns.max()) - int(time_ns.min()) < 0.9 * period_ns:
        yield np.arange(time_ns.size)
        return
    order = np.argsort(time_ns, kind="stable")
    slot = (time_ns[order] - time_ns[order[0]]) // max(int(_SHARE * period_ns), 1)
    yield from np.split(order, np.flatnonzero(np.diff(slot)) + 1)


def one_plot_each(time_ns: I64, address: I64) -> Iterator[I64]:
    """Yield row numbers so that no piece has two reports of one address; oldest reports first.

    Reports without an address are kept apart by time: each piece has those of one instant.
    """
    if time_ns.size == 0:
        return
    order = np.lexsort((time_ns, address))
    known = address[order]
    starts = np.flatnonzero(np.r_[True, known[1:] != known[:-1]])
    rank = np.arange(order.size) - np.repeat(starts, np.diff(np.r_[starts, order.size]))
    nameless = known == 0
    if nameless.any():
        rank[nameless] = np.unique(time_ns[order][nameless], return_inverse=True)[1]
    for turn in range(int(rank.max()) + 1):
        rows = order[rank == turn]
        yield rows[np.argsort(time_ns[rows], kind="stable")]
