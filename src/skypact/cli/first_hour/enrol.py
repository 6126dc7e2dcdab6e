"""`skypact enrol`: who is trusted, by the cards that people hand to each other."""

from pathlib import Path

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, path_type=Path)
NEW_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def enrol() -> None:
    """Take a partner's card in, cut a partner off, or set up one more hub."""


@enrol.command()
@click.argument("card", type=FILE)
def show(card: Path) -> None:
    """Say whose card CARD (a file, or a node's folder) is, and its fingerprint to read out."""
    from skypact.config.cards import fingerprint
    from skypact.edge.first_hour.enrol import read_card

    found = read_card(card)
    click.echo(f"{found.nation}, context {found.context}")
    click.echo(f"fingerprint {fingerprint(found)}")


@enrol.command()
@click.argument("directory", type=FOLDER)
@click.argument("card", type=FILE)
@click.option(
    "--fingerprint",
    prompt="fingerprint, as somebody you know at the partner reads it out",
    help="As read out by somebody you know at the partner.",
)
def trust(directory: Path, card: Path, fingerprint: str) -> None:
    """Make the nation of CARD a partner of the node in DIRECTORY."""
    from skypact.edge.first_hour.enrol import trust as store

    click.echo(f"wrote {store(directory, card, fingerprint)}")
    click.echo("it counts from the node's next start")


@enrol.command()
@click.argument("directory", type=FOLDER)
@click.argument("name")
@click.option("--out", type=NEW_FOLDER, required=True, help="What the hub's machine gets.")
def hub(directory: Path, name: str, out: Path) -> None:
    """Write the folder of the hub NAME of the coordinator in DIRECTORY, or write it anew."""
    from skypact.config import load
    from skypact.edge.clock import Clock
    from skypact.edge.links.hub_folder import write

    for path in write(load(directory), name, out, Clock().now_ns()):
        click.echo(f"wrote {path}")
    click.echo(f"on the hub's machine: skypact hub {out}")


@enrol.command()
@click.argument("directory", type=FOLDER)
@click.argument("nation")
@click.option("--by", required=True, help="Your name.")
@click.option("--reason", required=True, help="Why, for those who ask later.")
def cut(directory: Path, nation: str, by: str, reason: str) -> None:
    """Cut NATION off: the node in DIRECTORY, running or not, shares nothing with it any more."""
    from skypact.edge.clock import Clock
    from skypact.edge.first_hour.enrol import cut as write

    click.echo(f"wrote {write(directory, nation, by, reason, Clock().now_ns())}")
    click.echo(f"{nation} is cut off; skypact enrol trust takes it in again")
