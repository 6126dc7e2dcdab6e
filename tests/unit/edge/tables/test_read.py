from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest

from skypact.core.errors import ConfigError
from skypact.edge.tables.read import Column, read_table

COLUMNS = (
    Column("time_s", low=0, high=1e10, needed=True, full=True),
    Column("sensor", "text", needed=True),
    Column("range_m", low=0, high=1e7),
    Column("time_utc", "instant"),
)


def csv(folder: Path, text: str) -> Path:
    path = folder / "plots.csv"
    path.write_bytes(text.encode())
    return path


def parquet(folder: Path, **columns: Any) -> Path:
    path = folder / "plots.parquet"
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def test_columns_come_as_arrays(tmp_path: Path) -> None:
    text = "\ufefftime_s,sensor,range_m,colour\n1,a,5\t,red\n\n2.5, b ,,\n3,a,NaN,\n"
    table = read_table(csv(tmp_path, text.replace("\t", "")), COLUMNS)
    assert table.rows == 3
    assert table.numbers["time_s"].tolist() == [1, 2.5, 3]
    np.testing.assert_array_equal(table.numbers["range_m"], [5, np.nan, np.nan])
    assert table.texts["sensor"].names == ("a", "b")
    assert table.texts["sensor"].codes.tolist() == [0, 1, 0]
    assert table.ignored == ("colour",)
    assert np.isnan(table.number("elevation_deg")).all()


def test_instants_are_utc_in_nanoseconds(tmp_path: Path) -> None:
    text = "time_s,sensor,time_utc\n1,a,1970-01-01T00:00:01Z\n1,a,1970-01-01T01:00:00.25+01:00\n"
    table = read_table(csv(tmp_path, text), COLUMNS)
    assert table.instants["time_utc"].tolist() == [1_000_000_000, 250_000_000]


def test_parquet_gives_the_same(tmp_path: Path) -> None:
    path = parquet(tmp_path, time_s=[1, 2], sensor=[7, 8], range_m=[None, 3.5])
    table = read_table(path, COLUMNS)
    assert table.numbers["time_s"].dtype == np.float64
    assert table.texts["sensor"].names == ("7", "8")
    assert table.texts["sensor"].whole
    np.testing.assert_array_equal(table.numbers["range_m"], [np.nan, 3.5])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time_s,sensor,range_m\n1,a,5\n\n2,b,x\n", r"plots\.csv:4: range_m: 'x' is not a number"),
        ("time_s,sensor,range_m\n1,a,5\n2,b\n", r"plots\.csv:3: has 2 cells; the header has 3"),
        ("time_s,sensor\n1,a\n,b\n", r"plots\.csv:3: time_s: is empty"),
        ("time_s,sensor\n1,a\nnan,b\n", r"plots\.csv:3: time_s: is empty or not a number"),
        ("time_s,sensor,range_m\n1,a,5\n2,b,-1\n", r"plots\.csv:3: range_m: -1 is not within 0"),
        ("time_s,sensor,range_m\n1,a,inf\n", r"plots\.csv:2: range_m: inf is not within"),
        ("time_s,sensor,rangem\n1,a,5\n", r'plots\.csv:1: rangem: .*did you mean "range_m"'),
        ("time_s,range_m\n1,5\n", r"plots\.csv:1: sensor: column is missing; the file has time_s"),
        ("time_s,sensor,sensor\n1,a,b\n", r"plots\.csv:1: sensor: is there twice"),
        ("time_s;sensor\n1;a\n", r"plots\.csv:1: separate the columns by commas"),
        ("", r"plots\.csv:1: time_s: column is missing; the file has no columns"),
        (
            "time_s,sensor,time_utc\n1,a,2026-01-01\n",
            r"plots\.csv:2: time_utc: '2026-01-01' is not",
        ),
    ],
)
def test_a_fault_of_a_csv_file_has_its_line(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=said):
        read_table(csv(tmp_path, text), COLUMNS)


def test_a_fault_of_a_parquet_file_has_its_row(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"time_s: row 2: is empty"):
        read_table(parquet(tmp_path, time_s=[1.0, None], sensor=["a", "b"]), COLUMNS)
    with pytest.raises(ConfigError, match=r"range_m: is of type list"):
        read_table(parquet(tmp_path, time_s=[1.0], sensor=["a"], range_m=[[1]]), COLUMNS)
    (tmp_path / "cut.parquet").write_bytes((tmp_path / "plots.parquet").read_bytes()[:-9])
    with pytest.raises(ConfigError, match=r"cut\.parquet: (is not Parquet|cannot be read)"):
        read_table(tmp_path / "cut.parquet", COLUMNS)


def test_what_is_no_table_is_said(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(b"time_s,sensor\n1,\xff\xfe\n")
    with pytest.raises(ConfigError, match="is not CSV"):
        read_table(tmp_path / "b.csv", COLUMNS)
    with pytest.raises(ConfigError, match="tables are"):
        read_table(tmp_path / "b.xlsx", COLUMNS)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_table(tmp_path / "none.csv", COLUMNS)
