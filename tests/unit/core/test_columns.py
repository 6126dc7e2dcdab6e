"""`fault` finds each kind of bad column; `pack` and `array` are each other's inverse."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec
import numpy as np
import pytest

from skypact.core.columns import ROWS_MAX, Column, array, fault, pack
from skypact.core.errors import InvariantError


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    COLUMNS: ClassVar[Mapping[str, Column]] = {
        "range_m": Column("<f8", "m", 0, 1e7),
        "elevation_rad": Column("<f8", "rad", -1.5, 1.5, missing=True),
        "position_m": Column("<f8", "m", -1e8, 1e8, width=3),
        "mode3a": Column("<i4", "", -1, 0o7777),
        "callsign": Column("|S8", "", 0, 0),
        "burn_s": Column("<f8", "s", 0, 100, missing=True, later=True),
    }
    count: int
    range_m: bytes
    elevation_rad: bytes
    position_m: bytes
    mode3a: bytes
    callsign: bytes
    burn_s: bytes = b""


GOOD: dict[str, object] = {
    "range_m": [1.0, 2.0],
    "elevation_rad": [0.1, np.nan],
    "position_m": [[1, 2, 3], [4, 5, 6]],
    "mode3a": [-1, 0o1234],
    "callsign": [b"SKY1", b""],
}


def sample(count: int = 2, **changed: object) -> Sample:
    return Sample(count=count, **pack(Sample, **{**GOOD, **changed}))


def test_a_column_gained_later_may_be_left_out_and_then_reads_as_missing() -> None:
    old, new = sample(), sample(burn_s=[60.0, np.nan])
    assert fault(old) == fault(new) == ""
    assert np.isnan(array(old, "burn_s")).tolist() == [True, True]
    assert array(new, "burn_s").tolist()[0] == 60.0
    assert "burn_s" in fault(sample(burn_s=[60.0, 101.0]))
    assert "burn_s" in fault(msgspec.structs.replace(new, burn_s=new.burn_s[:8]))


def test_what_is_packed_comes_back() -> None:
    message = sample()
    assert fault(message) == ""
    assert array(message, "range_m").tolist() == [1.0, 2.0]
    assert array(message, "position_m").shape == (2, 3)
    assert array(message, "callsign").tolist() == [b"SKY1", b""]


def test_a_view_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        array(sample(), "range_m")[0] = 5


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"range_m": [1.0, np.nan]}, "column range_m leaves 0..10000000.0 m"),
        ({"range_m": [1.0, np.inf]}, "column range_m leaves"),
        ({"range_m": [-0.1, 1.0]}, "column range_m leaves"),
        ({"range_m": [1.0, 1e8]}, "column range_m leaves"),
        ({"elevation_rad": [np.nan, np.inf]}, "column elevation_rad leaves"),
        ({"elevation_rad": [np.nan, -2.0]}, "column elevation_rad leaves"),
        ({"position_m": [[0, 0, 0], [0, 0, np.nan]]}, "column position_m leaves"),
        ({"mode3a": [0, 4096]}, "column mode3a leaves -1..4095"),
    ],
)
def test_a_bad_value_is_found(changed: dict[str, object], says: str) -> None:
    assert fault(sample(**changed)).startswith(says)


@pytest.mark.parametrize("count", [1, 3])
def test_a_wrong_count_is_found(count: int) -> None:
    assert fault(sample(count)) == f"column range_m has 16 bytes for {count} rows"


def test_a_cut_column_is_found() -> None:
    message = msgspec.structs.replace(sample(), position_m=b"\0" * 47)
    assert fault(message) == "column position_m has 47 bytes for 2 rows"


@pytest.mark.parametrize("count", [-1, ROWS_MAX + 1])
def test_an_impossible_count_is_found(count: int) -> None:
    assert fault(sample(count)) == f"{count} rows; the limit is {ROWS_MAX}"


def test_no_rows_and_nothing_measured_are_fine() -> None:
    empty = {name: np.zeros((0, 3)) if name == "position_m" else [] for name in GOOD}
    assert fault(sample(0, **empty)) == ""
    assert fault(sample(elevation_rad=[np.nan, np.nan])) == ""


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"range_m": [1.0]}, r"columns \[.*\] are missing or unknown"),
        ({**GOOD, "height_m": [1, 2]}, r"columns \['height_m'\]"),
        ({**GOOD, "mode3a": [1, 2, 3]}, "mode3a: 3 rows where others have 2"),
        ({**GOOD, "position_m": [1, 2, 3, 4]}, "is not rows of 3"),
    ],
)
def test_packing_refuses_columns_that_do_not_fit(arrays: dict[str, object], says: str) -> None:
    with pytest.raises(InvariantError, match=says):
        pack(Sample, **arrays)
