from skypact.sensors.settings import SCHEMES
from skypact.sensors.standards.table import STANDARDS


def test_no_standard_takes_the_name_of_another_format() -> None:
    assert not SCHEMES.keys() & STANDARDS.keys()


def test_every_standard_takes_bytes_that_make_no_sense() -> None:
    for standard in STANDARDS.values():
        assert standard.decode(b"\xff\x00\n", 0).refusals
