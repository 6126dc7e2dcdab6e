"""Figures for people."""

import pytest

from skypact.edge.report import words


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "–"), (0.04, "0.0 s"), (9.96, "10.0 s"), (61.0, "61 s"), (200.0, "3 min 20 s"),
     (3900.0, "1 h 05 min"), (-280.0, "-4 min 40 s"), (-5.25, "-5.2 s")],
)  # fmt: skip
def test_times(value: float | None, shown: str) -> None:
    assert words.seconds(value) == shown


def test_others() -> None:
    assert words.share(0.123) == "12.3 %"
    assert words.number(12345.6, 1) == "12,345.6"
    assert (words.size(900.0), words.size(2.5e6)) == ("0.9 kB", "2.5 MB")
    assert words.name("south-sea") == "South Sea"
    assert (words.amount(1, "place"), words.amount(2, "place")) == ("1 place", "2 places")
    assert words.table(["a", "b"], [["<", 1]]).count("&lt;") == 1
    assert words.paragraph("a & b", "note") == "<p class=note>a &amp; b</p>"
