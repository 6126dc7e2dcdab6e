"""Procedures and alerts for people at a terminal."""

from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.cli.procedure import work
from skypact.console.orders.alerts import Alerts
from skypact.core.errors import ConfigError
from skypact.core.messages import AlertChanged, WatchView
from tests.unit.warning.alerting.night import PROCEDURE, Night, with_step


def test_a_procedure_is_shown_in_words(tmp_path: Path):
    file = tmp_path / "raid.toml"
    file.write_text(PROCEDURE)
    result = CliRunner().invoke(main, ["procedure", "show", str(file)])
    assert result.exit_code == 0
    assert "step duty: with the first warning" in result.output
    file.write_text(PROCEDURE.replace("attempts = 2", "attempts = 0"))
    with pytest.raises(ConfigError, match="attempts"):
        list(work.shown(file))


def test_how_alerts_stand():
    night, shown = Night(with_step("public", release="two")), Alerts()
    night.raised(to_go_s=90.0)
    for message in night.out:
        if isinstance(message, AlertChanged | WatchView):
            shown.take(message)
    with patch.object(work, "looked_at", lambda folder, kind: shown.rows()):
        lines = list(work.standing(Path("node")))
    assert lines[0].startswith("auria-a1 raid ballistic ACTIVE since ")
    assert "  WAITS: public, 2 needed, released by nobody yet" in lines
    assert "  duty: officer by phone, queued, open" in lines
    assert lines[-1].startswith("on watch, watch: ")
    with patch.object(work, "looked_at", lambda folder, kind: Alerts().rows()):
        assert list(work.standing(Path("node"))) == ["no alert"]


def test_faults_of_people_and_procedures_come_alone(tmp_path: Path):
    mine = ConfigError("x", path=str(tmp_path / "people.toml"))
    other = ConfigError("y", path=str(tmp_path / "node.toml"))
    with patch.object(work, "check_folder", lambda folder: [other, mine]):
        assert work.faults(tmp_path) == [mine]
    with patch.object(work, "check_folder", lambda folder: [other]):
        assert work.faults(tmp_path) == [other]
