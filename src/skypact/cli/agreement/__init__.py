"""`skypact agreement`: what is agreed, in words, before and after it is signed."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from skypact.cli.span import Span

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def agreement() -> None:
    """What nations agreed to share."""


@agreement.command()
@click.argument("files", type=FILE, nargs=-1, required=True)
def lint(files: tuple[Path, ...]) -> None:
    """Tell every fault of agreements: what can't be read, never applies or contradicts."""
    from skypact.cli.agreement.read import faults

    found = faults(files)
    for fault in found:
        click.echo(str(fault), err=True)
    if found:
        click.echo(f"{len(found)} faults", err=True)
        sys.exit(1)
    click.echo("no fault found")


@agreement.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option("--journal", type=FOLDER, help="Try both on what this node saw: its folder state/.")
@click.option("--last", "last_s", type=Span(), default="24h", help="How much of it, e.g. 1h.")
def diff(old: Path, new: Path, journal: Path | None, last_s: float) -> None:
    """Tell what the agreement NEW would change against OLD: wider, narrower, coarser, later."""
    from skypact.cli.agreement.read import differences, read, tried

    before, after = read(old), read(new)
    for line in differences(before, after):
        click.echo(line)
    if journal is not None:
        for line in tried(journal, before, after, last_s):
            click.echo(line)


@agreement.command()
@click.argument("folder", type=FOLDER)
@click.argument("track", type=click.IntRange(min=1))
@click.argument("partner")
def explain(folder: Path, track: int, partner: str) -> None:
    """Tell how PARTNER sees the own TRACK of the node in FOLDER, by which clause, or why not."""
    from skypact.cli.agreement.read import explained

    for line in explained(folder, track, partner):
        click.echo(line)


@agreement.command()
@click.argument("file", type=FILE)
@click.option("--cedar", is_flag=True, help="As Cedar policies instead of in words.")
def show(file: Path, cedar: bool) -> None:
    """Tell what the agreement FILE allows, clause by clause."""
    from skypact.cli.agreement.read import read
    from skypact.sharing.treaty.cedar import policies
    from skypact.sharing.treaty.words import allows

    said = policies(read(file)) if cedar else "\n".join(allows(read(file))) + "\n"
    click.echo(said, nl=False)


PARTS = (
    click.argument("folder", type=FOLDER),
    click.argument("name", metavar="AGREEMENT"),
    click.option("--clause", default="", help="Only this clause of it, by its id."),
    click.option("--by", "person", required=True, help="Who decides it: a name on the roster."),
    click.option("--reason", required=True, help="Why; the other party reads it too."),
)


def _with_parts(command: Callable[..., None]) -> Callable[..., None]:
    for part in reversed(PARTS):
        command = part(command)
    return command


@agreement.command()
@_with_parts
def suspend(folder: Path, name: str, clause: str, person: str, reason: str) -> None:
    """Stop at once what AGREEMENT (such as auria-borvia) lets go, at the running node in FOLDER.

    The other party is told and stops too. It lasts until the same nation resumes it.
    """
    _decide("suspend", folder, name, clause, person, reason)


@agreement.command()
@_with_parts
def resume(folder: Path, name: str, clause: str, person: str, reason: str) -> None:
    """Take back what this nation has suspended of AGREEMENT at the running node in FOLDER."""
    _decide("resume", folder, name, clause, person, reason)


def _decide(what: str, folder: Path, name: str, clause: str, person: str, reason: str) -> None:
    from skypact.cli.agreement.seat import ask

    ask(folder, person, {"ask": what, "agreement": name, "clause": clause, "reason": reason})
    done = {"suspend": "suspended", "resume": "resumed"}[what]
    click.echo(f"{done}: {name}{'/' + clause if clause else ''}, by {person}")


@agreement.command()
@click.argument("folder", type=FOLDER)
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Sign without being asked.")
def sign(folder: Path, file: Path, yes: bool) -> None:
    """Show what the agreement FILE allows, then sign it as the nation of FOLDER.

    The signature goes into FILE.sig. It is in force once both parties have signed, and a node takes
    it up at its next start.
    """
    from skypact.cli.agreement.sign import own_card, shown, unsigned_by
    from skypact.cli.agreement.sign import sign as write

    for line in shown(folder, file):
        click.echo(line)
    nation = own_card(folder).nation
    if not yes:
        click.confirm(f"sign it as {nation}?", abort=True)
    path = write(folder, file)
    click.echo(f"signed by {nation}: {path}")
    other = unsigned_by(folder, file)
    if other:
        click.echo(f"next: give {other} {file} and {path}; it is in force once {other} signed too")
