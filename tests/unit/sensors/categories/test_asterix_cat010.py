"""CAT010: what libasterix encodes comes out as position reports."""

import numpy as np
import pytest

from skypact.core.geodesy import azimuth_rad, distance_m
from skypact.sensors.categories import asterix_cat010
from skypact.sensors.categories.marks import Status
from tests.unit.sensors import oracle, samples
from tests.unit.sensors.categories.test_measured import GLOBAL, decode, row


def test_surface_movement_has_its_accuracy_and_velocity() -> None:
    surface = GLOBAL | {
        "202": 0xFFE0_0004,  # -8 and 1 m/s: the standard's unit is 0.25 m/s
        "500": (2.5, 3.25, 0),
        "220": 0x474CA1,
    }
    found = row(decode(10, surface))
    assert found["velocity_enu_mps"][:2].tolist() == [-8, 1]
    assert (found["position_sd_m"], found["address"]) == (3.25, 0x474CA1)


def test_a_polar_position_of_a_surface_radar_counts_from_the_site() -> None:
    polar = {"040": (2_000.0, 90.0)}
    found = row(decode(10, polar))
    site = samples.site()
    place = (site.lat_rad, site.lon_rad, found["lat_rad"], found["lon_rad"])
    assert distance_m(*place) == pytest.approx(2_000, abs=10)
    assert azimuth_rad(*place) == pytest.approx(np.pi / 2, abs=0.001)


def test_a_surface_radar_says_its_state() -> None:
    record = {"010": 0x0203, "000": 3, "140": 0, "550": 0b1011_0000}
    data = oracle.records(oracle.made(10, "1.1", [record]), 10)
    assert asterix_cat010.statuses(data) == [
        Status((2, 3), "not operational, overloaded, time source invalid")
    ]
