import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from skypact.core.errors import ConfigError, DecodeError
from skypact.edge.track_file import track_file

GENERATOR = Path(__file__).parents[3] / "bench" / "air_scenario.py"


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "s.npz"
    options = ["--targets", "12", "--duration", "60", "--clutter", "3", "--seed", "8"]
    subprocess.run([sys.executable, GENERATOR, path, *options], check=True, capture_output=True)
    return path


def test_tracks_lie_on_targets_in_the_scenario_frame(scenario: Path, tmp_path: Path) -> None:
    report = track_file(scenario, tmp_path / "t.npz")
    assert set(report) >= {"detections", "cpu_s", "wall_s", "det_per_cpu_s", "compile_s"}
    tracks, truth = np.load(tmp_path / "t.npz"), np.load(scenario)
    assert tracks["pos"].shape == tracks["vel"].shape == (tracks["t"].size, 3)
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


def test_csv_and_geojson_say_the_same(scenario: Path, tmp_path: Path) -> None:
    for suffix in ("npz", "csv", "geojson"):
        track_file(scenario, tmp_path / f"t.{suffix}")
    tracks = np.load(tmp_path / "t.npz")
    table = np.genfromtxt(tmp_path / "t.csv", delimiter=",", names=True)
    np.testing.assert_allclose(table["x"], tracks["pos"][:, 0], atol=1e-3)
    assert set(table.dtype.names) >= {"t", "id", "lat_deg", "lon_deg", "height_wgs84_m"}
    features = json.loads((tmp_path / "t.geojson").read_text())["features"]
    assert {f["properties"]["id"] for f in features} == set(tracks["id"].tolist())
    lon, lat = np.array(features[0]["geometry"]["coordinates"]).reshape(-1, 3)[0, :2]
    assert abs(lat - 48) < 4
    assert abs(lon - 20) < 6


def test_what_cannot_be_used_is_said(scenario: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tracks go to \.npz"):
        track_file(scenario, tmp_path / "t.txt")
    with pytest.raises(ConfigError, match="recordings are"):
        track_file(tmp_path / "a.mp4", tmp_path / "t.npz")
    with pytest.raises(DecodeError):
        track_file(tmp_path / "none.ast", tmp_path / "t.npz")
    (tmp_path / "empty.ast").write_bytes(b"")
    sensors = tmp_path / "sensors.toml"
    sensors.write_text('[[sensor]]\nname = "a"\n')
    with pytest.raises(ConfigError, match=r"sensors\.toml"):
        track_file(tmp_path / "empty.ast", tmp_path / "t.npz", sensors_path=sensors)


def test_an_empty_recording_gives_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.ast").write_bytes(b"")
    report = track_file(tmp_path / "empty.ast", tmp_path / "t.csv")
    assert (report["detections"], report["tracks"]) == (0, 0)
    assert (tmp_path / "t.csv").read_text().startswith("t,id,x,y,z")
