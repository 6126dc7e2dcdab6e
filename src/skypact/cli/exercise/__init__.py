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

    with progress(scenario) as tell:
        summary = run(scenario, seed, out, for_s, tell)
    names = ("scenario", "seed", "simulated_s", "wall_s", "times_real_time")
    said = {name: summary[name] for name in names}
    click.echo(json.dumps({**said, "report": str(out / REPORT), "journal": str(out / JOURNALS)}))


@click.command()
@click.argument("journal", type=OLD_FOLDER)
@click.option("--out", type=NEW_FILE, help="The report goes here, one HTML file.")
@click.option("--json", "figures", type=NEW_FILE, help="The same numbers go here.")
def report(journal: Path, out: Path | None, figures: Path | None) -> None:
    """Tell what came of a night, by replaying its JOURNAL.

    JOURNAL is the folder journal/ that `skypact exercise run` left, also of a run that died.
    """
    if out is None and figures is None:
        raise click.UsageError("nothing to do: give --out or --json")
    from skypact.cli.exercise.report import report as make
    from skypact.cli.exercise.run import write

    with progress("replaying") as tell:
        summary = make(journal, tell)
    write(summary, out, figures)
    for path in (out, figures):
        if path is not None:
            click.echo(f"written: {path}", file=sys.stderr)
