"""CAT002: marks as libasterix encodes them."""

import math

import pytest

from skypact.sensors.categories import asterix_cat002 as cat002
from skypact.sensors.categories.marks import NORTH, SECTOR
from tests.unit.sensors import oracle, samples

SECOND_NS = samples.SECOND_NS
OF_DAY_S = samples.START_NS % (86_400 * SECOND_NS) / SECOND_NS


def test_north_and_sector_marks_are_what_was_encoded() -> None:
    north = {"010": 0x0709, "000": NORTH, "030": (OF_DAY_S, "s"), "041": (4.5, "s")}
    sector = {"010": 0x0709, "000": SECTOR, "030": (OF_DAY_S + 1, "s"), "020": (90.0, "°")}
    marks, refusals = cat002.decode(oracle.records(oracle.made(2, "1.2", [north, sector]), 2))
    assert refusals == []
    assert [m.source for m in marks] == [(7, 9)] * 2
    assert [m.message for m in marks] == [NORTH, SECTOR]
    assert [m.time_ns for m in marks] == [samples.START_NS, samples.START_NS + SECOND_NS]
    assert marks[0].rotation_s == 4.5
    assert math.isnan(marks[0].azimuth_rad)
    assert marks[1].azimuth_rad == pytest.approx(math.pi / 2)


def test_a_mark_without_a_time_is_refused() -> None:
    data = oracle.made(2, "1.2", [{"010": 1, "000": NORTH}])
    marks, [refusal] = cat002.decode(oracle.records(data, 2))
    assert marks == []
    assert refusal.reason.startswith("CAT002 record")
