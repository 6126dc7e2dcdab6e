"""CAT034: marks return."""

import math

import pytest

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.categories import asterix_cat034 as cat034
from tests.unit.sensors import oracle, samples


def decode(data: bytes) -> tuple[list[cat034.Mark], list[blocks.Refusal]]:
    return cat034.decode(oracle.records(data, 34))


def test_north_mark_returns() -> None:
    data = cat034.encode_mark(samples.site(), "north", 0.0, samples.START_NS, 4.8)
    [mark], refusals = decode(data)
    assert refusals == []
    assert (mark.source, mark.message, mark.time_ns) == ((7, 9), cat034.NORTH, samples.START_NS)
    assert math.isnan(mark.azimuth_rad)
    assert mark.rotation_s == pytest.approx(4.8, abs=0.004)


def test_sector_mark_returns() -> None:
    data = cat034.encode_mark(samples.site(), "sector", math.pi, samples.START_NS, 600.0)
    [mark], _ = decode(data)
    assert mark.message == cat034.SECTOR
    assert mark.azimuth_rad == pytest.approx(math.pi)
    assert math.isnan(mark.rotation_s)


def test_a_mark_without_time_is_refused() -> None:
    marks, refusals = decode(oracle.made(34, "1.29", [{"010": 1, "000": 1}]))
    assert marks == []
    assert "time of day" in refusals[0].reason
