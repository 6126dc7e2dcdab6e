"""Plots of lines as columns of Scan."""

import numpy as np

from skypact.core.columns import pack
from skypact.core.messages import Scan
from skypact.sensors.lines.plot import PlotLine, columns


def test_what_is_not_said_is_missing() -> None:
    made = columns([PlotLine(sensor="r1", range_m=1.0, azimuth_deg=370 - 360)], np.array([5]))
    pack(Scan, **made)
    assert np.isnan([made[n][0] for n in ("elevation_rad", "range_rate_mps")]).all()
    assert (made["mode3a"][0], made["address"][0], made["callsign"][0]) == (-1, 0, b"")
    assert (made["detection"][0], made["time_ns"][0]) == (1, 5)
