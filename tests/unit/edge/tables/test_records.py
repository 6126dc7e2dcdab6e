"""Tables of records and files of data blocks."""

from pathlib import Path

import numpy as np
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest

from skypact.core.errors import ConfigError
from skypact.edge.feeds.capture import Datagrams
from skypact.edge.tables import records
from skypact.edge.tables.records import record_writer
from skypact.sensors.asterix_rows import RowReader
from skypact.sensors.categories import asterix_cat021, asterix_cat048
from tests.unit.sensors import samples

PLOTS = asterix_cat048.encode(samples.site(), samples.plots())
REPORTS = asterix_cat021.encode(3, 1, samples.reports())
BAD = b"\x30\x00\x04\x00"
UNKNOWN = b"\xc8\x00\x05\x80\x01"


def write(path: Path, *pieces: list[bytes]) -> Path:
    reader, writer = RowReader({}), record_writer(path)
    for sent in pieces:
        bounds = np.concatenate([[0], np.cumsum([len(d) for d in sent])])
        times = np.full(len(sent), samples.START_NS)
        made = Datagrams(bytearray(b"".join(sent)), bounds, times, len(sent), 0, 0)
        rows, faulty = reader.read(np.frombuffer(made.data, np.uint8), bounds, times)
        writer.write(rows, faulty, made)
    writer.close()
    return path


def test_parquet_and_csv_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "ROW_GROUP", 7)
    pieces = ([PLOTS + BAD, REPORTS], [PLOTS])
    table = parquet.read_table(write(tmp_path / "a.parquet", *pieces))
    text = write(tmp_path / "a.csv", *pieces).read_text()
    assert text.count("\n") == 1 + table.num_rows == 15
    again = csv.read_csv(
        tmp_path / "a.csv",
        convert_options=csv.ConvertOptions(column_types=table.schema, strings_can_be_null=True),
    )
    assert again.to_pylist() == table.to_pylist()


def test_cells_are_null_where_nothing_was_said(tmp_path: Path) -> None:
    rows = parquet.read_table(write(tmp_path / "a.parquet", [PLOTS], [REPORTS])).to_pylist()
    first, second, report = rows[0], rows[1], rows[5]
    assert (first["mode3a"], first["address"], first["callsign"]) == (None, None, None)
    assert (second["mode3a"], second["address"], second["callsign"]) == ("7777", "3c660c", "ABC123")
    assert second["altitude_pressure_m"] == pytest.approx(1000, abs=4)
    assert second["range_m"] == pytest.approx(2e5, abs=4)
    assert first["lat_deg"] is None
    assert report["lat_deg"] == pytest.approx(np.degrees(0.8))
    assert (report["sac"], report["sic"], report["category"]) == (3, 1, 21)
    assert [row["datagram"] for row in rows] == [0] * 5 + [1] * 4


def test_blocks_that_were_read_are_kept_and_no_others(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.ast",
        [PLOTS, BAD, BAD + PLOTS + UNKNOWN + REPORTS],
        [UNKNOWN + b"\x30", PLOTS],
    )
    assert path.read_bytes() == PLOTS + PLOTS + REPORTS + PLOTS


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\.parquet, \.csv or \.ast"):
        record_writer(tmp_path / "a.json")
    with pytest.raises(ConfigError, match="cannot be written"):
        record_writer(tmp_path / "none" / "a.csv")
