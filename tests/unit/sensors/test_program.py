"""Programs: what is wanted is read, and what does not exist is said."""

import numpy as np
import pytest

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.asterix.numbers import Bits
from skypact.sensors.asterix.program import Wanted, program
from skypact.sensors.asterix.tables import CATEGORIES, table
from tests.unit.sensors import oracle


def read(wanted: Wanted, record: bytes) -> blocks.Records:
    found = blocks.read([oracle.block(48, record)], [0], program({48: wanted}))
    assert found.refused == []
    return found.records[48]


def test_columns_stand_in_the_order_asked_for() -> None:
    made = program({48: Wanted("1.32", ("140", "010/SIC", "010"))})
    assert [field.path for field in made.fields[48]] == ["140", "010/SIC", "010"]
    assert made.columns[48] == {"140": 0, "010/SIC": 1, "010": 2}
    assert made.repeated[48] == ()
    found = read(Wanted("1.32", ("140", "010/SIC", "010")), bytes([0xC0, 7, 9, 0, 1, 2]))
    assert found.values[:, 0].tolist() == [0x102, 9, 0x709]


def test_a_program_for_everything_has_every_path_once() -> None:
    for category in CATEGORIES:
        for edition in table(category).editions:
            made = program({category: Wanted(edition)})
            once = [field.path for field in made.fields[category]]
            assert len(set(once)) == len(once) > 5
            assert not {field.path for field in made.repeated[category]} & set(once)


def test_a_repeated_field_has_as_many_values_as_the_record() -> None:
    # I048/030 warnings: one byte each, its last bit says whether another follows.
    found = read(Wanted("1.32", ("030", "010")), bytes([0x81, 0x01, 0x40, 7, 9, 3, 5, 8]))
    rows, values = found.repeated["030"]
    assert rows.tolist() == [0, 0, 0]
    assert values.tolist() == [1, 2, 4]
    assert found.value("010").tolist() == [0x709]


def test_numbers_in_a_special_field_need_its_length() -> None:
    wanted = Wanted("1.32", ("010",), (Bits("SP/FIRST", "SP", 8, 16, signed=True),))
    fspec = bytes([0x81, 0x01, 0x01, 0x04])
    long, short = (
        read(wanted, fspec + bytes([7, 9, *special])) for special in (b"\3\xff\xfe", b"\2\xff")
    )
    assert long.value("SP/FIRST").tolist() == [-2]
    assert not short.present("SP/FIRST").any()


def test_what_does_not_exist_is_said() -> None:
    with pytest.raises(ValueError, match=r"no edition 9\.9"):
        program({48: Wanted("9.9")})
    with pytest.raises(ValueError, match="no 040/RHOO"):
        program({48: Wanted("1.32", ("040/RHO", "040/RHOO"))})


def test_programs_of_several_categories_share_their_arrays() -> None:
    both = program({34: Wanted("1.29", ("000",)), 48: Wanted("1.32", ("140",))})
    mark, plot = bytes([0xC0, 7, 9, 2]), bytes([0xC0, 7, 9, 0, 0, 5])
    found = blocks.read([oracle.block(34, mark) + oracle.block(48, plot, plot)], [3], both)
    assert found.records[34].value("000").tolist() == [2]
    assert found.records[48].value("140").tolist() == [5, 5]
    np.testing.assert_array_equal(found.records[48].arrivals, [3, 3])
