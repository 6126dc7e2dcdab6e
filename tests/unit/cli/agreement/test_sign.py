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


BLOC = """\
version = 1
bloc = "coast"
members = ["borvia", "cestia"]
valid_from = 2020-01-01T00:00:00Z
valid_until = 2040-01-01T00:00:00Z
"""


def test_a_bloc_is_shown_and_signed_like_an_agreement(folder: Path):
    (folder / "blocs").mkdir()
    file = folder / "blocs/coast.toml"
    file.write_text(BLOC)
    status, said = skypact(folder, file, "--yes")
    assert status == 0, said
    assert said.splitlines() == [
        "the bloc coast, from 2020-01-01 until 2040-01-01: borvia, cestia",
        "who releases to the bloc releases to each of them",
        f"signed by auria: {file}.sig",
        f"next: give borvia and cestia {file} and {file}.sig; it is in force once borvia and "
        "cestia signed too",
    ]
    text = folder / "agreements/a.toml"
    text.write_text(text.read_text().replace('partner = "borvia"', 'bloc = "coast"'))
    status, said = skypact(folder, text, "--yes")
    assert said.splitlines()[0].startswith("auria releases to the bloc coast, from")
    assert "each member gets tracks" in said
    assert f"next: give borvia and cestia {text}" in said


def test_a_bloc_with_a_fault_is_not_signed(folder: Path):
    file = folder / "coast.toml"
    file.write_text(BLOC.replace('"borvia", "cestia"', ""))
    status, said = skypact(folder, file, "--yes")
    assert (status, "a bloc has members" in said) == (2, True)
    done = CliRunner().invoke(main, ["agreement", "lint", str(file)])
    assert "a bloc has members" in done.output
