"""Figures of a report: warning time by nation, timeline, stages of a warning."""

from collections.abc import Mapping, Sequence
from typing import Any

from skypact.edge.chart import svg
from skypact.edge.report.words import name, seconds

INK, SOFT, FAINT = "#1f2933", "#52606d", "#cbd2d9"
COLOURS = ("#0060a8", "#c44e00", "#007a5a", "#8a3c86", "#5a6b00", "#b3003b", "#005f6b", "#6b4a1e")
WIDTH, LEFT, ROW = 760.0, 130.0, 34.0
STAGE_COLOURS = {
    "tracked": "#5b88ad",
    "raised": "#0060a8",
    "released": "#007a5a",
    "received": "#8a9a00",
    "shown": "#c44e00",
    "acknowledged": "#8a3c86",
}
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400)


def warning_times(nations: Mapping[str, Any]) -> str:
    """Return bars of the warning time of each nation: median, with least and greatest."""
    shown = {n: v["warning"] for n, v in nations.items() if v["warning"]["objects"]}
    top = max((v["warning_time_s"]["max"] or 0.0 for v in shown.values()), default=0.0)
    axis = _Axis(max(top, 1.0))
    height = 30.0 + ROW * len(shown) + 26.0
    parts = axis.grid(20.0, 20.0 + ROW * len(shown))
    for k, (nation, figures) in enumerate(shown.items()):
        y = 20.0 + ROW * k + ROW / 2
        spread = figures["warning_time_s"]
        parts.append(_label(name(nation), y))
        if spread["median"] is None:
            parts.append(svg.words("nobody was warned", LEFT + 6, y + 4, font_size=12, fill=SOFT))
            continue
        low, middle, high = (axis.x(spread[key]) for key in ("min", "median", "max"))
        bar = middle - LEFT
        parts.append(
            svg.element("rect", x=LEFT, y=y - 9, width=bar, height=18.0, fill=COLOURS[0], rx=2)
        )
        line = f"M{low:.1f} {y:.1f}H{high:.1f}M{low:.1f} {y - 5:.1f}v10M{high:.1f} {y - 5:.1f}v10"
        parts.append(svg.element("path", d=line, stroke=INK, stroke_width=1.4))
        text = seconds(spread["median"])
        inside = bar > 90
        x, fill = (LEFT + 8, "#fff") if inside else (high + 8, INK)
        parts.append(svg.words(text, x, y + 4, font_size=12, fill=fill))
    return svg.document(WIDTH, height, parts)


def timeline(rows: Sequence[Mapping[str, Any]], nations: Sequence[str], until_s: float) -> str:
    """Return a lane for what flies and one for each nation, with marks for what happened."""
    lanes = ["", *nations]
    axis = _Axis(max(until_s, 1.0))
    height = 30.0 + ROW * len(lanes) + 26.0
    parts = axis.grid(20.0, 20.0 + ROW * len(lanes))
    marks = {"begins": "#52606d", "ends": "#b3003b", "link": "#8a3c86", "told": "#c44e00"}
    for k, lane in enumerate(lanes):
        parts.append(_label(name(lane) if lane else "Objects, links", 20.0 + ROW * k + ROW / 2))
    for row in rows:
        what, at_s = row["what"], row["at_s"]
        if at_s > until_s:
            continue
        lane = 0 if what in ("begins", "ends", "link") else lanes.index(row["nation"])
        x, y = axis.x(at_s), 20.0 + ROW * lane + ROW / 2
        colour = marks.get(what, "#007a5a")
        tip = svg.element("title", _plain(f"{seconds(at_s)}: {row['text']}"))
        shape = {
            "begins": f"M{x:.1f} {y - 6:.1f}l6 11h-12Z",
            "ends": f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10",
            "link": f"M{x:.1f} {y - 7:.1f}v14",
        }.get(what, f"M{x:.1f} {y - 6:.1f}l5 6l-5 6l-5 -6Z")
        filled = colour if what not in ("ends", "link") else "none"
        parts.append(
            svg.element("path", tip, d=shape, fill=filled, stroke=colour, stroke_width=1.6)
        )
    return svg.document(WIDTH, height, parts)


def stages(latency: Mapping[str, Any]) -> str:
    """Return where the time of a warning goes, as the median of each stage, by warned nation."""
    shown = {n: v["stages_s"] for n, v in latency.items() if v["warnings"]}
    sums = {n: [(s, v["median"] or 0.0) for s, v in one.items()] for n, one in shown.items()}
    top = max((sum(v for _, v in parts) for parts in sums.values()), default=0.0)
    axis = _Axis(max(top, 1.0))
    height = 30.0 + ROW * len(sums) + 26.0
    parts = axis.grid(20.0, 20.0 + ROW * len(sums))
    for k, (nation, split) in enumerate(sums.items()):
        y, done = 20.0 + ROW * k + ROW / 2, 0.0
        parts.append(_label(name(nation), y))
        for stage, took_s in split:
            x, width = axis.x(done), axis.x(done + took_s) - axis.x(done)
            done += took_s
            if width <= 0:
                continue
            tip = svg.element("title", _plain(f"{stage}: {seconds(took_s)}"))
            box = {"x": x, "y": y - 9, "width": width, "height": 18.0}
            parts.append(svg.element("rect", tip, fill=STAGE_COLOURS[stage], **box))
    x = LEFT
    for stage, colour in STAGE_COLOURS.items():
        key = svg.element("rect", x=x, y=height - 2.0, width=11.0, height=11.0, fill=colour)
        parts += [key, svg.words(stage, x + 16, height + 8, font_size=11, fill=SOFT)]
        x += 30.0 + 6.4 * len(stage)
    return svg.document(WIDTH, height + 16.0, parts)


class _Axis:
    """Seconds from left to right."""

    def __init__(self, top_s: float) -> None:
        self._top = top_s * 1.12
        self._scale = (WIDTH - LEFT - 20.0) / self._top
        self._tick = next((t for t in TICKS if self._top / t <= 8), TICKS[-1])

    def x(self, value_s: float) -> float:
        return LEFT + max(value_s, 0.0) * self._scale

    def grid(self, top: float, bottom: float) -> list[str]:
        parts: list[str] = []
        for k in range(int(self._top // self._tick) + 1):
            x = self.x(k * self._tick)
            line = f"M{x:.1f} {top:.1f}V{bottom:.1f}"
            parts.append(svg.element("path", d=line, stroke=FAINT, stroke_width=1.0))
            text = seconds(k * self._tick) if k else "0"
            parts.append(
                svg.words(text, x, bottom + 16, font_size=11, fill=SOFT, text_anchor="middle")
            )
        return parts


def _label(text: str, y: float) -> str:
    return svg.words(text, LEFT - 10, y + 4, font_size=13, fill=INK, text_anchor="end")


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
