"""Tracks that seem to be one target, held apart by the bias of a sensor."""

import math
from typing import Any

import numpy as np

from skypact.core.jit import I8, arrays, kernel, part, record, signature
from skypact.tracking.kernels.layout import POINT

HITS_MIN, SPAN_MIN_S = 3, 8.0
REACH_M, SPEED_REACH_MPS = 8_000.0, 100.0
# The next best partner must be this much farther away.
CLEAR = 2.5


@part
def line_of(points: Any, low: int, high: int, line: Any) -> bool:
    """Fill a straight line (place at the time of the first point of all, velocity) through the
    points of a track; False when they are too few, or too close in time, to tell."""
    count = high - low
    origin, zero_ns = points[0].x, points[0].time_ns
    mean_s = 0.0
    line[:] = 0.0
    for i in range(low, high):
        mean_s += 1e-9 * (points[i].time_ns - zero_ns) / count
        for c in range(3):
            line[c] += (points[i].x[c] - origin[c]) / count
    spread = 0.0
    for i in range(low, high):
        dt = 1e-9 * (points[i].time_ns - zero_ns) - mean_s
        spread += dt * dt
        for c in range(3):
            line[3 + c] += dt * (points[i].x[c] - origin[c])
    for c in range(3):
        line[3 + c] /= max(spread, 1e-9)
        line[c] -= mean_s * line[3 + c]
    return count >= HITS_MIN and spread > count * (SPAN_MIN_S / 4) ** 2


@part
def apart(sees: Any, a: int, b: int) -> bool:
    """Say whether no radar sees both tracks."""
    both = False
    for s in range(sees.shape[1]):
        both = both or (sees[a, s] and sees[b, s])
    return not both


@part
def distance_of(lines: Any, a: int, b: int, at_s: float) -> float:
    """Return how far apart two tracks are at a time; infinite when they do not keep together."""
    off2 = slip2 = 0.0
    for c in range(3):
        slip = lines[b, 3 + c] - lines[a, 3 + c]
        off = lines[b, c] - lines[a, c] + at_s * slip
        off2, slip2 = off2 + off * off, slip2 + slip * slip
    if off2 >= REACH_M * REACH_M or slip2 >= SPEED_REACH_MPS * SPEED_REACH_MPS:
        return math.inf
    return math.sqrt(off2)


@part
def partner(lines: Any, sees: Any, usable: Any, a: int, at_s: float) -> int:
    """Return the track that seems to be the same target as track a, -1 when there is none or
    another track is nearly as close."""
    best, least = -1, math.inf
    for b in range(usable.size):
        if b != a and usable[b]:
            distance = distance_of(lines, a, b, at_s)
            if distance < least and apart(sees, a, b):
                best, least = b, distance
    for b in range(usable.size if best >= 0 else 0):
        rival = b != a and b != best and usable[b]
        if rival and distance_of(lines, a, b, at_s) <= CLEAR * least:
            return -1
    return best


@kernel(signature(I8, arrays(record(POINT), 1), I8))
def pair_tracks(points: Any, radars: int) -> int:
    """Give points (by track and time) of two tracks that seem to be one target one number; return
    how many pairs there were. They are two that no radar sees both, that keep together, and that
    have no other candidate anywhere near.
    """
    begin, tracks = np.empty(points.size + 1, np.int64), 0
    first_ns = last_ns = points[0].time_ns
    for i in range(points.size):
        first_ns, last_ns = min(first_ns, points[i].time_ns), max(last_ns, points[i].time_ns)
        if i == 0 or points[i].track != points[i - 1].track:
            begin[tracks] = i
            tracks += 1
    begin[tracks] = points.size
    lines, usable = np.empty((tracks, 6)), np.zeros(tracks, np.bool_)
    sees, partners = np.zeros((tracks, radars), np.bool_), np.empty(tracks, np.int64)
    for a in range(tracks):
        for i in range(begin[a], begin[a + 1]):
            if points[i].sensor < radars:
                sees[a, points[i].sensor] = usable[a] = True
        usable[a] &= line_of(points, begin[a], begin[a + 1], lines[a])
    at_s, pairs = 1e-9 * (first_ns + (last_ns - first_ns) // 2 - points[0].time_ns), 0
    for a in range(tracks):
        partners[a] = partner(lines, sees, usable, a, at_s) if usable[a] else -1
    for a in range(tracks):
        b = partners[a]
        if b > a and partners[b] == a:
            pairs += 1
            for i in range(begin[b], begin[b + 1]):
                points[i].track = points[begin[a]].track
    return pairs
