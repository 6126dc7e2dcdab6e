"""The clock a radar goes by."""

import numpy as np

from skypact.sensors.radar_clocks import RadarClocks


def test_a_reference_is_the_arrival_by_the_clock_of_the_radar() -> None:
    clocks = RadarClocks({7: 5})
    clocks.take(np.array([9, 9]), np.array([100, 1000]), np.array([90, 400]))
    assert clocks.references(np.array([9, 7, 8]), np.array([1, 2, 3])).tolist() == [601, 7, 3]
    assert RadarClocks(clocks.offsets).offsets == {7: 5, 9: 600}
    assert clocks.references(np.zeros(0, np.int64), np.zeros(0, np.int64)).size == 0
