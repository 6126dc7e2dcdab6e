"""Hits kept for registration, by track and time."""

from typing import Any

import numpy as np

from skypact.core.jit import F8, I8, arrays, kernel, part, record, signature
from skypact.tracking.kernels.layout import HIT, NEXT
from skypact.tracking.registration.kernels.register import TIME


@part
def earlier(a: Any, b: Any, biases: Any) -> bool:
    """Say whether hit a goes before b: by track, then by time without the sensor's own bias."""
    if a.track != b.track:
        return a.track < b.track
    return true_ns(a, biases) < true_ns(b, biases)


@part
def true_ns(hit: Any, biases: Any) -> int:
    """Return the time of a hit without the bias of its sensor's clock."""
    if hit.sensor >= biases.shape[0]:
        return hit.time_ns
    return hit.time_ns - np.int64(1e9 * biases[hit.sensor, TIME])


@part
def merged(hits: Any, order: Any, other: Any, biases: Any) -> Any:
    """Return the rows of `order` sorted (a stable merge); other: room for as many."""
    n, width = order.size, 1
    while width < n:
        for low in range(0, n, 2 * width):
            a, middle, high = low, min(low + width, n), min(low + 2 * width, n)
            b = middle
            for k in range(low, high):
                first = a < middle
                if first and b < high:
                    first = not earlier(hits[order[b]], hits[order[a]], biases)
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
    held, n = min(ring[NEXT], hits.size), 0
    order = np.empty(held, np.int64)
    for k in range(held):
        i = (ring[NEXT] - held + k) % hits.size
        if hits[i].time_ns > since_ns:
            order[n] = i
            n += 1
    order = merged(hits, order[:n], np.empty(n, np.int64), biases)
    for k in range(n):
        out[k] = hits[order[k]]
    return n
