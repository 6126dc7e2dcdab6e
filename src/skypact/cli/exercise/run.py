"""`skypact exercise run`: play a night, keep its journals, tell what came of it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from skypact import __version__
from skypact.cli import folders
from skypact.cli.exercise.play import play
from skypact.core.errors import ConfigError
from skypact.edge.report.page import page
from skypact.exercise.outcome import tracks
from skypact.exercise.outcome.outcome import outcome, step_s
from skypact.exercise.scenario import Scenario, read, text_of
from skypact.exercise.score import States
from skypact.exercise.truth import Truth
from skypact.exercise.watch.watch import Watch

RUN_FILE, SCENARIO_FILE = "run.json", "scenario.toml"
JOURNALS, REPORT, SUMMARY = "journal", "report.html", "summary.json"
TRACKS, TRUTH = "tracks.parquet", "truth.parquet"
_pa: Any = pa
_pq: Any = pq


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """`run.json`, written before the first message: what the journals beside it are of."""

    scenario: str
    title: str
    seed: int
    start_ns: int
    simulated_s: float
    step_s: float
    version: str
    without: tuple[str, ...] = ()


def run(
    name: str, seed: int | None, out: Path, for_s: float | None, progress: Callable[[float], None]
) -> dict[str, Any]:
    """Play scenario `name`; leave `report.html`, `summary.json` and `journal/` in `out`.

    Returns the summary. Raises ConfigError for a faulty scenario, or when `out` holds another run.
    """
    text, path = text_of(name)
    scenario = read(text, path)
    seed = scenario.seed if seed is None else seed
    journals = out / JOURNALS
    if journals.exists():
        if not (journals / RUN_FILE).is_file():
            raise ConfigError("is not of an exercise; choose another --out", path=str(journals))
        shutil.rmtree(journals)
    journals.mkdir(parents=True)
    simulated_s = min(for_s or scenario.duration_s, scenario.duration_s)
    written = Run(
        scenario=scenario.name,
        title=scenario.title,
        seed=seed,
        start_ns=scenario.start_ns,
        simulated_s=simulated_s,
        step_s=step_s(scenario.duration_s),
        version=__version__,
    )
    (journals / RUN_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(written)))
    (journals / SCENARIO_FILE).write_text(text, "utf-8")
    agreements = folders.agreements_of(name, scenario)
    played = play(scenario, agreements, seed, journals, for_s, progress)
    spent = {"wall_s": round(played.wall_s, 3), "cpu_s": round(played.cpu_s, 3)}
    summary = summed(scenario, written, played.watches, spent)
    write(summary, out / REPORT, out / SUMMARY)
    export(scenario, played.watches, out)
    return summary


def export(scenario: Scenario, watches: dict[str, Watch], out: Path) -> None:
    """Write what each node showed and what was there as Parquet, for other programs to score:
    columns time_s, number, x_m, y_m, z_m, vx_mps, vy_mps, vz_mps (ECEF), of tracks also nation and
    threat_class, of objects also name and counted."""
    truth = Truth(scenario)
    seen = {nation: watch.rows() for nation, watch in watches.items()}
    civil = tracks.civil_numbers(seen.values())
    tables: list[dict[str, Any]] = []
    for nation, rows in seen.items():
        states, kinds = tracks.track_rows(rows, civil)
        named = {"nation": [nation] * len(kinds), "threat_class": kinds}
        tables.append({**named, **_columns(states)})
    joined = [_pa.table(table) for table in tables]
    _pq.write_table(_pa.concat_tables(joined), out / TRACKS)
    times = sorted({t for watch in watches.values() for t in watch.times_s})
    states, counted = tracks.truth_rows(scenario, truth, times)
    names = [truth.names[int(k)] for k in states.number]
    _pq.write_table(_pa.table({"name": names, "counted": counted, **_columns(states)}), out / TRUTH)


def _columns(states: States) -> dict[str, Any]:
    axes = "xyz"
    return {
        "time_s": states.time_s,
        "number": states.number,
        **{f"{axis}_m": states.position_m[:, i].copy() for i, axis in enumerate(axes)},
        **{f"v{axis}_mps": states.velocity_mps[:, i].copy() for i, axis in enumerate(axes)},
    }


def summed(
    scenario: Scenario, run: Run, watches: dict[str, Watch], spent: dict[str, float]
) -> dict[str, Any]:
    """Return the summary of a run. spent: wall_s and cpu_s, empty when it was replayed."""
    head: dict[str, Any] = {
        "scenario": run.scenario,
        "title": run.title,
        "context": "exercise",
        "seed": run.seed,
        "start_ns": run.start_ns,
        "simulated_s": run.simulated_s,
        "version": run.version,
        **spent,
    }
    if spent:
        head["times_real_time"] = round(run.simulated_s / spent["cpu_s"], 3)
    prose = {"about": scenario.about, "sources": scenario.sources, "findings": scenario.expected}
    return {**head, **prose, **outcome(scenario, watches)}


def write(
    summary: dict[str, Any],
    report: Path | None,
    figures: Path | None,
    drawn: Callable[[dict[str, Any]], str] = page,
) -> None:
    """Write the report, as it is drawn, and the figures. Raises ConfigError when that cannot be."""
    texts = {report: lambda: drawn(summary), figures: lambda: figures_text(summary)}
    for path, text in texts.items():
        if path is None:
            continue
        try:
            path.write_text(text(), "utf-8")
        except OSError as error:
            why = f"cannot be written: {error.strerror or error}"
            raise ConfigError(why, path=str(path)) from error


def figures_text(summary: dict[str, Any]) -> str:
    """Return the summary as JSON for people and programs."""
    return msgspec.json.format(msgspec.json.encode(summary), indent=1).decode() + "\n"
