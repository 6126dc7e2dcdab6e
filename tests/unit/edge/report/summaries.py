"""The summary of the small night. Not a test itself."""

from functools import cache
from typing import Any

from skypact.exercise.outcome.outcome import outcome
from tests.unit.exercise.played import played
from tests.unit.exercise.small import small


@cache
def summary() -> dict[str, Any]:
    """Return what `skypact exercise run` would write."""
    scenario = small()
    head = {"scenario": scenario.name, "title": scenario.title, "seed": 3, "simulated_s": 120.0}
    head |= {"version": "0", "wall_s": 4.2, "about": scenario.about}
    prose = {"sources": ["a < source"], "findings": ["Sharing pays."]}
    return {**head, **prose, **outcome(scenario, played().watches)}
