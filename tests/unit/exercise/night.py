"""Truths and tracks with every fault a tracker can have: offsets, gaps, swaps, false and double
tracks, late starts. Not a test itself."""

import numpy as np

from skypact.exercise.score import States

STEP_S = 5.0


def night(seed: int, truths: int = 12, moments: int = 40) -> tuple[States, States, np.ndarray]:
    """Return (truth, tracks, times_s)."""
    dice = np.random.default_rng(seed)
    times = STEP_S * np.arange(1, moments + 1)
    start = dice.uniform(-15e3, 15e3, (truths, 3))
    velocity = dice.uniform(-200, 200, (truths, 3))
    truth_rows, track_rows = [], []
    for k, t in enumerate(times):
        position = start + velocity * t
        for j in range(truths):
            if not (3 * j) % moments <= k + 25:
                continue
            truth_rows.append((t, j, *position[j], *velocity[j]))
            if k > 2 + j % 5 and dice.random() < 0.93:
                # Two tracks change places in the middle; one hangs on the border of the gate.
                number = j ^ 1 if k > moments // 2 else j
                far = 2_800.0 if j == 3 else 300.0
                offset = dice.normal(0, far / np.sqrt(3), 3)
                track_rows.append((t, number, *(position[j] + offset), *(velocity[j] + 5)))
            if j % 4 == 0 and k > 10:
                near = position[j] + dice.normal(0, 900, 3)
                track_rows.append((t, 100 + j, *near, *velocity[j]))
        if k % 7 < 4:
            false = dice.uniform(-40e3, 40e3, 3)
            track_rows.append((t, 200 + k // 7, *false, 0, 0, 0))
    return _states(truth_rows), _states(track_rows), times


def _states(rows: list[tuple[float, ...]]) -> States:
    table = np.array(rows)
    return States(table[:, 0], table[:, 1].astype(np.int64), table[:, 2:5], table[:, 5:8])
