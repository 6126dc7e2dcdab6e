"""Launch detections of lines as columns of LaunchDetections."""

import numpy as np
import pytest

from skypact.core.columns import pack
from skypact.core.messages import LaunchDetections
from skypact.sensors.lines.launch import LaunchLine, columns


def test_an_ellipse_and_perhaps_a_direction() -> None:
    base = {"sensor": "orbit", "time": 5.0, "lat_deg": 30.0, "lon_deg": 45.0, "confidence": 0.5}
    spread = {"major_sd_m": 4e3, "minor_sd_m": 2e3, "major_azimuth_deg": -30.0}
    lines = [
        LaunchLine(**base, **spread),
        LaunchLine(**base, **spread, azimuth_deg=90.0, burn_s=61.0),
    ]
    made = columns(lines, np.array([5, 6]))
    pack(LaunchDetections, **made)
    assert np.degrees(made["major_azimuth_rad"]) == pytest.approx([330, 330])
    assert np.isnan(made["azimuth_rad"][0])
    assert made["azimuth_rad"][1] == pytest.approx(np.pi / 2)
    assert np.isnan(made["burn_s"][0])
    assert made["burn_s"][1] == 61.0
    assert made["confidence"].tolist() == [0.5, 0.5]
