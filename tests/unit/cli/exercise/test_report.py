"""A report from journals keeps what one node saw."""

from pathlib import Path

import msgspec
from click.testing import CliRunner

from skypact.cli import main
from skypact.cli.exercise.play import journal_of, play
from skypact.cli.exercise.report import watch_journal
from skypact.cli.exercise.run import run
from skypact.cli.folders import stated_agreements
from skypact.exercise.watch.watch import Watch
from tests.unit.exercise.small import SMALL, small


def test_a_replayed_watch_is_the_watch_of_the_run(tmp_path: Path) -> None:
    scenario = small()
    done = play(scenario, stated_agreements(scenario), 3, tmp_path, 20.0, lambda share: None)
    assert done.simulated_s == 20.0
    for name, first in done.watches.items():
        again = Watch(name, scenario.start_ns, 5.0)
        watch_journal(journal_of(tmp_path, name), again)
        assert again.times_s == first.times_s
        assert again.sent == first.sent
        assert [vars(told) for told in again.told.values()] == [
            vars(told) for told in first.told.values()
        ]


def test_what_a_partner_gave_on_a_night_that_was_recorded(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    run(str(tmp_path / "small.toml"), 3, tmp_path / "out", 30.0, lambda share: None)
    asked = [
        "report",
        str(tmp_path / "out"),
        "--without",
        "borvia",
        "--out",
        str(tmp_path / "w.html"),
    ]
    done = CliRunner().invoke(
        main, [*asked, "--json", str(tmp_path / "w.json")], catch_exceptions=False
    )
    assert done.exit_code == 0
    told = msgspec.json.decode((tmp_path / "w.json").read_bytes())
    auria = told["nations"]["auria"]
    assert auria["warning_time_s"]["without"]["mean"] == 0.0
    assert auria["warning_time_s"]["gain"]["mean"] > 250
    assert told["nations"]["borvia"]["warning_time_s"]["gain"]["mean"] == 0.0
    assert told["places_never_warned"]["Aurensis"] == {"with": 0, "without": 1}
    assert "What borvia as a partner gave" in (tmp_path / "w.html").read_text()
    wrong = CliRunner().invoke(main, [*asked[:3], "nobody", *asked[4:]])
    assert wrong.exit_code == 2
    assert "known: auria, borvia, keystone, sharing" in wrong.stderr
