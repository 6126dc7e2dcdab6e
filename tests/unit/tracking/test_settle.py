from typing import Any

import numpy as np

from skypact.tracking.kernels import settle
from skypact.tracking.kernels.layout import FEED

SECOND_NS = 1_000_000_000
LATE_S = 30.0


def feeds(sensors: int) -> Any:
    return np.zeros(sensors, FEED).view(np.recarray)


def settled(made: Any, s: int, *times_s: float) -> float:
    time_ns = [round(t * SECOND_NS) for t in times_s]
    settle.settle.py_func(made[s], min(time_ns), max(time_ns), LATE_S)
    return made[s].settled_ns / SECOND_NS


def test_plots_in_order_are_settled_at_once() -> None:
    made = feeds(2)
    assert [settled(made, 0, t, t + 4) for t in (100, 105, 110)] == [104, 109, 114]


def test_a_sensor_that_was_late_is_waited_for_and_others_are_not() -> None:
    made = feeds(2)
    settled(made, 0, 100)
    assert settled(made, 0, 92) == 92
    assert settled(made, 0, 101) < 94
    assert settled(made, 1, 101) == 101
    assert settle.slack_s.py_func(made, 0) == 0
    assert 7 < settle.slack_s.py_func(made, 1) <= 8


def test_a_look_without_plots_says_nothing_of_lateness() -> None:
    made = feeds(1)
    settled(made, 0, 100)
    settle.settle.py_func(made[0], 0, 90 * SECOND_NS, LATE_S)
    assert made[0].settled_ns == 100 * SECOND_NS


def test_one_late_plot_is_forgotten_and_none_is_waited_for_longer_than_it_may_come() -> None:
    made = feeds(1)
    settled(made, 0, 1000)
    assert settled(made, 0, 900) == 970
    for t in range(1001, 2000):
        at = settled(made, 0, t)
    assert at > 1998.9
