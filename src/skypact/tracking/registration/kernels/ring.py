"""Hits kept for registration, by track and time."""

from typing import Any

import numpy as np

from skypact.core.jit import F8, I8, arrays, kernel, part, record, signature
from skypact.tracking.kernels.layout import HIT, NEXT
from skypact.tracking.registration.kernels.register import TIME

# Behind so many in a row that are so much too old, none is new: some come late, and false reports
# of positions repeat old times.
OLD_MOST, LATE_NS = 128, 120_000_000_000


@part
def true_ns(hit: Any, biases: Any) -> int:
    """Return the time of a hit without the bias of its sensor's clock."""
    if hit.sensor >= biases.shape[0]:
        return hit.time_ns
    return hit.time_ns - np.int64(1e9 * biases[hit.sensor, TIME])


@part
def merged(track: Any, time_ns: Any, order: Any, other: Any) -> Any:
    """Return `order`, all rows, by track, then time (a stable merge); other: room for as many."""
    n, width = track.size, 1
    while width < n:
        for low in range(0, n, 2 * width):
            a, middle, high = low, min(low + width, n), min(low + 2 * width, n)
            b = middle
            for k in range(low, high):
                first = a < middle
                if first and b < high:
                    i, j = order[a], order[b]
                    same = track[i] == track[j]
                    first = time_ns[i] <= time_ns[j] if same else track[i] < track[j]
                if first:
                    other[k] = order[a]
                    a += 1
                else:
                    other[k] = order[b]
                    b += 1
        order, other = other, order
        width *= 2
    return order


@kernel(
    signature(
        I8,
        *(arrays(record(HIT), 1), arrays(I8, 1), I8, arrays(F8, 2), arrays(record(HIT), 1)),
    )
)
def gather_hits(hits: Any, ring: Any, since_ns: int, biases: Any, out: Any) -> int:
    """Fill `out` with the hits after a time, by track and by time without the clocks' biases
    (radars, BIASES); return how many there are."""
    held = n = old = 0
    while held < min(ring[NEXT], hits.size) and old < OLD_MOST:
        late = hits[(ring[NEXT] - held - 1) % hits.size].time_ns < since_ns - LATE_NS
        old = old + 1 if late else 0
        held += 1
    rows, track = np.empty(held, np.int64), np.empty(held, np.int64)
    time_ns = np.empty(held, np.int64)
    for k in range(held):
        i = (ring[NEXT] - held + k) % hits.size
        if hits[i].time_ns > since_ns:
            rows[n], track[n], time_ns[n] = i, hits[i].track, true_ns(hits[i], biases)
            n += 1
    order = merged(track[:n], time_ns[:n], np.arange(n), np.empty(n, np.int64))
    for k in range(n):
        out[k] = hits[rows[order[k]]]
    return n
