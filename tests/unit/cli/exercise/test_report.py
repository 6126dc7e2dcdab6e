"""A report from journals keeps what one node saw."""

from pathlib import Path

from skypact.cli.exercise.play import journal_of, play
from skypact.cli.exercise.report import watch_journal
from skypact.cli.folders import stated_agreements
from skypact.exercise.watch.watch import Watch
from tests.unit.exercise.small import small


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
