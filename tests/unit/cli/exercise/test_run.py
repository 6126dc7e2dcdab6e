"""A run leaves a report, figures and journals; the journals alone give the same figures."""

import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.cli.exercise.report import report
from skypact.cli.exercise.run import run, write
from skypact.core.errors import ConfigError
from skypact.exercise.score import States
from tests.unit.exercise.small import SMALL
from tests.unit.exercise.test_siap import of_stone_soup


def quiet(share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of the small night."""
    folder = tmp_path_factory.mktemp("night")
    (folder / "small.toml").write_text(SMALL)
    run(str(folder / "small.toml"), None, folder / "out", 60.0, quiet)
    return folder / "out"


def test_a_run_leaves_all_it_promises(night: Path) -> None:
    summary = msgspec.json.decode((night / "summary.json").read_bytes())
    assert summary["seed"] == 3
    assert summary["simulated_s"] == 60.0
    assert summary["wall_s"] > 0
    assert summary["nations"]["auria"]["warning"]["warning_time_s"]["min"] > 200
    assert {"siap", "gospa"} <= set(summary["nations"]["borvia"])
    assert (night / "report.html").read_text().startswith("<!DOCTYPE html>")


def test_other_programs_score_the_exported_tracks_alike(night: Path) -> None:
    """Stone Soup on the two files gives the figures of the summary."""
    told = msgspec.json.decode((night / "summary.json").read_bytes())
    truth = pq.read_table(night / "truth.parquet")
    tracks = pq.read_table(night / "tracks.parquet")
    assert all(truth["counted"].to_pylist())
    for nation, figures in told["nations"].items():
        mine = tracks.filter(pc.equal(tracks["nation"], nation))
        theirs = of_stone_soup(states(truth), states(mine), 3_000.0)
        for name, value in theirs.items():
            assert figures["siap"][name] == pytest.approx(value, rel=1e-5, abs=1e-6), name


def states(table: Any) -> States:
    """Return the rows of an exported table."""
    columns = {name: table[name].to_numpy() for name in table.column_names if name != "nation"}
    position = np.stack([columns[f"{axis}_m"] for axis in "xyz"], 1)
    velocity = np.stack([columns[f"v{axis}_mps"] for axis in "xyz"], 1)
    return States(columns["time_s"], columns["number"], position, velocity)


def test_journals_alone_give_the_same_figures(night: Path) -> None:
    first = msgspec.json.decode((night / "summary.json").read_bytes())
    again = msgspec.json.decode(msgspec.json.encode(report(night / "journal", quiet)))
    spent = {"wall_s", "cpu_s", "times_real_time"}
    assert again == {key: value for key, value in first.items() if key not in spent}


def test_a_run_that_died_is_reported_as_far_as_it_came(night: Path, tmp_path: Path) -> None:
    shutil.copytree(night / "journal", tmp_path / "journal")
    for path in tmp_path.glob("journal/*/state/journal/*.skj"):
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    told = CliRunner().invoke(
        main,
        ["report", str(tmp_path / "journal"), "--out", str(tmp_path / "r.html"), "--json",
         str(tmp_path / "r.json")],
        catch_exceptions=False,
    )  # fmt: skip
    assert told.exit_code == 0
    cut = msgspec.json.decode((tmp_path / "r.json").read_bytes())
    assert 20 < cut["simulated_s"] < 59
    assert cut["threats"][0]["told_by"] == "borvia"
    assert (tmp_path / "r.html").exists()
    counted = CliRunner().invoke(main, ["replay", str(tmp_path / "journal")])
    assert counted.exit_code == 0


def test_what_is_no_exercise_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"holds no run\.json"):
        report(tmp_path, quiet)
    (tmp_path / "journal").mkdir()
    with pytest.raises(ConfigError, match="choose another --out"):
        run("first_night", 1, tmp_path, 1.0, quiet)
    with pytest.raises(ConfigError, match="cannot be written"):
        write({"scenario": "x"}, None, tmp_path / "no" / "s.json")


def test_the_shipped_scenarios_are_listed() -> None:
    told = CliRunner().invoke(main, ["exercise", "list"])
    assert told.exit_code == 0
    assert "first_night" in told.output
    assert CliRunner().invoke(main, ["report", "."]).exit_code == 2
