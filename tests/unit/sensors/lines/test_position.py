"""Positions of lines as columns of PositionReports."""

import numpy as np
import pytest

from skypact.core.columns import pack
from skypact.core.messages import PositionReports
from skypact.sensors.lines.position import PositionLine, columns

HERE = {"lat_deg": -90.0, "lon_deg": 180.0, "position_sd_m": 9.0}


def test_velocity_needs_course_and_speed() -> None:
    lines = [
        PositionLine(**HERE, course_deg=90, speed_mps=100, climb_mps=3),
        PositionLine(**HERE, course_deg=90),
        PositionLine(**HERE, speed_mps=90, address="F"),
    ]
    made = columns(lines, np.arange(3))
    pack(PositionReports, **made)
    assert made["velocity_enu_mps"][0] == pytest.approx([100, 0, 3], abs=1e-9)
    assert np.isnan(made["velocity_enu_mps"][1:, :2]).all()
    assert made["address"].tolist() == [0, 0, 15]
    assert made["lat_rad"][0] == -np.pi / 2
