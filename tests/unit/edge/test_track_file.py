from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skypact.core.errors import ConfigError, DecodeError
from skypact.edge.track_file import track_file, track_plots
from tests.unit.edge.tables.night import make_scenario, plot_columns, sensor_rows


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "s.npz"
    options = ["--targets", "12", "--duration", "60", "--clutter", "3", "--seed", "8"]
    return make_scenario(path, *options)


def test_tracks_lie_on_targets_in_the_scenario_frame(scenario: Path, tmp_path: Path) -> None:
    report = track_file(scenario, tmp_path / "t.npz").report
    assert set(report) >= {"detections", "cpu_s", "wall_s", "det_per_cpu_s", "compile_s"}
    tracks, truth = np.load(tmp_path / "t.npz"), np.load(scenario)
    assert tracks["pos"].shape == tracks["vel"].shape == (tracks["t"].size, 3)
    assert tracks["cov"].shape == (tracks["t"].size, 6, 6)
    assert set(tracks["t"]) <= set(truth["eval_t"])
    near = 0
    for t, position in zip(tracks["t"], tracks["pos"], strict=True):
        there = truth["truth_pos"][np.isclose(truth["truth_t"], t)]
        near += np.linalg.norm(there - position, axis=1).min() < 3000
    assert near > 0.9 * tracks["t"].size > 20


def test_a_report_does_not_know_what_comes_after_it(scenario: Path, tmp_path: Path) -> None:
    with np.load(scenario) as archive:
        columns = {key: archive[key] for key in archive.files}
    keep = columns["scan_t"] <= 30.0
    plots = columns["det_t"] <= 30.0
    for key in columns:
        if key.startswith("scan_"):
            columns[key] = columns[key][keep]
        elif key.startswith("det_"):
            columns[key] = columns[key][plots]
    np.savez(tmp_path / "cut.npz", **columns)
    track_file(scenario, tmp_path / "whole_tracks.npz")
    track_file(tmp_path / "cut.npz", tmp_path / "cut_tracks.npz")
    whole, cut = np.load(tmp_path / "whole_tracks.npz"), np.load(tmp_path / "cut_tracks.npz")
    for name in ("t", "id", "pos", "vel"):
        np.testing.assert_array_equal(whole[name][whole["t"] <= 30], cut[name][cut["t"] <= 30])


def test_arrays_in_arrays_out(scenario: Path) -> None:
    times = np.arange(5.0, 61.0, 5.0)
    tracks = track_plots(plot_columns(scenario), sensor_rows(scenario), times_s=times)
    assert set(tracks["t"].tolist()) <= set(times.tolist())
    assert np.unique(tracks["id"]).size >= 5
    assert np.abs(tracks["lat_deg"] - 48).max() < 4
    with pytest.raises(ConfigError, match="azimuth_deg: row 1: a plot needs an azimuth"):
        track_plots({"time_s": [1.0], "sensor": ["radar 0"]}, sensor_rows(scenario))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"range_m": np.ones((3, 2))}, r"range_m: has shape \(3, 2\); a column"),
        ({"range_m": 5.0}, r"range_m: has shape \(\)"),
        ({"range_m": [1.0]}, r"range_m: has 1 rows, not 3"),
        ({"range_m": [[1.0], 2.0, 3.0]}, "range_m: is not one row"),
        ({"range_m": np.ones(3) * 1j}, "range_m: is not numbers"),
        ({"range_m": ["a", "b", "c"]}, "range_m: is not numbers"),
        ({"sensor": ["nobody"] * 3}, "'nobody' is not among the sensors"),
    ],
)
def test_columns_that_are_none_are_named(changed: dict[str, Any], why: str) -> None:
    plots = {"time_s": [0.0, 5.0, 10.0], "sensor": ["north"] * 3, "azimuth_deg": [1.0] * 3}
    north = {"name": "north", "lat_deg": 48.0, "lon_deg": 20.0, "height_m": 0.0, "period_s": 5.0}
    with pytest.raises(ConfigError, match=why):
        track_plots(plots | {"range_m": [1e5] * 3} | changed, [north])
    for odd in (["north"], north):
        with pytest.raises(ConfigError, match=r"sensors: \[0\] is no mapping"):
            track_plots(plots, odd)
    for times in ([np.nan], [[1.0], [2.0]], [1e300], ["noon"], [-1.0]):
        with pytest.raises(ConfigError, match="times_s: is not"):
            track_plots(plots, [north], times_s=times)


def test_a_row_without_a_sensor_is_a_report() -> None:
    times = np.arange(0.0, 30.0)
    plots = {"time_s": times, "sensor": [None] * 30, "lat_deg": 48 + 0.002 * times}
    tracks = track_plots(plots | {"lon_deg": [20.0] * 30, "address": ["3c660c"] * 30}, [])
    assert np.unique(tracks["id"]).size == 1


def test_the_same_input_gives_the_same_bytes(scenario: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "a.parquet", "b.parquet"):
        track_file(scenario, tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_sensors_that_a_scenario_does_not_need_are_noted(scenario: Path) -> None:
    notes = track_file(scenario, sensors_path="other.toml").report["notes"]
    assert notes == ["other.toml not read: a scenario has its own sensors"]


def test_what_cannot_be_used_is_said(scenario: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tracks go to \.npz"):
        track_file(scenario, tmp_path / "t.txt")
    with pytest.raises(ConfigError, match="recordings are"):
        track_file(tmp_path / "a.mp4", tmp_path / "t.npz")
    with pytest.raises(DecodeError):
        track_file(tmp_path / "none.ast", tmp_path / "t.npz")


def test_an_empty_recording_gives_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.ast").write_bytes(b"")
    report = track_file(tmp_path / "empty.ast", tmp_path / "t.csv").report
    assert (report["detections"], report["tracks"]) == (0, 0)
    assert (tmp_path / "t.csv").read_text().startswith("t,id,x,y,z")
