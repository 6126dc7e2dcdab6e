"""Rows of falling tracks."""

import numpy as np

from skypact.warning.threat.launch.falling import Falling


def test_rows_are_picked_from_every_column() -> None:
    made = Falling(
        np.array([3, 4, 5], np.uint32),
        np.arange(3),
        np.arange(9.0).reshape(3, 3),
        np.zeros((3, 3)),
        np.arange(3.0),
    )
    part = made.rows(np.array([2, 0]))
    assert (part.number.tolist(), part.time_ns.tolist()) == ([5, 3], [2, 0])
    assert part.position_ecef_m[:, 0].tolist() == [6.0, 0.0]
    assert part.speed_variance.tolist() == [2.0, 0.0]
