"""Bearings of lines as columns of Bearings."""

import numpy as np
import pytest

from skypact.core.columns import pack
from skypact.core.messages import Bearings
from skypact.sensors.lines.bearing import BearingLine, columns


def test_degrees_become_radians() -> None:
    lines = [
        BearingLine(sensor="m1", azimuth_deg=-1),
        BearingLine(sensor="m1", azimuth_deg=1, elevation_deg=-3),
    ]
    made = columns(lines, np.array([1, 2]))
    pack(Bearings, **made)
    assert np.degrees(made["azimuth_rad"]) == pytest.approx([359, 1])
    assert np.isnan(made["elevation_rad"][0])
    assert np.degrees(made["elevation_rad"][1]) == pytest.approx(-3)
