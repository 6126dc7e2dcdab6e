"""Lint finds what cannot work, and is silent about what can."""

import re

import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.cli.folders import has_agreements
from skypact.exercise.lint.lint import lint
from skypact.exercise.scenario import shipped, text_of
from tests.unit.exercise.lint.defects import defective
from tests.unit.exercise.small import SMALL


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_have_no_fault(name: str) -> None:
    assert lint(*text_of(name), has_agreements=has_agreements(name)) == []


def test_nor_has_the_small_one() -> None:
    assert [f for f in lint(SMALL, "x", has_agreements=False) if "duty" not in f.message] == []


def test_nineteen_of_twenty_seeded_faults_are_found_with_their_line() -> None:
    quiet = {f.message for f in lint(SMALL, "x", has_agreements=False)}
    missed: list[str] = []
    cases = defective()
    for what, text, word in cases:
        assert text != SMALL, what
        found = [f for f in lint(text, "x", has_agreements=False) if f.message not in quiet]
        said = [f for f in found if word in f"{f.key} {f.message}"]
        if not said:
            missed.append(f"{what}: {found}")
        assert all(1 <= f.line <= text.count("\n") for f in said), (what, said)
    assert len(cases) >= 60
    assert len(missed) <= 0.05 * len(cases), missed


def test_a_line_is_that_of_the_fault() -> None:
    text = SMALL.replace("reaction_s = 5", "reaction_s = 5000")
    (found,) = [f for f in lint(text, "x", has_agreements=False) if "reaction_s" in f.key]
    assert "reaction_s = 5000" in text.splitlines()[found.line - 1]
    assert found.message == "5000 s is longer than any flight; it is in seconds"


def test_the_command_tells_file_line_and_count(tmp_path) -> None:
    wrong = tmp_path / "night.toml"
    wrong.write_text(SMALL.replace("start_s = 5", "start_s = 500"))
    done = CliRunner().invoke(main, ["exercise", "lint", str(wrong)])
    assert done.exit_code == 1
    assert re.search(r"night\.toml:\d+: threat\[0\]\.start_s: must be before the end", done.stderr)
    assert CliRunner().invoke(main, ["exercise", "lint", "first_night"]).exit_code == 0
    gone = CliRunner().invoke(main, ["exercise", "lint", str(tmp_path / "none.toml")])
    assert gone.exit_code == 2
    assert "shipped scenarios are" in gone.stderr
