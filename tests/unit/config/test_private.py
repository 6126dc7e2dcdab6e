"""What only its owner may read, whole or not at all."""

import os
from pathlib import Path

import pytest

from skypact.config.private import write_private


@pytest.mark.parametrize("content", ["first\n", b"first\n"])
def test_only_the_owner_can_read_it(tmp_path: Path, content: bytes | str) -> None:
    path = tmp_path / "a.key"
    before = os.umask(0)
    try:
        assert write_private(path, content) == path
    finally:
        os.umask(before)
    assert path.read_bytes() == b"first\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_replaces_an_older_file_and_what_a_crash_left(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_text("old")
    path.chmod(0o644)
    (tmp_path / "a.key.new").write_text("half of it")
    write_private(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["a.key"]


def test_a_failure_leaves_the_older_file(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_text("old")
    (tmp_path / "a.key.new").mkdir()
    with pytest.raises(IsADirectoryError):
        write_private(path, "new")
    assert path.read_text() == "old"
