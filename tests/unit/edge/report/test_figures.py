"""Figures are well-formed and say what the numbers say."""

import xml.etree.ElementTree as ElementTree

from skypact.edge.report.figures import stages, timeline, warning_times
from tests.unit.edge.report.summaries import summary

SVG = "{http://www.w3.org/2000/svg}"


def texts(figure: str) -> list[str]:
    return [e.text or "" for e in ElementTree.fromstring(figure).iter(f"{SVG}text")]


def test_warning_times_are_bars_in_proportion() -> None:
    nations = summary()["nations"]
    shown = texts(warning_times(nations))
    assert "Auria" in shown
    assert "4 min 47 s" in shown
    assert "Keystone" not in shown
    bars = ElementTree.fromstring(warning_times(nations)).findall(f"{SVG}rect")
    auria, borvia = (float(bar.attrib["width"]) for bar in bars)
    medians = [nations[n]["warning"]["warning_time_s"]["median"] for n in ("auria", "borvia")]
    assert abs(auria / borvia - medians[0] / medians[1]) < 0.01


def test_nobody_warned_is_said() -> None:
    nothing = {"objects": 2, "warning_time_s": dict.fromkeys(("min", "median", "max"))}
    assert "nobody was warned" in texts(warning_times({"a": {"warning": nothing}}))


def test_the_timeline_has_a_mark_for_everything_in_time() -> None:
    rows = summary()["timeline"]
    figure = ElementTree.fromstring(timeline(rows, list(summary()["nations"]), 120.0))
    assert len(list(figure.iter(f"{SVG}title"))) == sum(row["at_s"] <= 120 for row in rows)


def test_stages_are_named_below_their_bars() -> None:
    assert {"tracked", "acknowledged", "Auria"} <= set(texts(stages(summary()["latency"])))
