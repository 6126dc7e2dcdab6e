"""A bar for long work."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import click

_STEPS = 1000


@contextmanager
def progress(label: str) -> "Generator[Callable[[float], None]]":
    """Yield what to tell the share done; a bar on a terminal, else nothing at all."""
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    with click.progressbar(length=_STEPS, label=label, file=sys.stderr) as bar:
        done = 0

        def tell(share: float) -> None:
            nonlocal done
            bar.update(round(share * _STEPS) - done)
            done = round(share * _STEPS)

        yield tell
        tell(1.0)
