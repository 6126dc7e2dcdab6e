"""`skypact report`: the report of a night from its journals, by replaying them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from skypact.cli.exercise.run import RUN_FILE, SCENARIO_FILE, Run, summed
from skypact.cli.replay import build_recorded
from skypact.config import STATE
from skypact.core.codec import decode
from skypact.core.errors import ConfigError
from skypact.core.messages import PartnerFrame
from skypact.edge.journal import Entry, Kind, read
from skypact.edge.replay import quarantined, replay
from skypact.exercise.compare import pairs
from skypact.exercise.scenario import read as read_scenario
from skypact.exercise.watch.watch import Watch

JOURNAL, SHARING = "journal", "sharing"


def report(
    journals: Path, progress: Callable[[float], None], less: str | None = None
) -> dict[str, Any]:
    """Return the summary of the run whose journals lie below a folder, as far as they go.

    journals: the folder `journal` of an exercise, or the folder above it; less: a nation whose
    frames nobody gets and that gets none, or `sharing`: nobody gets any.
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
    if less not in (None, SHARING, *names):
        why = f"no such nation played; known: {', '.join(names)}, {SHARING}"
        raise ConfigError(why, path="--without", key=str(less))
    watches: dict[str, Watch] = {}
    for k, name in enumerate(names):
        watch = Watch(name, run.start_ns, run.step_s)
        journal = folder / name / STATE / JOURNAL
        if journal.is_dir():
            watch_journal(journal, watch, less)
        watches[name] = watch
        progress((k + 1) / len(names))
    reached_s = max(w.end_ns - run.start_ns for w in watches.values()) / 1e9
    if reached_s < run.simulated_s - 1.0:
        run = msgspec.structs.replace(run, simulated_s=reached_s)
    return summed(scenario, run, watches, {})


def counterfactual(journals: Path, less: str, progress: Callable[[float], None]) -> dict[str, Any]:
    """Return what a partner, or all sharing, gave on the night of the journals: the same inputs
    once as they were and once without the partner's frames. What people did stays as it was."""
    whole = report(journals, lambda share: progress(share / 2))
    without = report(journals, lambda share: progress(0.5 + share / 2), less)
    pair = [(whole, without)]
    return {
        **{key: whole[key] for key in ("scenario", "title", "context", "simulated_s")},
        "without": less,
        "without_words": "any sharing" if less == SHARING else f"{less} as a partner",
        "runs": 1,
        "seeds": [whole["seed"]] * 2,
        "nations": pairs.nations(pair),
        "threats": pairs.threats(pair),
        "places_never_warned": pairs.never_warned(pair),
    }


def watch_journal(journal: Path, watch: Watch, less: str | None = None) -> None:
    """Replay a journal and let `watch` take what leaves the node, without the frames of a partner
    (`less`), or without all when `less` is the nation itself or `sharing`."""

    def kept(entry: Entry) -> bool:
        if less is None or entry.kind is not Kind.INPUT:
            return True
        message = decode(entry.payload, f"journal position {entry.position}")
        return not isinstance(message, PartnerFrame) or less not in (
            *(SHARING, watch.nation, message.partner),
        )

    node = build_recorded(journal)
    entries = (entry for entry in read(journal) if kept(entry))
    for step in replay(node, entries, quarantined(read(journal))):
        watch.take(step.outputs, step.now_ns)
