"""`skypact agreement sign`: shown, asked, signed; in force once both have."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.config import check_folder
from tests.unit.cli.agreement.journal import TERMS, node_folder


def skypact(*words: object, answer: str = "") -> tuple[int, str]:
    typed = ["agreement", "sign", *(str(word) for word in words)]
    done = CliRunner().invoke(main, typed, input=answer)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return auria's folder with an agreement that nobody has signed; borvia's lies beside it."""
    folder = node_folder(tmp_path)
    for name in ("auria", "borvia"):
        (tmp_path / name / "agreements/a.toml.sig").unlink()
    return folder


def test_it_is_in_force_once_both_have_signed(folder: Path):
    file = folder / "agreements/a.toml"
    status, said = skypact(folder, file, answer="y\n")
    assert status == 0, said
    assert said.splitlines()[:2] == [
        "auria releases to borvia, from 2020-01-01 until 2040-01-01:",
        "clause 1: borvia gets tracks of class unknown, aircraft: everywhere, in full precision, "
        "at once",
    ]
    assert f"next: give borvia {file} and {file}.sig" in said
    (fault,) = check_folder(folder)
    assert "borvia has not signed it" in str(fault)
    status, said = skypact(folder.parent / "borvia", file, "--yes")
    assert (status, said.splitlines()[-1]) == (0, f"signed by borvia: {file}.sig")
    assert check_folder(folder) == []


def test_whoever_says_no_signs_nothing(folder: Path):
    assert skypact(folder, folder / "agreements/a.toml", answer="n\n")[0] == 1
    assert not (folder / "agreements/a.toml.sig").exists()


def test_the_difference_to_what_is_there_is_shown(folder: Path):
    new = folder / "new.toml"
    new.write_text(TERMS + "delay_s = 5.0\n")
    said = skypact(folder, new, "--yes")[1].splitlines()
    at = said.index("against a.toml:")
    assert said[at + 1].startswith("later: borvia, track of class aircraft, unknown: clause 1: 5 s")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TERMS.replace("auria", "cestia"), "auria is no party to it"),
        (TERMS + "position_grid_m = 1.0\n", "both rounded or neither"),
        (TERMS.rstrip(), "ends with a new line"),
    ],
)
def test_what_is_not_signed(folder: Path, text: str, why: str):
    file = folder / "agreements/a.toml"
    file.write_text(text)
    status, said = skypact(folder, file, "--yes")
    assert (status, why in said) == (2, True), said


def test_a_key_that_is_not_the_cards_signs_nothing(folder: Path):
    theirs = folder.parent / "borvia/keys/agreements.key"
    (folder / "keys/agreements.key").write_bytes(theirs.read_bytes())
    status, said = skypact(folder, folder / "agreements/a.toml", "--yes")
    assert (status, "partners would not believe it" in said) == (2, True)
