"""`skypact audit`: the log of what was shared, verified and proven."""

import sys
from pathlib import Path

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group()
def audit() -> None:
    """The log of what was shared: verify it, prove an entry, check a proof."""


@audit.command()
@click.argument("folder", type=FOLDER)
@click.option("--partner", default="", help="Only what concerns this partner.")
@click.option(
    "--checkpoint",
    "checkpoints",
    type=FILE,
    multiple=True,
    help="A checkpoint that somebody else holds; it must tell the same story.",
)
def verify(folder: Path, partner: str, checkpoints: tuple[Path, ...]) -> None:
    """Read the log of the node in FOLDER again and tell the first entry that was altered, dropped,
    reordered or told two ways. The node may run meanwhile. Ends with 1 when there is a fault."""
    from skypact.cli.audit.work import verified

    faults = 0
    for line, is_fault in verified(folder, partner, checkpoints):
        click.echo(line, err=is_fault)
        faults += is_fault
    sys.exit(1 if faults else 0)


@audit.command()
@click.argument("folder", type=FOLDER)
@click.argument("partner")
@click.argument("sequence", type=click.IntRange(min=1))
@click.option("--out", type=NEW_FILE, required=True, help="Write the proof here.")
@click.option("--stream", default="warning", show_default=True, help="Stream of the frame.")
@click.option("--epoch", type=click.IntRange(min=1), help="Its epoch; the newest when left out.")
@click.option("--received", is_flag=True, help="Of a frame that came from PARTNER.")
def prove(
    folder: Path,
    partner: str,
    sequence: int,
    out: Path,
    stream: str,
    epoch: int | None,
    received: bool,
) -> None:
    """Prove that frame SEQUENCE went to PARTNER (or came from it): one file that anybody with the
    cards can check, and that tells of no other partner."""
    from skypact.cli.audit.work import prove as proof_of

    text, line = proof_of(folder, partner, stream, epoch, sequence, received)
    out.write_text(text, "utf-8")
    click.echo(line)


@audit.command()
@click.argument("proof", type=FILE)
@click.option(
    "--card",
    "cards",
    type=FILE,
    multiple=True,
    required=True,
    help="Card of a nation whose signature counts; give those of both sides.",
)
@click.option("--frame", type=FILE, help="The bytes of the frame that the proof is about.")
def check(proof: Path, cards: tuple[Path, ...], frame: Path | None) -> None:
    """Check a PROOF that `skypact audit prove` wrote. Ends with 1 when it does not hold."""
    from skypact.cli.audit.work import check as checked

    held, lines = checked(proof, cards, frame)
    for line in lines:
        click.echo(line, err=not held)
    sys.exit(0 if held else 1)


@audit.command()
@click.argument("folder", type=FOLDER)
@click.argument("partner")
@click.option("--by", "person", required=True, help="Who decides it.")
@click.option("--reason", required=True, help="Why; it is entered in the own log.")
def accept(folder: Path, partner: str, person: str, reason: str) -> None:
    """Follow PARTNER's log anew after a fault, from where it is then: on trust, as at first. The
    node in FOLDER must not run."""
    from skypact.cli.audit.work import accepted

    click.echo(accepted(folder, partner, person, reason))


@audit.command()
@click.argument("folder", type=FOLDER)
@click.argument("partner")
@click.option("--out", type=NEW_FILE, required=True, help="Write the checkpoint here.")
def checkpoint(folder: Path, partner: str, out: Path) -> None:
    """Write the newest checkpoint of PARTNER's log that the node in FOLDER cosigned: give it to
    whoever is to verify that log."""
    from skypact.cli.audit.work import held_checkpoint

    text, line = held_checkpoint(folder, partner)
    out.write_text(text, "utf-8")
    click.echo(line)
