import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skypact.sensors.dis.times import HOUR_NS, timestamp, utc_ns

T_NS = 1_790_000_000_000_000_000


@given(st.integers(T_NS, T_NS + 48 * HOUR_NS), st.integers(-HOUR_NS // 2 + 10**9, HOUR_NS // 2))
def test_an_absolute_time_is_the_nearest_to_the_arrival(sent_ns: int, later_ns: int) -> None:
    arrival = np.array([sent_ns + later_ns - 10**9])
    [read] = utc_ns(np.array([timestamp(sent_ns)], ">u4"), arrival).tolist()
    assert abs(read - sent_ns) <= 2_000  # a unit is 1.7 us


def test_a_relative_time_is_the_arrival() -> None:
    stamps = np.array([timestamp(T_NS) - 1, 0], ">u4")
    assert utc_ns(stamps, np.array([T_NS, T_NS + 5])).tolist() == [T_NS, T_NS + 5]
