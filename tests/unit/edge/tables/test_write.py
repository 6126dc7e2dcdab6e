import json
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from skypact.core.errors import ConfigError
from skypact.core.geodesy import ecef_from_enu, enu_axes
from skypact.edge.tables.write import TrackRows, check_target, track_columns, write_tracks

PLACE = (np.radians(48.0), np.radians(20.0), 9_000.0)


def rows(count: int = 3) -> TrackRows:
    """Return a track flying east at 200 m/s, twice as sure along north as along east."""
    axes = enu_axes(*PLACE[:2])
    covariance = np.zeros((count, 6, 6))
    covariance[:, :3, :3] = axes.T @ np.diag([400.0, 100.0, 2500.0]) @ axes
    return TrackRows(
        5.0 * np.arange(count),
        np.full(count, 7),
        np.array([ecef_from_enu([0.0, 0.0, 0.0], PLACE)] * count).reshape(count, 3),
        np.full((count, 3), 200.0 * axes[0]),
        covariance,
        np.zeros(3),
        np.eye(3),
    )


def test_columns_have_the_units_they_name() -> None:
    columns = track_columns(rows())
    assert columns["lat_deg"][0] == pytest.approx(48)
    assert columns["height_wgs84_m"][0] == pytest.approx(9000, abs=1e-6)
    assert columns["speed_mps"][0] == pytest.approx(200)
    assert columns["course_deg"][0] == pytest.approx(90)
    assert columns["climb_mps"][0] == pytest.approx(0, abs=1e-9)
    sds = [columns[f"sd_{axis}_m"][0] for axis in ("east", "north", "up")]
    assert sds == pytest.approx([20, 10, 50])


def test_all_formats_say_the_same(tmp_path: Path) -> None:
    for suffix in ("npz", "csv", "parquet", "geojson"):
        write_tracks(tmp_path / f"t.{suffix}", rows())
    columns = track_columns(rows())
    table = np.genfromtxt(tmp_path / "t.csv", delimiter=",", names=True)
    parquet = pyarrow.parquet.read_table(tmp_path / "t.parquet")
    assert list(table.dtype.names) == parquet.column_names == list(columns)
    for name, values in columns.items():
        np.testing.assert_array_equal(parquet[name].to_numpy(), values)
        np.testing.assert_allclose(table[name], values, atol=1e-3)
    with np.load(tmp_path / "t.npz") as archive:
        np.testing.assert_array_equal(archive["pos"], rows().position_m)
        np.testing.assert_array_equal(archive["cov"], rows().covariance)
    features = json.loads((tmp_path / "t.geojson").read_text())["features"]
    assert [f["properties"]["id"] for f in features] == [7]
    assert features[0]["geometry"]["type"] == "LineString"
    assert features[0]["geometry"]["coordinates"][0] == pytest.approx([20, 48, 9000])


@pytest.mark.parametrize("suffix", ["npz", "csv", "parquet", "geojson"])
def test_no_track_is_a_file_too(suffix: str, tmp_path: Path) -> None:
    write_tracks(tmp_path / f"t.{suffix}", rows(0))
    assert (tmp_path / f"t.{suffix}").stat().st_size > 0


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tracks go to \.npz, \.csv"):
        check_target(tmp_path / "t.txt")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_tracks(tmp_path / "none" / "t.csv", rows())
