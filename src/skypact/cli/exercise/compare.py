"""`skypact exercise compare`: the same nights with and without something, spread over cores."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from skypact.cli import folders
from skypact.cli.exercise.play import play
from skypact.cli.exercise.run import figures_text
from skypact.core.errors import ConfigError
from skypact.core.jit import warm
from skypact.edge.report.comparison import comparison_page
from skypact.exercise.compare import pairs
from skypact.exercise.compare.variant import without
from skypact.exercise.outcome.outcome import outcome
from skypact.exercise.scenario import Scenario, read, text_of

_pa: Any = pa
_pq: Any = pq
RUNS_FILE, THREATS_FILE, SUMMARY, REPORT = (
    "runs.parquet",
    "threats.parquet",
    "summary.json",
    "report.html",
)


class _Job(NamedTuple):
    """One run: `less`: what is left out of it, "" nothing."""

    text: str
    path: str
    agreements: Mapping[str, str]
    seed: int
    less: str
    for_s: float | None


def compare(
    name: str,
    less: str,
    runs: int,
    seed: int,
    out: Path,
    for_s: float | None,
    cores: int | None,
    progress: Callable[[float], None],
) -> dict[str, Any]:
    """Play `runs` pairs with seeds from `seed` on; leave `report.html`, `summary.json` and every
    run's figures as Parquet in `out`. Returns the summary."""
    text, path = text_of(name)
    scenario = read(text, path)
    agreements = folders.agreements_of(name, scenario)
    missing = without(scenario, agreements, less).words
    jobs = [
        _Job(text, path, agreements, seed + k, side, for_s)
        for k in range(runs)
        for side in ("", less)
    ]
    warm()
    done = dict(_spread(jobs, cores or os.cpu_count() or 1, progress))
    outcomes = [(done[2 * k], done[2 * k + 1]) for k in range(runs)]
    summary: dict[str, Any] = {
        "scenario": scenario.name,
        "title": scenario.title,
        "context": "exercise",
        "without": less,
        "without_words": missing,
        "runs": runs,
        "seeds": [seed, seed + runs - 1],
        "simulated_s": min(for_s or scenario.duration_s, scenario.duration_s),
        "confidence": pairs.CONFIDENCE,
        "nations": pairs.nations(outcomes),
        "threats": pairs.threats(outcomes),
        "places_never_warned": pairs.never_warned(outcomes),
    }
    out.mkdir(parents=True, exist_ok=True)
    try:
        _write_tables(out, seed, outcomes)
        (out / SUMMARY).write_text(figures_text(summary), "utf-8")
        (out / REPORT).write_text(comparison_page(summary), "utf-8")
    except OSError as error:
        why = f"cannot be written: {error.strerror or error}"
        raise ConfigError(why, path=str(out)) from error
    return summary


def _spread(
    jobs: Sequence[_Job], cores: int, progress: Callable[[float], None]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (index of the job, outcome) as they end."""
    if cores == 1:
        for k, job in enumerate(jobs):
            yield k, played(job)
            progress((k + 1) / len(jobs))
        return
    with ProcessPoolExecutor(cores, mp_context=get_context("fork")) as pool:
        waiting = {pool.submit(played, job): k for k, job in enumerate(jobs)}
        for n, future in enumerate(as_completed(waiting), 1):
            yield waiting[future], future.result()
            progress(n / len(jobs))


def played(job: _Job) -> dict[str, Any]:
    """Return the outcome of one run, held against the whole scenario."""
    whole = read(job.text, job.path)
    scenario: Scenario = whole
    agreements = job.agreements
    if job.less:
        scenario, agreements, _ = without(whole, agreements, job.less)
    with tempfile.TemporaryDirectory(prefix="skypact-exercise-") as folder:
        done = play(
            scenario,
            agreements,
            job.seed,
            Path(folder),
            job.for_s,
            lambda share: None,
            recorded=False,
        )
    found = outcome(whole, done.watches)
    return {key: found[key] for key in ("nations", "threats", "commonality")}


def _write_tables(
    out: Path, seed: int, outcomes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]
) -> None:
    """Write a row for each run and nation, and for each run and object."""
    rows: list[dict[str, Any]] = []
    objects: list[dict[str, Any]] = []
    for k, pair in enumerate(outcomes):
        for side, run in zip(("with", "without"), pair, strict=True):
            head = {"seed": seed + k, "side": side}
            rows += [
                {**head, "nation": nation, **pairs.nation_row(run, nation)}
                for nation in run["nations"]
            ]
            objects += [{**head, **_timed(one)} for one in run["threats"]]
    _pq.write_table(_pa.Table.from_pylist(rows), out / RUNS_FILE)
    _pq.write_table(_pa.Table.from_pylist(objects), out / THREATS_FILE)


def _timed(one: Mapping[str, Any]) -> dict[str, Any]:
    names = ("first_word_s", "told_s", "told_by", "acknowledged_s", "warning_time_s", "lead_s")
    return {**one, **{name: one.get(name) for name in names}}
