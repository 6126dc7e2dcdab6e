"""The page of a comparison says in words what one thing gave."""

import re
import xml.etree.ElementTree as ElementTree

from skypact.edge.report.comparison import comparison_page
from skypact.exercise.compare import pairs
from tests.unit.exercise.compare.test_pairs import run


def summary(outcomes) -> dict:
    return {
        "scenario": "small", "title": "EXERCISE: a night", "without_words": "borvia as a partner",
        "runs": len(outcomes), "seeds": [1, len(outcomes)], "simulated_s": 120.0,
        "nations": pairs.nations(outcomes), "threats": pairs.threats(outcomes),
        "places_never_warned": pairs.never_warned(outcomes),
    }  # fmt: skip


def test_gains_are_told_with_their_confidence() -> None:
    page = comparison_page(summary([(run(), run(30.0)), (run(), run(50.0))]))
    assert "Auria: +40.0 s of warning (95 %: -87.1 to +167.1)." in page
    assert "None, in no run." in page
    for figure in re.findall(r"<svg.*?</svg>", page, flags=re.S):
        ElementTree.fromstring(figure)


def test_places_never_warned_and_single_pairs() -> None:
    page = comparison_page(summary([(run(), run(warned=False))]))
    assert "Aurensis" in page
    assert "(one pair only)" in page
