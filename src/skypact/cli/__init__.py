"""The commands: the only place where edge, console, exercise and node meet."""

import gc
import json
import sys
from pathlib import Path
from typing import Any

import click

from skypact import __version__
from skypact.cli.agreement import agreement
from skypact.cli.audit import audit
from skypact.cli.decode import decode
from skypact.cli.exercise import coverage_command, exercise, report_command
from skypact.cli.first_hour.enrol import enrol
from skypact.cli.first_hour.folder import backup, client, init, restore
from skypact.cli.first_hour.invite import invite
from skypact.cli.procedure import alert, procedure
from skypact.cli.span import Span
from skypact.cli.track import track
from skypact.core.errors import SkypactError

FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


class Plainly(click.Group):
    """Ends with one sentence, not a traceback, when the fault is a person's to mend."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SkypactError as error:
            click.echo(f"skypact: {error}", err=True)
            sys.exit(2)


@click.group(cls=Plainly, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="skypact")
def main() -> None:
    """Skypact: a shared air picture and warning between nations that trust each other only so far.

    Defensive coordination only: it shows, warns, proposes and records; people decide.
    """


@main.command()
@click.option("--for", "for_s", type=Span(), help="End by itself after this time, e.g. 60s.")
@click.option("--no-browser", is_flag=True, help="Open no browser.")
@click.option("--summary", type=NEW_FILE, help="Write a JSON summary here at the end.")
@click.option("--state", type=FOLDER, help="Keep everything here and go on from it.")
@click.option("--scenario", default="first_night", show_default=True, help="What happens.")
@click.option("--seed", default=1, show_default=True, help="What chance decides.")
def demo(
    for_s: float | None,
    no_browser: bool,
    summary: Path | None,
    state: Path | None,
    scenario: str,
    seed: int,
) -> None:
    """Four nodes, one raid seen together: an exercise on this machine."""
    # Nothing that is imported before the nodes are forked is garbage; they collect again.
    gc.disable()
    from skypact.cli.demo import run

    sys.exit(run(scenario, state, seed, for_s, not no_browser, summary))


@main.command()
@click.argument("directory", type=FOLDER, required=False)
@click.option("--config", "file", type=FILE, help="Run the node that this one file describes.")
@click.option(
    "--state",
    type=FOLDER,
    help="With --config: the node's folder; beside the file, named after it, when left out.",
)
def node(directory: Path | None, file: Path | None, state: Path | None) -> None:
    """Run the node of one nation, from its folder or from a single file.

    skypact node auria

    skypact node --config solo.toml
    """
    from functools import partial

    from skypact.cli.demo import say
    from skypact.cli.live import run_node
    from skypact.edge.first_hour.solo import home_of, settle

    if (directory is None) == (file is None) or (state is not None and file is None):
        raise click.UsageError("say a folder, or --config FILE with or without --state FOLDER")
    if file is not None:
        directory = state or home_of(file)
        settle(file, directory)
    assert directory is not None
    tell = partial(say, who=directory.stem)
    sys.exit(run_node(directory, tell, lambda link: tell(f"console: {link}")))


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def hub(folder: Path) -> None:
    """Run one more hub of a coordinator, from the folder that `skypact enrol hub` wrote."""
    from functools import partial

    from skypact.cli.demo import say
    from skypact.cli.hub import run

    sys.exit(run(folder, partial(say, who=folder.name)))


@main.command("open")
@click.argument("directory", type=FOLDER)
def open_console(directory: Path) -> None:
    """Print a one-time link to the console of a running node: one more seat."""
    from skypact.cli.live import SEAT
    from skypact.config import STATE
    from skypact.console.auth import open_seat
    from skypact.edge.clock import Clock

    click.echo(open_seat(directory / STATE / SEAT, Clock().now_ns()))


@main.command()
@click.argument("directory", type=FOLDER)
@click.option("--role", default="watch", show_default=True, help="What it may: a role of the node.")
@click.option("--for", "for_s", type=Span(), default=12 * 3600.0, help="How long, e.g. 8h.")
def token(directory: Path, role: str, for_s: float) -> None:
    """Print a token with which a GIS reads the features of a running node."""
    from skypact.cli.live import SEAT
    from skypact.config import STATE, load
    from skypact.console.auth import role_token
    from skypact.core.errors import ConfigError
    from skypact.edge.clock import Clock

    known = [one.name for one in load(directory).config.all_roles]
    if role not in known:
        raise ConfigError(f"there is no [[role]] {role!r}, only {', '.join(known)}", path="--role")
    click.echo(role_token(directory / STATE / SEAT, role, Clock().now_ns(), for_s))


@main.command()
@click.argument("journal", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", type=click.File("wb"), help="Write the outputs here.")
def replay(journal: Path, out: Any) -> None:
    """Run a journal again and compare every output with what left then.

    JOURNAL is the folder state/journal of a node, or the folder journal/ of an exercise.
    """
    from skypact.cli.replay import run_all

    counts = run_all(journal, out)
    click.echo(json.dumps(counts))
    sys.exit(1 if counts["differ"] else 0)


@main.group()
def config() -> None:
    """A node's configuration."""


@config.command("check")
@click.argument("directory", type=FOLDER)
def check_config(directory: Path) -> None:
    """Tell every fault of a node's folder with file and line."""
    from skypact.config import check_folder

    found = check_folder(directory)
    for fault in found:
        click.echo(str(fault), err=True)
    if found:
        click.echo(f"{len(found)} faults", err=True)
        sys.exit(1)
    click.echo(f"{directory}: no fault found")


@main.command()
def warm() -> None:
    """Compile all kernels and the codec once, so that no node waits for it later."""
    from skypact.core.jit import warm as compile_kernels

    click.echo("compiling kernels, once: about a minute", err=True)
    click.echo(json.dumps(compile_kernels()))


for command in (
    agreement,
    procedure,
    alert,
    init,
    enrol,
    client,
    backup,
    restore,
    invite,
    track,
    decode,
    audit,
    exercise,
    report_command,
    coverage_command,
):
    main.add_command(command)


if __name__ == "__main__":
    main()
