"""`skypact hub` says in one line why it cannot run."""

from pathlib import Path

from skypact.cli.hub import CONFIG_FAULT, run


def test_a_wrong_folder_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    assert run(tmp_path, said.append) == CONFIG_FAULT
    assert len(said) == 1
    assert said[0].startswith("cannot run: ")
