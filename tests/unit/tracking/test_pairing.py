"""Pairs of tracks against all distances, worked out with numpy."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.tracking.kernels.layout import POINT
from skypact.tracking.registration.kernels import pairing

POINTS, STEP_S = 5, 5.0


def flights(rng: np.random.Generator, tracks: int) -> np.ndarray:
    """Return points of straight flights, some beside each other, each seen by one radar."""
    made = np.zeros(tracks * POINTS, POINT)
    time_s = STEP_S * np.arange(POINTS)
    for k in range(tracks):
        rows = slice(k * POINTS, (k + 1) * POINTS)
        start = np.array([6.4e6, 6e3 * rng.integers(0, 4), 0]) + rng.normal(size=3) * 1500
        velocity = np.array([0, 0, 200.0]) + rng.normal(size=3) * 20
        made["track"][rows], made["sensor"][rows] = 10 + k, rng.integers(0, 3)
        made["time_ns"][rows] = 1e9 * time_s
        made["x"][rows] = start + time_s[:, None] * velocity
    return made


def pairs_of(made: np.ndarray) -> set[tuple[int, int]]:
    x = made["x"].reshape(-1, POINTS, 3)
    middle, velocity = x[:, 2], (x[:, -1] - x[:, 0]) / (STEP_S * (POINTS - 1))
    sensor = made["sensor"][::POINTS]
    distance = np.linalg.norm(middle[:, None] - middle[None], axis=2)
    slip = np.linalg.norm(velocity[:, None] - velocity[None], axis=2)
    near = (distance < pairing.REACH_M) & (slip < pairing.SPEED_REACH_MPS)
    np.fill_diagonal(near, False)
    best = {}
    for a in range(len(x)):
        others = [b for b in np.flatnonzero(near[a]) if sensor[b] != sensor[a]]
        if others:
            b = min(others, key=lambda b: distance[a, b])
            rivals = [c for c in np.flatnonzero(near[a]) if c != b]
            if all(distance[a, c] > pairing.CLEAR * distance[a, b] for c in rivals):
                best[a] = int(b)
    return {(a, b) for a, b in best.items() if a < b and best.get(b) == a}


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
@settings(deadline=None)
def test_pairs_are_those_that_all_distances_give(seed: int, tracks: int) -> None:
    made = flights(np.random.default_rng(seed), tracks)
    expected = pairs_of(made)
    numbers = made["track"].copy()
    for a, b in expected:
        numbers[numbers == 10 + b] = 10 + a
    assert pairing.pair_tracks(made, 3) == len(expected)
    assert made["track"].tolist() == numbers.tolist()
