"""`skypact procedure` and `skypact alert`: what is done about a threat, before and while it is."""

import sys
from pathlib import Path

import click

from skypact.cli.span import Span

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def procedure() -> None:
    """What is done about a threat: who is told, how, by when."""


@procedure.command()
@click.argument("folder", type=FOLDER)
def lint(folder: Path) -> None:
    """Tell every fault of the procedures and people of the node in FOLDER, with file and line:
    who cannot be reached, what comes too late, which signature is missing."""
    from skypact.cli.procedure.work import faults

    found = faults(folder)
    for fault in found:
        click.echo(str(fault), err=True)
    if found:
        click.echo(f"{len(found)} faults", err=True)
        sys.exit(1)
    click.echo("no fault found")


@procedure.command()
@click.argument("file", type=FILE)
def show(file: Path) -> None:
    """Tell what the procedure FILE does, step by step."""
    from skypact.cli.procedure.work import shown

    for line in shown(file):
        click.echo(line)


@procedure.command()
@click.argument("folder", type=FOLDER)
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Sign without being asked.")
def sign(folder: Path, file: Path, yes: bool) -> None:
    """Show what the procedure FILE does, then sign it as the nation of FOLDER.

    The signature goes into FILE.sig. It is used once all its parties have signed, from the node's
    next start.
    """
    from skypact.cli.agreement.sign import own_card
    from skypact.cli.agreement.sign import sign as write
    from skypact.cli.procedure.work import shown

    for line in shown(file):
        click.echo(line)
    nation = own_card(folder).nation
    if not yes:
        click.confirm(f"sign it as {nation}?", abort=True)
    click.echo(f"signed by {nation}: {write(folder, file)}")


@click.group()
def alert() -> None:
    """Alerts of a running node: whom its procedures have told, and what waits for a person."""


@alert.command("list")
@click.argument("folder", type=FOLDER)
def listed(folder: Path) -> None:
    """Tell how all alerts of the running node in FOLDER stand, and who is on watch."""
    from skypact.cli.procedure.work import standing

    for line in standing(folder):
        click.echo(line)


BY = click.option("--by", "person", required=True, help="Who decides it: a name on the roster.")
POST = click.option("--post", default="duty", show_default=True, help="At which post.")


@alert.command()
@click.argument("folder", type=FOLDER)
@click.argument("name", metavar="ALERT")
@click.argument("step")
@BY
@POST
def release(folder: Path, name: str, step: str, person: str, post: str) -> None:
    """Let a STEP of ALERT go out that waits for a person; all-clear is one such step."""
    from skypact.cli.procedure.work import order

    order(folder, person, order="release", alert_id=name, step=step, post=post)
    click.echo(f"released: {step} of {name}, by {person}")


@alert.command()
@click.argument("folder", type=FOLDER)
@click.argument("name", metavar="ALERT")
@BY
@POST
@click.option("--reason", required=True, help="Why it was wrong.")
def cancel(folder: Path, name: str, person: str, post: str, reason: str) -> None:
    """Take ALERT back: it was wrong. All who were told are told so, on every way they were."""
    from skypact.cli.procedure.work import order

    order(folder, person, order="cancel", alert_id=name, post=post, reason=reason)
    click.echo(f"taken back: {name}, by {person}")


@alert.command()
@click.argument("folder", type=FOLDER)
@click.argument("base")
@click.argument("state")
@BY
@click.option("--reason", required=True, help="Why.")
def ready(folder: Path, base: str, state: str, person: str, reason: str) -> None:
    """Set how ready BASE is: what a rule proposes, another STATE, or the same once more."""
    from skypact.cli.procedure.work import order

    order(folder, person, order="readiness", base=base, state=state, reason=reason)
    click.echo(f"{base}: {state}, by {person}")


@alert.command()
@click.argument("folder", type=FOLDER)
@click.argument("warning")
@click.argument("held", type=click.Choice(["drill", "attack", "unknown"]))
@BY
@click.option("--evidence", required=True, help="What says so.")
def classify(folder: Path, warning: str, held: str, person: str, evidence: str) -> None:
    """Say that the threat of WARNING is HELD to be a drill, an attack, or unknown.

    What it has led to is open again: alerts may be taken back, states are proposed anew.
    """
    from skypact.cli.procedure.work import order

    order(folder, person, order="classify", warning_id=warning, held=held, reason=evidence)
    click.echo(f"{warning}: {held}, by {person}")


@alert.command()
@click.argument("folder", type=FOLDER)
@click.argument("roster")
@click.argument("recipient")
@click.option("--for", "for_s", type=Span(), default="8h", show_default=True, help="How long.")
@BY
def override(folder: Path, roster: str, recipient: str, for_s: float, person: str) -> None:
    """Put RECIPIENT on watch in ROSTER for a while; "-" ends that."""
    from skypact.cli.procedure.work import order

    who = "" if recipient == "-" else recipient
    order(folder, person, order="override", roster=roster, recipient=who, for_s=for_s)
    click.echo(f"{roster}: {who or 'as planned'}, by {person}")
