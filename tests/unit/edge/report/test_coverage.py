"""The page of coverage has a map for each height and a plot for each place."""

import re
import xml.etree.ElementTree as ElementTree

from skypact.cli.exercise.coverage import coverage
from skypact.edge.report.coverage import coverage_page
from tests.unit.exercise.small import small


def test_maps_and_polar_plots() -> None:
    found = coverage(small(), (300.0, 3000.0), ["borvia-east"], [], [], 240.0, 1.0)
    page = coverage_page(found, "A night.")
    figures = re.findall(r"<svg.*?</svg>", page, flags=re.S)
    assert len(figures) == 2 * (1 + 2)
    for figure in figures:
        ElementTree.fromstring(figure)
    assert "no longer seen" in page
    assert re.search(r"<td>Cove, Borvia</td><td>\d+° to \d+°", page)
    assert len(set(re.findall(r'clipPath id="(\w+)"', page))) == 2
