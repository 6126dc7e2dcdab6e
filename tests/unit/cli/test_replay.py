"""The replay command finds its configuration in the journal and its keys beside it."""

from pathlib import Path

import msgspec
import pytest

from skypact.cli.replay import run
from skypact.core.errors import ConfigError
from skypact.edge.journal import Journal, Kind
from skypact.edge.replay import RecordedConfig


def test_a_journal_without_configuration_is_refused(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append(Kind.INPUT, 1, b"x")
    journal.close()
    with pytest.raises(ConfigError, match="no configuration entry"):
        run(tmp_path / "journal", None)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state" / "journal")
    recorded = RecordedConfig(version="1", files={"node.toml": ""})
    journal.append(Kind.CONFIG, 1, msgspec.msgpack.encode(recorded))
    journal.close()
    with pytest.raises(ConfigError, match=r"reference\.key"):
        run(tmp_path / "state" / "journal", None)
