"""The small night, played once for all tests that look at what came of it. Not a test itself."""

import tempfile
from functools import cache
from pathlib import Path

from skypact.cli.exercise.play import Played, play
from skypact.cli.folders import stated_agreements
from tests.unit.exercise.small import small


@cache
def played() -> Played:
    """Return the run."""
    scenario = small()
    with tempfile.TemporaryDirectory() as folder:
        return play(
            scenario, stated_agreements(scenario), 3, Path(folder), None, lambda share: None,
            recorded=False,
        )  # fmt: skip
