import numpy as np

from skypact.tracking.lateness import Lateness

SECOND_NS = 1_000_000_000


def settled(lateness: Lateness, s: int, *times_s: float) -> float:
    time_ns = np.array([round(t * SECOND_NS) for t in times_s], np.int64)
    return lateness.settled_ns(s, time_ns, int(time_ns.max())) / SECOND_NS


def test_plots_in_order_are_settled_at_once() -> None:
    lateness = Lateness(2, 30.0)
    assert [settled(lateness, 0, t, t + 4) for t in (100, 105, 110)] == [104, 109, 114]


def test_a_sensor_that_was_late_is_waited_for_and_others_are_not() -> None:
    lateness = Lateness(2, 30.0)
    settled(lateness, 0, 100)
    assert settled(lateness, 0, 92) == 92
    assert settled(lateness, 0, 101) < 94
    assert settled(lateness, 1, 101) == 101
    assert lateness.slack_s(0) == 0
    assert 7 < lateness.slack_s(1) <= 8


def test_one_late_plot_is_forgotten_and_none_is_waited_for_longer_than_it_may_come() -> None:
    lateness = Lateness(1, 30.0)
    settled(lateness, 0, 1000)
    assert settled(lateness, 0, 900) == 970
    for t in range(1001, 2000):
        at = settled(lateness, 0, t)
    assert at > 1998.9


def test_bytes_bring_all_back() -> None:
    lateness, other = Lateness(2, 30.0), Lateness(2, 30.0)
    settled(lateness, 1, 100)
    settled(lateness, 1, 95)
    other.from_bytes(lateness.to_bytes())
    assert settled(other, 1, 101) == settled(lateness, 1, 101)
