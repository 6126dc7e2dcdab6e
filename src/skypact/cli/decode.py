"""`skypact decode`: an ASTERIX recording to a table."""

import json
import time
from pathlib import Path

import click

from skypact.cli.progress import progress

OLD_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


class Edition(click.ParamType[tuple[int, str]]):
    """A category and its edition such as 48=1.30."""

    name = "category=edition"

    def convert(
        self,
        value: str | tuple[int, str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[int, str]:
        if isinstance(value, tuple):
            return value
        category, _, edition = value.partition("=")
        number = category.lower().removeprefix("cat")
        if not number.isdecimal() or not edition:
            self.fail(f"{value!r} is not a category and its edition such as 48=1.30", param, ctx)
        return int(number), edition


@click.command()
@click.argument("recording", type=OLD_FILE)
@click.option(
    "--out", type=NEW_FILE, required=True, help="Records go here: .parquet, .csv or .ast."
)
@click.option(
    "--edition",
    "editions",
    type=Edition(),
    multiple=True,
    help="Edition of a category, e.g. 48=1.30; give it once for each category that has another.",
)
def decode(recording: Path, out: Path, editions: tuple[tuple[int, str], ...]) -> None:
    """Decode the ASTERIX in RECORDING to a table and print one line of JSON.

    RECORDING is a capture (.pcap, .pcapng) with ASTERIX in UDP, or data blocks end to end (.ast).
    One row a record; columns and units are in docs/reference/decode.md. An .ast file as --out gets
    the data blocks that were read.

    \b
    skypact decode night.pcap --out night.parquet
    skypact decode night.ast --out night.csv --edition 48=1.30 --edition 62=1.18

    The line says how many records of each category were read, what was refused and why, and how
    fast it went. Bytes that are wrong never end the command.
    """
    from skypact.core.jit import warm
    from skypact.edge.decode_file import decode_file

    begun = time.process_time()
    warm()
    compiled_s = time.process_time() - begun
    with progress(recording.name) as tell:
        report = decode_file(recording, out, dict(editions), tell)
    click.echo(json.dumps(report | {"compile_s": round(compiled_s, 3)}))
