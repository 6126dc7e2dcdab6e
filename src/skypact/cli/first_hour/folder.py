"""Commands of a nation's first hour: a new node, a backup, its return."""

import sys
from pathlib import Path

import click

from skypact.core.messages import Context

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("directory", type=FOLDER)
@click.option("--nation", required=True, help="Name in messages and certificates, e.g. auria.")
@click.option("--name", "display_name", default="", help="Name that people read.")
@click.option(
    "--context",
    type=click.Choice([context.value for context in Context]),
    default=Context.EXERCISE.value,
    show_default=True,
    help="A node has one context for all its life.",
)
def init(directory: Path, nation: str, display_name: str, context: str) -> None:
    """Write a new node's folder: a commented configuration, its keys, a systemd unit."""
    from skypact.edge.clock import Clock
    from skypact.edge.first_hour.configuration import init as write

    program = Path(sys.argv[0]).absolute()
    now_ns = Clock().now_ns()
    for path in write(directory, nation, now_ns, display_name, Context(context), program):
        click.echo(f"wrote {path}")
    click.echo(f"next: edit {directory / 'node.toml'}, then skypact config check {directory}")


@click.command()
@click.argument("directory", type=FOLDER)
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))
def backup(directory: Path, archive: Path) -> None:
    """Write a node, running or not, to the new file ARCHIVE (a tar, with the node's keys)."""
    from skypact.edge.first_hour.backup import backup as write

    done = write(directory, archive)
    click.echo(f"{archive}: {done.files} files, {done.size_bytes / 1e6:.1f} MB")


@click.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("directory", type=FOLDER)
def restore(archive: Path, directory: Path) -> None:
    """Check ARCHIVE and unpack it into the new folder DIRECTORY."""
    from skypact.edge.first_hour.backup import restore as read

    done = read(archive, directory)
    click.echo(f"{directory}: {done.files} files, checked; skypact node {directory} starts it")


@click.command()
@click.argument("directory", type=FOLDER)
@click.argument("name")
@click.option("--role", default="watch", show_default=True, help="What it may: a role of the node.")
@click.option("--out", type=FOLDER, required=True, help="Its certificate, key and bundle go here.")
def client(directory: Path, name: str, role: str, out: Path) -> None:
    """Issue a certificate for the program NAME, which connects to the node in DIRECTORY."""
    from skypact.config import load
    from skypact.edge.clock import Clock
    from skypact.edge.cot.keys import issue

    issued = issue(load(directory), name, role, out, Clock().now_ns())
    for path in issued.files:
        click.echo(f"wrote {path}")
    click.echo(f"passphrase of {issued.bundle.name}, said only now: {issued.passphrase}")
    click.echo(f"valid until {issued.valid_until}")
