"""`skypact report`: the report of a night from its journals, by replaying them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from skypact.cli.exercise.run import RUN_FILE, SCENARIO_FILE, Run, summed
from skypact.cli.replay import build_recorded
from skypact.config import STATE
from skypact.core.errors import ConfigError
from skypact.edge.journal import read
from skypact.edge.replay import quarantined, replay
from skypact.exercise.scenario import read as read_scenario
from skypact.exercise.watch.watch import Watch

JOURNAL = "journal"


def report(journals: Path, progress: Callable[[float], None]) -> dict[str, Any]:
    """Return the summary of the run whose journals lie below a folder, as far as they go.

    journals: the folder `journal` of an exercise, or the folder above it.
    """
    folder = journals if (journals / RUN_FILE).is_file() else journals / JOURNAL
    if not (folder / RUN_FILE).is_file():
        why = f"holds no {RUN_FILE}: give the folder that `skypact exercise run` wrote"
        raise ConfigError(why, path=str(journals))
    try:
        run = msgspec.json.decode((folder / RUN_FILE).read_bytes(), type=Run)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"is damaged: {error}", path=str(folder / RUN_FILE)) from error
    scenario_path = folder / SCENARIO_FILE
    scenario = read_scenario(scenario_path.read_text("utf-8"), str(scenario_path))
    names = [nation.name for nation in scenario.nations]
    watches: dict[str, Watch] = {}
    for k, name in enumerate(names):
        watch = Watch(name, run.start_ns, run.step_s)
        journal = folder / name / STATE / JOURNAL
        if journal.is_dir():
            watch_journal(journal, watch)
        watches[name] = watch
        progress((k + 1) / len(names))
    reached_s = max(w.end_ns - run.start_ns for w in watches.values()) / 1e9
    if reached_s < run.simulated_s - 1.0:
        run = msgspec.structs.replace(run, simulated_s=reached_s)
    return summed(scenario, run, watches, {})


def watch_journal(journal: Path, watch: Watch) -> None:
    """Replay a journal and let `watch` take what leaves the node."""
    node = build_recorded(journal)
    for step in replay(node, read(journal), quarantined(read(journal))):
        watch.take(step.outputs, step.now_ns)
