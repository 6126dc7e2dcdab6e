"""The page of a comparison: what one thing was worth to each nation."""

from collections.abc import Mapping
from html import escape
from typing import Any

from skypact.edge.chart import svg
from skypact.edge.report.page import document
from skypact.edge.report.sections import prose
from skypact.edge.report.words import NONE, amount, name, number, paragraph, seconds, table

WIDTH, LEFT, ROW = 760.0, 130.0, 30.0
LABELS = {
    "warning_time_s": "Warning time, s",
    "lead_s": "Lead after acknowledgement, s",
    "warned": "Objects warned of",
    "never_warned": "Objects not warned of",
    "completeness": "Share of the picture held",
    "tracks_partners": "Tracks of partners, most at once",
    "false_places": "False alarms, places",
    "false_minutes": "False alarms, minutes",
    "warnings_given": "Warnings given to partners",
    "warnings_received": "Warnings received",
    "bytes_given": "Bytes given",
    "bytes_received": "Bytes received",
}
METHOD = (
    "Every seed is played twice: whole, and without the one thing. Whatever chance decides (what "
    "a radar detects, false plots, delays, how fast people react) is drawn for each purpose by "
    "itself and is the same on both sides.",
    "A gain is the whole night minus the night without. Who is never warned of an object has a "
    "warning time of 0 s for it.",
    "Intervals hold the mean with 95 % confidence (Student's t over the pairs). An interval that "
    "does not hold 0 is a difference that chance hardly explains.",
)


def comparison_page(summary: Mapping[str, Any]) -> str:
    """Return the report of a comparison."""
    what = summary["without_words"]
    title = str(summary["title"]).removeprefix("EXERCISE:").strip()
    intro = (
        f"The same hypothetical night, {amount(summary['runs'], 'time')} with and as often without "
        f"{what}; nothing else differs. What follows says what that was worth to each nation."
    )
    body = [
        paragraph("EXERCISE. Nothing in this report happened.", "mark"),
        f"<h1>What {escape(what, quote=False)} gave</h1>",
        paragraph(f"{title[:1].upper()}{title[1:]}. {intro}", "lead"),
        "<h2>In short</h2>",
        prose(_findings(summary)),
        "<h2>Warning time gained</h2>",
        _gains(summary["nations"]),
        paragraph("Dot: mean over the pairs. Line: 95 % confidence.", "note"),
        "<h2>Threat by threat</h2>",
        _threats(summary),
        "<h2>Places never warned</h2>",
        _never(summary),
        "<h2>Nation by nation</h2>",
        *[_nation(n, figures) for n, figures in summary["nations"].items()],
        "<h2>Method</h2>",
        prose(METHOD),
        paragraph(
            f"Scenario {summary['scenario']}, seeds {summary['seeds'][0]} to "
            f"{summary['seeds'][1]}, {seconds(summary['simulated_s'])} each.",
            "note",
        ),
    ]
    return document(f"EXERCISE: what {what} gave", body)


def _findings(summary: Mapping[str, Any]) -> list[str]:
    said: list[str] = []
    for nation, figures in summary["nations"].items():
        gain, warned = figures["warning_time_s"]["gain"], figures["warned"]["gain"]
        parts: list[str] = []
        if gain["mean"] is not None:
            parts.append(f"{_signed(gain['mean'])} s of warning{_interval(gain)}")
        if warned["mean"]:
            parts.append(f"{_signed(warned['mean'])} objects warned of{_interval(warned)}")
        false = figures["false_places"]["gain"]
        if false["mean"]:
            parts.append(f"{_signed(false['mean'])} false alarms{_interval(false)}")
        if parts:
            said.append(f"{name(nation)}: {'; '.join(parts)}.")
    return said or ["It made no difference to any nation."]


def _signed(value: float) -> str:
    return f"{value:+,.1f}"


def _interval(gain: Mapping[str, Any]) -> str:
    if gain["low"] is None:
        return " (one pair only)"
    return f" (95 %: {_signed(gain['low'])} to {_signed(gain['high'])})"


def _gains(nations: Mapping[str, Any]) -> str:
    """Return a row for each nation: the mean gain of warning time and its interval."""
    shown = {n: v["warning_time_s"]["gain"] for n, v in nations.items()}
    shown = {n: gain for n, gain in shown.items() if gain["mean"] is not None}
    ends = [v for g in shown.values() for v in (g["mean"], g["low"], g["high"]) if v is not None]
    low, high = min([0.0, *ends]), max([1.0, *ends])
    scale = (WIDTH - LEFT - 90.0) / (high - low)

    def x(value: float) -> float:
        return LEFT + 20.0 + (value - low) * scale

    height = 20.0 + ROW * len(shown) + 10.0
    zero = f"M{x(0):.1f} 8V{height - 8:.1f}"
    parts = [svg.element("path", d=zero, stroke="#7b8794", stroke_width=1.0)]
    for k, (nation, gain) in enumerate(shown.items()):
        y = 20.0 + ROW * k + ROW / 2
        label = svg.words(name(nation), LEFT - 10, y + 4, font_size=13, text_anchor="end")
        parts.append(label)
        if gain["low"] is not None:
            line = f"M{x(gain['low']):.1f} {y:.1f}H{x(gain['high']):.1f}"
            parts.append(svg.element("path", d=line, stroke="#0060a8", stroke_width=2.0))
        parts.append(svg.element("circle", cx=x(gain["mean"]), cy=y, r=4.5, fill="#0060a8"))
        end = max(gain["mean"], gain["high"] or gain["mean"])
        text = f"{_signed(gain['mean'])} s"
        parts.append(svg.words(text, x(end) + 10, y + 4, font_size=12, fill="#1f2933"))
    return svg.document(WIDTH, height, parts)


def _threats(summary: Mapping[str, Any]) -> str:
    rows = [
        [
            t["threat"],
            f"{t['place']}, {name(t['nation'])}",
            _share(t["warned_with"]),
            _share(t["warned_without"]),
            seconds(t["with_s"]["mean"]),
            seconds(t["without_s"]["mean"]),
            _gain(t["gain_s"]),
        ]
        for t in summary["threats"]
    ]
    head = [
        "Threat",
        "Comes down on",
        "Warned of, with",
        "Without",
        "Warning time, with",
        "Without",
    ]
    return table([*head, "Gained, s"], rows, words=2)


def _never(summary: Mapping[str, Any]) -> str:
    places = summary["places_never_warned"]
    if not places:
        return paragraph("None, in no run.")
    rows = [[place, count["with"], count["without"]] for place, count in places.items()]
    return table(["Place", "Runs with", "Runs without"], rows)


def _nation(nation: str, figures: Mapping[str, Any]) -> str:
    rows = [
        [
            label,
            number(figures[key]["with"]["mean"], 2),
            number(figures[key]["without"]["mean"], 2),
            _gain(figures[key]["gain"]),
        ]
        for key, label in LABELS.items()
    ]
    return table([name(nation), "With", "Without", "Difference (95 %)"], rows)


def _gain(gain: Mapping[str, Any]) -> str:
    if gain["mean"] is None:
        return NONE
    if gain["low"] is None:
        return f"{gain['mean']:+,.2f}"
    return f"{gain['mean']:+,.2f} ({gain['low']:+,.2f} to {gain['high']:+,.2f})"


def _share(value: Mapping[str, Any]) -> str:
    return NONE if value["mean"] is None else f"{100 * value['mean']:.0f} %"
