"""`skypact exercise`: hypothetical nights through the production code."""

import json
import sys
from pathlib import Path

import click

from skypact.cli.progress import progress
from skypact.cli.span import Span

FOLDER = click.Path(file_okay=False, path_type=Path)
OLD_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group()
def exercise() -> None:
    """Hypothetical nights through the production code."""


def _warn_of_compiling() -> None:
    from skypact.core.jit import is_cold

    if is_cold():
        click.echo("compiling kernels, once: about a minute", err=True)


@exercise.command("list")
def list_scenarios() -> None:
    """List the scenarios that come with Skypact: name, length, nations and title."""
    from skypact.exercise.scenario import load, shipped

    for name in shipped():
        scenario = load(name)
        minutes, nations = scenario.duration_s / 60, len(scenario.nations)
        click.echo(f"{name:<16} {minutes:>5.0f} min  {nations} nations  {scenario.title}")


@exercise.command("run")
@click.argument("scenario", metavar="NAME_OR_FILE")
@click.option("--seed", type=int, help="What chance decides; the scenario's own when left out.")
@click.option("--out", required=True, type=FOLDER, help="Report, figures and journals go here.")
@click.option("--for", "for_s", type=Span(), help="Only this much of the scenario.")
def run_exercise(scenario: str, seed: int | None, out: Path, for_s: float | None) -> None:
    """Play NAME_OR_FILE (a shipped name or a TOML file) under the simulated clock.

    Leaves report.html, summary.json and journal/ in the folder --out, and prints a line of JSON.
    The same scenario, seed and program give the same journals.
    """
    from skypact.cli.exercise.run import JOURNALS, REPORT, run

    _warn_of_compiling()
    with progress(scenario) as tell:
        summary = run(scenario, seed, out, for_s, tell)
    names = ("scenario", "seed", "simulated_s", "wall_s", "times_real_time")
    said = {name: summary[name] for name in names}
    click.echo(json.dumps({**said, "report": str(out / REPORT), "journal": str(out / JOURNALS)}))


@exercise.command("compare")
@click.argument("scenario", metavar="NAME_OR_FILE")
@click.option(
    "--without",
    "less",
    required=True,
    help="A nation, a link (auria+borvia), a sensor, an agreement (auria-borvia), or sharing.",
)
@click.option(
    "--runs", default=20, show_default=True, type=click.IntRange(1, 10_000), help="Pairs."
)
@click.option("--seed", default=1, show_default=True, help="Of the first pair; the others follow.")
@click.option("--out", required=True, type=FOLDER, help="Report, figures and tables go here.")
@click.option("--for", "for_s", type=Span(), help="Only this much of the scenario.")
@click.option("--cores", type=click.IntRange(1, 256), help="Processes; all cores when left out.")
def compare_exercise(
    scenario: str,
    less: str,
    runs: int,
    seed: int,
    out: Path,
    for_s: float | None,
    cores: int | None,
) -> None:
    """Play NAME_OR_FILE with and without a partner, link, sensor or agreement, seed by seed.

    Leaves report.html, summary.json, runs.parquet and threats.parquet in the folder --out. Both
    nights of a pair share all that chance decides.
    """
    from skypact.cli.exercise.compare import REPORT, compare

    _warn_of_compiling()
    with progress(f"{scenario} without {less}") as tell:
        summary = compare(scenario, less, runs, seed, out, for_s, cores, tell)
    gains = {n: v["warning_time_s"]["gain"] for n, v in summary["nations"].items()}
    said = {"scenario": summary["scenario"], "without": less, "runs": runs}
    click.echo(json.dumps({**said, "warning_time_gained_s": gains, "report": str(out / REPORT)}))


@exercise.command("lint")
@click.argument("file", metavar="NAME_OR_FILE")
def lint_exercise(file: str) -> None:
    """Tell every fault of a scenario with file and line: what can't be read and what can't work.

    Ends with 1 when there is one.
    """
    from skypact.cli.folders import has_agreements
    from skypact.exercise.lint.lint import lint
    from skypact.exercise.scenario import text_of

    text, path = text_of(file)
    found = lint(text, path, has_agreements=has_agreements(file))
    for fault in found:
        key = f"{fault.key}: " if fault.key else ""
        click.echo(f"{path}:{fault.line}: {key}{fault.message}", err=True)
    if found:
        click.echo(f"{len(found)} fault{'s' * (len(found) > 1)}", err=True)
        sys.exit(1)
    click.echo(f"{path}: no fault found")


@click.command("report")
@click.argument("journal", type=OLD_FOLDER)
@click.option("--out", type=NEW_FILE, help="The report goes here, one HTML file.")
@click.option("--json", "figures", type=NEW_FILE, help="The same numbers go here.")
@click.option("--without", "less", help="What this nation, or sharing, gave on that night.")
def report_command(journal: Path, out: Path | None, figures: Path | None, less: str | None) -> None:
    """Tell what came of a night, by replaying its JOURNAL.

    JOURNAL is the folder journal/ that `skypact exercise run` left, also of a run that died. With
    --without the same inputs are replayed a second time without a partner's frames, or without all.
    """
    if out is None and figures is None:
        raise click.UsageError("nothing to do: give --out or --json")
    from skypact.cli.exercise.report import counterfactual
    from skypact.cli.exercise.report import report as make
    from skypact.cli.exercise.run import write
    from skypact.edge.report.comparison import comparison_page
    from skypact.edge.report.page import page

    with progress("replaying") as tell:
        summary = counterfactual(journal, less, tell) if less else make(journal, tell)
    write(summary, out, figures, comparison_page if less else page)
    for path in (out, figures):
        if path is not None:
            click.echo(f"written: {path}", file=sys.stderr)


@click.command("coverage")
@click.argument("scenario", metavar="NAME_OR_FILE")
@click.option("--height", "heights", default="300m", show_default=True, help="50m,300m,3km ...")
@click.option("--remove", multiple=True, metavar="SENSOR", help="Without this sensor.")
@click.option("--leave", multiple=True, metavar="NATION", help="Without this nation's sensors.")
@click.option("--add", multiple=True, metavar="SENSOR", help="NATION,LAT,LON,HEIGHT[,RANGE].")
@click.option("--speed", "speed_mps", default=240.0, show_default=True, help="Of what comes, m/s.")
@click.option("--rcs", "rcs_m2", default=1.0, show_default=True, help="Its cross-section, m2.")
@click.option("--out", type=NEW_FILE, help="GeoJSON goes here.")
@click.option("--report", "page", type=NEW_FILE, help="Maps and polar plots go here, as HTML.")
def coverage_command(
    scenario: str,
    heights: str,
    remove: tuple[str, ...],
    leave: tuple[str, ...],
    add: tuple[str, ...],
    speed_mps: float,
    rcs_m2: float,
    out: Path | None,
    page: Path | None,
) -> None:
    """Tell who sees what where, and how much warning each place gets from each direction.

    With --remove, --leave or --add also what is lost and gained. Prints the areas as JSON.
    """
    from skypact.cli.exercise import coverage as what
    from skypact.exercise.scenario import load

    loaded = load(scenario)
    measured = what.heights_of(heights)
    found = what.coverage(loaded, measured, remove, leave, add, speed_mps, rcs_m2)
    what.write(found, out, page, loaded.title)
    click.echo(json.dumps(what.areas(found)))
