"""`skypact agreement show, lint, diff, explain` through the command line that a person types."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.config import load
from tests.unit.cli.agreement.journal import TERMS, node_folder, ran

COARSE = "position_grid_m = 1_000.0\nvelocity_grid_mps = 20.0\n"


def skypact(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["agreement", *(str(word) for word in words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.toml"
    path.write_text(TERMS)
    return path


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "new.toml"
    path.write_text(TERMS + COARSE)
    return path


def test_a_good_agreement_has_no_fault(old: Path):
    assert skypact("lint", old) == (0, "no fault found\n")


def test_every_fault_has_its_line(tmp_path: Path, old: Path):
    bad = tmp_path / "bad.toml"
    bad.write_text(TERMS + "position_grid_m = 1_000.0\n")
    status, said = skypact("lint", bad)
    assert (status, said.splitlines()[0].split(": ")[:2]) == (
        1,
        [f"{bad}:5", "clause[0].velocity_grid_mps"],
    )
    status, said = skypact("lint", old, bad)
    assert "the same two nations for the same time" in said
    assert said.endswith("2 faults\n")
    bad.write_text("owner = 3")
    assert f"{bad}:1: owner: expected text" in skypact("lint", bad)[1]


def test_differences_in_words(tmp_path: Path, old: Path, new: Path):
    status, said = skypact("diff", old, new)
    assert status == 0
    assert said.splitlines()[0] == (
        "coarser: borvia, track of class aircraft, unknown: clause 1: positions to 1 km, was "
        "positions in full precision"
    )
    assert skypact("diff", old, old) == (0, "no difference\n")
    new.write_text(TERMS.replace("borvia", "cestia"))
    status, said = skypact("diff", old, new)
    assert (status, "is auria to cestia, not auria to borvia" in said) == (2, True)


def test_a_day_through_both_versions(tmp_path: Path, old: Path, new: Path):
    state = ran(node_folder(tmp_path))
    status, said = skypact("diff", old, new, "--journal", state)
    assert status == 0, said
    assert said.splitlines()[-2:] == [
        "tried on the last 0.1 minutes:",
        "8 of 8 track updates would leave coarser (of 2 tracks)",
    ]
    last = skypact("diff", old, new, "--journal", state, "--last", "1s")[1].splitlines()[-1]
    assert last == "2 of 2 track updates would leave coarser (of 2 tracks)"
    theirs = [f.write_text(f.read_text().replace("auria", "cestia")) for f in (old, new)]
    assert len(theirs) == 2
    status, said = skypact("diff", old, new, "--journal", state)
    assert (status, "is the journal of auria, but cestia releases" in said) == (2, True)


def test_how_a_partner_sees_a_track(tmp_path: Path):
    folder = node_folder(tmp_path)
    status, said = skypact("explain", folder, 1, "borvia")
    assert (status, "the node has not run yet" in said) == (2, True)
    ran(folder)
    number, other = load(folder).config.picture.track_numbers[:2]
    assert skypact("explain", folder, number, "borvia") == (
        0,
        f"borvia sees track {number} in full precision, at once: clause 1\n",
    )
    status, said = skypact("explain", folder, 40_000, "borvia")
    assert said == f"auria holds no own track 40000; it holds: {min(number, other)}, " + (
        f"{max(number, other)}\n"
    )
    status, said = skypact("explain", folder, 1, "atlantis")
    assert (status, "no agreement with atlantis, only with borvia" in said) == (2, True)


def test_what_it_says_in_words_and_in_cedar(old: Path):
    assert skypact("show", old) == (
        0,
        "clause 1: borvia gets tracks of class unknown, aircraft: everywhere, in full precision, "
        "at once\n",
    )
    status, said = skypact("show", old, "--cedar")
    assert (status, said.count("permit ("), '@id("auria-borvia/1")' in said) == (0, 1, True)
