"""Where the numbers of an item stand."""

import pytest

from skypact.sensors.asterix.numbers import Field, numbers, place, whole_bytes, width_bits

GROUP = {
    "group": [
        ["V", {"bits": 1, "content": "table"}],
        3,
        ["FL", {"bits": 12, "content": "quantity", "signed": True, "lsb": 0.25, "unit": "FL"}],
    ]
}


def test_fields_of_a_group_and_the_group_as_one_number() -> None:
    assert width_bits(GROUP) == 16
    assert numbers("090", GROUP, False) == [
        (0, Field("090/V", 1, "table")),
        (4, Field("090/FL", 12, "quantity", True, 0.25, "FL")),
        (0, Field("090", 16, whole=True)),
    ]


def test_a_group_over_eight_bytes_is_no_number() -> None:
    wide = {"group": [["A", {"bits": 64, "content": "raw"}], ["B", {"bits": 8, "content": "raw"}]]}
    assert [field.path for _, field in numbers("1", wide, False)] == ["1/A", "1/B"]


@pytest.mark.parametrize(
    ("at_bits", "width", "expected"),
    [(0, 8, [0, 1, 0]), (4, 12, [0, 2, 0]), (9, 3, [1, 1, 4]), (7, 2, [0, 2, 7])],
)
def test_a_number_takes_the_bytes_it_touches(at_bits: int, width: int, expected: list[int]) -> None:
    assert place(at_bits, width, False, 5) == [*expected, width, 0, 5]


def test_what_the_kernel_cannot_read_is_said() -> None:
    with pytest.raises(ValueError, match="9 bytes"):
        place(1, 64, False, 0)
    with pytest.raises(ValueError, match="9 bits"):
        whole_bytes(9)
