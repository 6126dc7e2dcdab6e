"""CAT065: what a tracking system says of itself, as libasterix encodes it."""

import pytest

from skypact.sensors.categories import asterix_cat065
from skypact.sensors.categories.marks import Status
from tests.unit.sensors import oracle, samples


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


def test_our_own_status_is_read_by_libasterix() -> None:
    data = asterix_cat065.encode_status(1, 100, samples.START_NS)
    [record] = oracle.parsed(65, asterix_cat065.EDITION, data[3:])
    assert (record["010/SAC"], record["010/SIC"], record["000"]) == ([1], [100], [1])
    assert record["030"] == [samples.START_NS // samples.SECOND_NS % 86_400 * 128]
    assert {
        path for path, value in record.items() if path.startswith("040/") and value != [0]
    } == set()
    assert asterix_cat065.statuses(oracle.records(data, 65)) == [Status((1, 100), "")]
