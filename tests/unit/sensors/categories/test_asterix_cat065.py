"""CAT065: what a tracking system says of itself, as libasterix encodes it."""

import pytest

from skypact.sensors.categories import asterix_cat065
from skypact.sensors.categories.marks import Status
from tests.unit.sensors import oracle


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (0b0000_0000, ""),
        (0b0100_0000, "degraded"),
        (0b1010_0000, "not connected, overloaded"),
        (0b1101_0000, "state unknown, time source invalid"),
    ],
)
def test_a_tracking_system_says_its_state(raw: int, fault: str) -> None:
    record = {"010": 0x0203, "000": 1, "015": 1, "030": 0, "040": raw}
    data = oracle.records(oracle.made(65, "1.6", [record]), 65)
    assert asterix_cat065.statuses(data) == [Status((2, 3), fault)]
