"""Sorting of hits against Python's own."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.tracking.kernels.layout import HIT, NEXT, RING, THIN
from skypact.tracking.registration.kernels.register import BIASES, TIME
from skypact.tracking.registration.kernels.ring import gather_hits


def test_stale_hits_among_the_new_hide_none() -> None:
    hits, ring, out = np.zeros(64, HIT), np.zeros(RING, np.int64), np.zeros(64, HIT)
    ring[NEXT], ring[THIN] = 64, 1
    hits["track"], hits["time_ns"] = 1, np.arange(1000, 1064) * 10**9
    hits["time_ns"][1::2] = 5 * 10**9
    biases = np.zeros((2, BIASES))
    assert gather_hits(hits, ring, 1009 * 10**9, biases, out) == 27


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 2), st.integers(0, 9)), max_size=40),
    st.integers(0, 30),
    st.integers(-1, 8),
)
@settings(deadline=None)
def test_the_latest_hits_come_by_track_and_corrected_time(
    seen: list[tuple[int, int, int]], turned: int, since_s: int
) -> None:
    room = 16
    hits, ring, out = np.zeros(room, HIT), np.zeros(RING, np.int64), np.zeros(room, HIT)
    biases = np.zeros((2, BIASES))
    biases[:, TIME] = 0.5, 2.5
    ring[NEXT], ring[THIN] = turned, 1
    for track, sensor, time_s in seen:
        hit = hits[ring[NEXT] % room]
        hit["track"], hit["sensor"], hit["time_ns"] = track, sensor, time_s * 10**9
        ring[NEXT] += 1

    def order(one: tuple[int, int, int]) -> tuple[int, float]:
        track, sensor, time_s = one
        return track, time_s - (biases[sensor, TIME] if sensor < 2 else 0.0)

    held = [one for one in seen[-room:] if one[2] > since_s]
    # Rows that were turned past without being written are of track 0 at time 0.
    count = gather_hits(hits, ring, since_s * 10**9, biases, out)
    found: list[Any] = out[:count][["track", "sensor", "time_ns"]].tolist()
    given_back = [(t, s, ns // 10**9) for t, s, ns in found if t > 0]
    assert given_back == sorted(held, key=order)
