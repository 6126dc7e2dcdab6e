from pathlib import Path

import numpy as np
import pytest

from skypact.core.errors import ConfigError, DecodeError
from skypact.edge.tables.truth import read_truth
from tests.unit.edge.tables.night import make_scenario, truth_columns, write_csv, write_parquet


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("truth") / "s.npz"
    return make_scenario(path, "--targets", "6", "--duration", "40", "--seed", "5")


def test_a_scenario_and_a_table_say_the_same(scenario: Path, tmp_path: Path) -> None:
    whole = read_truth(scenario)
    columns = truth_columns(scenario)
    ecef = whole.position_m @ whole.rotation + whole.origin_ecef_m
    keep = (whole.time_s % 5 == 0) & (whole.time_s > 0)
    for path in (
        write_csv(tmp_path / "t.csv", columns),
        write_parquet(tmp_path / "t.parquet", columns),
    ):
        table = read_truth(path)
        np.testing.assert_allclose(table.position_m, ecef[keep], atol=1e-3)
        np.testing.assert_allclose(
            table.velocity_mps, whole.velocity_mps[keep] @ whole.rotation, atol=1e-6
        )
        np.testing.assert_array_equal(table.counted, whole.counted[keep])
        np.testing.assert_array_equal(table.times_s, whole.times_s)
        assert len(set(table.number.tolist())) == 6


def test_what_need_not_be_there(scenario: Path, tmp_path: Path) -> None:
    columns = truth_columns(scenario)
    bare = {key: columns[key] for key in ("time_s", "id", "lat_deg", "lon_deg", "height_wgs84_m")}
    truth = read_truth(write_csv(tmp_path / "t.csv", bare))
    assert truth.counted.all()
    assert np.isnan(truth.velocity_mps).all()


def test_what_is_wrong_is_named(scenario: Path, tmp_path: Path) -> None:
    columns = truth_columns(scenario)
    columns["lat_deg"][2] = np.nan
    with pytest.raises(ConfigError, match=r"t\.csv:4: lat_deg: is empty"):
        read_truth(write_csv(tmp_path / "t.csv", columns))
    del columns["id"]
    with pytest.raises(ConfigError, match=r"t\.csv:1: id: column is missing"):
        read_truth(write_csv(tmp_path / "t.csv", columns))
    with np.load(scenario) as archive:
        arrays = {key: archive[key] for key in archive.files}
    np.savez(tmp_path / "short.npz", **(arrays | {"truth_id": arrays["truth_id"][:-1]}))
    with pytest.raises(DecodeError, match="array truth_id has shape"):
        read_truth(tmp_path / "short.npz")
    hole = np.where(np.arange(len(arrays["truth_t"])) == 3, np.nan, arrays["truth_t"])
    np.savez(tmp_path / "hole.npz", **(arrays | {"truth_t": hole}))
    with pytest.raises(DecodeError, match="array truth_t is not finite"):
        read_truth(tmp_path / "hole.npz")
    np.savez(tmp_path / "deep.npz", **(arrays | {"eval_t": np.zeros((2, 2))}))
    with pytest.raises(DecodeError, match="array eval_t is not one row"):
        read_truth(tmp_path / "deep.npz")
    del arrays["truth_pos"]
    np.savez(tmp_path / "less.npz", **arrays)
    with pytest.raises(DecodeError, match="array truth_pos is missing"):
        read_truth(tmp_path / "less.npz")
    np.savez(tmp_path / "meta.npz", **(arrays | {"truth_pos": 1, "meta": "{}"}))
    with pytest.raises(DecodeError, match="array meta"):
        read_truth(tmp_path / "meta.npz")
