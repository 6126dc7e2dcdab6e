"""Secrets stand in files that only their owner may read."""

from pathlib import Path

import pytest

from skypact.config.private import write_private
from skypact.core.errors import ConfigError
from skypact.edge.channels.secret import read_secret


def test_the_first_line_counts(tmp_path: Path) -> None:
    write_private(tmp_path / "password", " s3cret \nmore\n")
    assert read_secret(tmp_path, "password") == "s3cret"


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    write_private(tmp_path / "password", "x").chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_secret(tmp_path, "password")


def test_no_file_and_no_secret_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_secret(tmp_path, "password")
    write_private(tmp_path / "password", "\n")
    with pytest.raises(ConfigError, match="empty"):
        read_secret(tmp_path, "password")
