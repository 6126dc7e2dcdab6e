"""Compared nights share their dice; the worth of a partner is in the figures."""

from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.cli.exercise.compare import compare
from tests.unit.exercise.small import SMALL


def told(out: Path) -> dict:
    return msgspec.json.decode((out / "summary.json").read_bytes())


@pytest.fixture
def night(tmp_path: Path) -> str:
    (tmp_path / "small.toml").write_text(SMALL)
    return str(tmp_path / "small.toml")


def test_the_neighbour_gives_all_the_warning_there_is(night: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(
        main,
        ["exercise", "compare", night, "--without", "borvia", "--runs", "2", "--for", "30s",
         "--out", str(out), "--cores", "2"],
        catch_exceptions=False,
    )  # fmt: skip
    assert done.exit_code == 0
    summary = told(out)
    auria = summary["nations"]["auria"]
    assert auria["warning_time_s"]["without"]["mean"] == 0.0
    assert auria["warning_time_s"]["gain"]["low"] > 250
    assert summary["places_never_warned"]["Aurensis"] == {"with": 0, "without": 2}
    assert summary["nations"]["borvia"]["bytes_given"]["without"]["mean"] == 0.0
    assert pq.read_table(out / "runs.parquet").num_rows == 2 * 2 * 3
    assert pq.read_table(out / "threats.parquet").num_rows == 2 * 2 * 3
    page = (out / "report.html").read_text()
    assert "What borvia as a partner gave" in page


def test_taking_away_what_does_nothing_changes_nothing(night: str, tmp_path: Path) -> None:
    less = "keystone-auria"
    compare(night, less, 1, 1, tmp_path / "a", 20.0, 1, lambda share: None)
    for nation, figures in told(tmp_path / "a")["nations"].items():
        kept = ("warned", "warning_time_s", "lead_s", "completeness")
        assert {figures[key]["gain"]["mean"] for key in kept} <= {0.0, None}, nation


def test_processes_change_nothing(night: str, tmp_path: Path) -> None:
    for name, cores in (("one", 1), ("two", 2)):
        compare(night, "borvia-auria", 1, 5, tmp_path / name, 15.0, cores, lambda share: None)
    assert told(tmp_path / "one") == told(tmp_path / "two")


def test_an_unknown_name_is_told(night: str, tmp_path: Path) -> None:
    wrong = ["exercise", "compare", night, "--without", "x", "--out", str(tmp_path)]
    done = CliRunner().invoke(main, wrong)
    assert done.exit_code == 2
    assert "is not in this scenario" in done.stderr
