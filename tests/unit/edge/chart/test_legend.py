from skypact.edge.chart.chart import COLOURS
from skypact.edge.chart.legend import Counts, legend
from skypact.edge.chart.sheet import sheet_around
from tests.unit.edge.chart.test_sheet import CROSS


def said(counts: Counts) -> str:
    return "\n".join(legend(counts, sheet_around(CROSS), COLOURS))


def test_the_legend_counts() -> None:
    text = said(Counts(plots=12_345, dots=9, tracks=7, held=5, sensors=1, silent=3))
    for words in ("12,345 plots", "drawn: 9", "7 tracks", "5 held", "2 ended", "1 sensor<"):
        assert words in text
    assert "3 track numbers left out" in text
    assert "48.00° N, 20.00° E" in text


def test_what_is_whole_is_not_excused() -> None:
    text = said(Counts(plots=9, dots=9, tracks=1, held=1, sensors=2, silent=0))
    assert "drawn" not in text
    assert "left out" not in text
    assert "made up" not in text


def test_places_that_nobody_gave_are_called_so() -> None:
    text = said(Counts(plots=9, dots=9, tracks=1, held=1, sensors=2, silent=0, placed=False))
    assert "made up" in text
