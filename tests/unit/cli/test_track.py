import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from skypact.cli import main
from tests.unit.edge.tables.night import (
    make_scenario,
    plot_columns,
    sensor_rows,
    truth_columns,
    write_csv,
    write_parquet,
    write_toml,
)

SCORER = Path(__file__).parents[3] / "bench" / "score_tracks.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("track")
    scenario = make_scenario(path / "s.npz", "--targets", "12", "--duration", "60", "--seed", "9")
    make_scenario(
        path / "p.npz", "--targets", "9", "--duration", "60", "--seed", "9", "--dims", "2"
    )
    write_csv(path / "plots.csv", plot_columns(scenario))
    write_toml(path / "sensors.toml", sensor_rows(scenario))
    write_parquet(path / "truth.parquet", truth_columns(scenario))
    return path


def run(folder: Path, *arguments: str) -> dict[str, Any]:
    done = CliRunner().invoke(main, ["track", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ["s.npz", "p.npz"])
def test_the_score_is_that_of_the_scorer_of_the_bars(folder: Path, name: str) -> None:
    spec = importlib.util.spec_from_file_location("score_tracks", SCORER)
    assert spec
    assert spec.loader
    scorer: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    path, out = str(folder / name), str(folder / "out.npz")
    ours = run(folder, path, "--out", out, "--score", path)["score"]
    truth, times, meta = scorer.load_truth(path)
    theirs = scorer.score(truth, scorer.load_tracks(out), times, dims=meta["dims"])
    assert round(ours["gospa_mean_m"], 1) == theirs["gospa_mean"]
    assert round(ours["gospa_per_truth_m"], 1) == theirs["gospa_per_truth"]
    assert 0.3 < ours["siap_stone_soup"]["completeness"] <= 1


def test_a_table_is_scored_by_a_table(folder: Path) -> None:
    arguments = [str(folder / "plots.csv"), "--sensors", str(folder / "sensors.toml")]
    report = run(folder, *arguments, "--score", str(folder / "truth.parquet"))
    assert {"detections", "cpu_s", "wall_s", "det_per_cpu_s", "compile_s"} <= set(report)
    scenario = str(folder / "s.npz")
    theirs = run(folder, scenario, "--score", scenario)["score"]
    assert report["score"]["gospa_per_truth_m"] == pytest.approx(
        theirs["gospa_per_truth_m"], rel=0.1
    )
    far = run(folder, *arguments, "--score", str(folder / "truth.parquet"), "--cutoff", "30")
    assert far["score"]["missed_mean"] > report["score"]["missed_mean"]


def test_a_fault_is_one_sentence(folder: Path) -> None:
    done = CliRunner().invoke(main, ["track", str(folder / "plots.csv"), "--out", "t.txt"])
    assert done.exit_code == 2
    assert done.stderr.startswith("skypact: t.txt: tracks go to")
    done = CliRunner().invoke(main, ["track", str(folder / "plots.csv"), "--out", "t.csv"])
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "plots.csv:2: sensor: 'radar 0' is not among the sensors" in done.stderr


def test_nothing_to_do_is_said(folder: Path) -> None:
    done = CliRunner().invoke(main, ["track", str(folder / "plots.csv")])
    assert done.exit_code == 2
    assert "nothing to do" in done.stderr
