"""Map frames: what was in the air and what each nation showed."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skypact.core.geodesy import F64, ecef_from_geodetic
from skypact.edge.chart import svg
from skypact.edge.chart.sheet import (
    FAINT,
    HEAD,
    INK,
    MAP_WIDTH,
    MARGIN,
    Sheet,
    north_arrow,
    scale_bar,
    sheet_around,
)
from skypact.edge.report.figures import COLOURS
from skypact.edge.report.words import name, seconds


def map_frames(summary: Mapping[str, Any]) -> list[str]:
    """Return an SVG for each frame of a summary, all of one area."""
    frames: Sequence[Mapping[str, Any]] = summary["frames"]
    places, sensors = summary["map"]["places"], summary["map"]["sensors"]
    everything = [p["at_deg"] for p in places] + [s["at_deg"] for s in sensors]
    for frame in frames:
        everything += frame["objects"]
    if not frames or not everything:
        return []
    sheet = sheet_around(_ecef(everything))
    nations = list(summary["nations"])
    return [_frame(frame, sheet, summary["map"], nations) for frame in frames]


def _ecef(at_deg: Sequence[Sequence[float]]) -> F64:
    lat, lon = np.radians(np.array(at_deg, np.float64).reshape(-1, 2)).T
    return ecef_from_geodetic(lat, lon, 0.0)


def _frame(
    frame: Mapping[str, Any], sheet: Sheet, fixed: Mapping[str, Any], nations: Sequence[str]
) -> str:
    parts: list[str] = []
    for place in fixed["places"]:
        x, y = sheet.project(_ecef([place["at_deg"]]))[0].tolist()
        parts.append(svg.element("rect", x=x - 4, y=y - 4, width=8.0, height=8.0, fill=FAINT))
        parts.append(svg.words(place["name"], x + 7, y + 4, font_size=13, fill="#52606d"))
    for sensor in fixed["sensors"]:
        x, y = sheet.project(_ecef([sensor["at_deg"]]))[0].tolist()
        parts.append(svg.element("path", d=f"M{x:.1f} {y - 6:.1f}l5 10h-10Z", fill="#7b8794"))
    for k, nation in enumerate(nations):
        points = frame["tracks"].get(nation, [])
        if points:
            # A ring a nation, each a little wider, so that who sees the same is seen at once.
            radius = 5.0 + 2.6 * k
            rings = "".join(
                svg.element("circle", cx=x, cy=y, r=radius)
                for x, y in sheet.project(_ecef(points)).tolist()
            )
            parts.append(
                svg.element(
                    "g", rings, fill="none", stroke=COLOURS[k % len(COLOURS)], stroke_width=1.8
                )
            )
    if frame["objects"]:
        dots = svg.dot_path(sheet.project(_ecef(frame["objects"])))
        parts.append(
            svg.element("path", d=dots, stroke=INK, stroke_width=6.0, stroke_linecap="round")
        )
    window = svg.element("rect", x=MARGIN, y=HEAD, width=MAP_WIDTH, height=sheet.height)
    clip = f"frame{round(frame['at_s'])}"
    border = {"x": MARGIN, "y": HEAD, "width": MAP_WIDTH, "height": sheet.height}
    title = f"{seconds(frame['at_s'])} after the start"
    return svg.document(
        2 * MARGIN + MAP_WIDTH,
        HEAD + sheet.height + MARGIN,
        [
            svg.element("defs", svg.element("clipPath", window, id=clip)),
            svg.words(title, MARGIN, 28, font_size=20, fill=INK, font_weight=600),
            *_legend(nations),
            svg.element("g", *parts, *scale_bar(sheet), *north_arrow(), clip_path=f"url(#{clip})"),
            svg.element("rect", fill="none", stroke=FAINT, **border),
        ],
    )


def _legend(nations: Sequence[str]) -> list[str]:
    x, y = MARGIN, 50.0
    parts = [
        svg.element("circle", cx=x + 5, cy=y - 4, r=3.0, fill=INK),
        svg.words("what is there", x + 14, y, font_size=13, fill=INK),
    ]
    x += 120
    for k, nation in enumerate(nations):
        colour = COLOURS[k % len(COLOURS)]
        ring = {"fill": "none", "stroke": colour, "stroke_width": 2.0}
        parts.append(svg.element("circle", cx=x + 5, cy=y - 4, r=5.0, **ring))
        text = f"{name(nation)} shows"
        parts.append(svg.words(text, x + 15, y, font_size=13, fill=INK))
        x += 40 + 7.2 * len(text)
    return parts
