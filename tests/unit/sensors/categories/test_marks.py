"""What senders say of their own state, as libasterix encodes it."""

from skypact.sensors.categories import asterix_cat034
from skypact.sensors.categories.marks import Status, decode_marks
from tests.unit.sensors import oracle


def test_a_radar_says_what_is_wrong_with_it() -> None:
    com = {"COM": 0b1001_1010}
    records = [
        {"010": 0x0102, "000": 1, "030": 0, "050": {"COM": 0}},
        {"010": 0x0103, "000": 1, "030": 0, "050": com},
        {"010": 0x0104, "000": 1, "030": 0},
    ]
    data = oracle.records(oracle.made(34, "1.29", records), 34)
    assert asterix_cat034.statuses(data) == [
        Status((1, 2), ""),
        Status(
            (1, 3),
            "not operational, data processor overloaded, transmission overloaded, "
            "time source invalid",
        ),
    ]
    assert len(decode_marks(data)[0]) == 3
