"""What the signs on a map mean, and how many there are."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from skypact.edge.chart import svg
from skypact.edge.chart.sheet import HEAD, INK, MAP_WIDTH, MARGIN, Sheet

LEGEND_WIDTH = 236.0
_SOFT = "#52606d"


class Counts(NamedTuple):
    """plots, and how many of them are drawn; tracks, and how many are held at the end; sensors;
    silent: tracks whose number found no room; placed: False where sensors' places are made up."""

    plots: int
    dots: int
    tracks: int
    held: int
    sensors: int
    silent: int
    placed: bool = True


def legend(counts: Counts, sheet: Sheet, colours: Sequence[str]) -> list[str]:
    """Return the legend at the right of the map."""
    x, y = MARGIN + MAP_WIDTH + 24.0, HEAD + 14.0
    parts: list[str] = []
    for sign, text, note in _signs(counts, colours[0]):
        parts.append(svg.element("g", sign, transform=f"translate({x + 12:g} {y:g})", fill="none"))
        parts.append(svg.words(text, x + 34, y + 4.5, font_size=13, fill=INK))
        if note:
            parts.append(svg.words(note, x + 34, y + 20, font_size=11, fill=_SOFT))
        y += 46 if note else 32
    lat, lon = (float(np.degrees(angle)) for angle in sheet.centre)
    notes = [
        "" if counts.placed else "Places of sensors: none given,",
        "" if counts.placed else "made up far apart",
        f"{counts.silent:,} track number{'s' * (counts.silent > 1)} left out"
        if counts.silent
        else "",
        "Azimuthal equidistant about",
        f"{abs(lat):.2f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.2f}° {'E' if lon >= 0 else 'W'}",
    ]
    foot = HEAD + sheet.height - 6.0
    for i, note in enumerate(reversed([note for note in notes if note])):
        parts.append(svg.words(note, x, foot - 15 * i, font_size=11, fill=_SOFT))
    return parts


def _signs(counts: Counts, ink: str) -> list[tuple[str, str, str]]:
    """Return (sign about (0, 0), what it is, a note or "") of each entry."""
    ended = counts.tracks - counts.held
    dots = svg.dot_path(np.array([[-8.0, -2.0], [-2.0, 2.0], [4.0, -3.0], [9.0, 1.0]]))
    return [
        (
            svg.element("path", d=dots, stroke="#7b8794", stroke_width=2.6, stroke_linecap="round"),
            _amount(counts.plots, "plot"),
            f"drawn: {counts.dots:,} (in view, one a spot)" if counts.dots < counts.plots else "",
        ),
        (
            svg.element("path", d="M-11 4L11 -4", stroke=ink, stroke_width=1.7)
            + svg.element("circle", cx=-11.0, cy=4.0, r=2.6, fill="#fff", stroke=ink),
            _amount(counts.tracks, "track"),
            "ring: where it is first reported",
        ),
        (
            svg.element("path", d="M0 -6l4 9l-4 -2l-4 2Z", fill=ink, transform="rotate(60)"),
            f"{counts.held:,} held at the end",
            "arrow: the way it goes",
        ),
        (
            svg.element("path", d="M-3.5 -3.5l7 7M3.5 -3.5l-7 7", stroke=ink, stroke_width=1.8),
            f"{ended:,} ended before",
            "",
        ),
        (
            svg.element("ellipse", rx=11.0, ry=6.0, fill=ink, fill_opacity=0.12, stroke=ink),
            "95 % of position",
            "as the tracker believes, at the end",
        ),
        (
            svg.element("path", d="M0 -8l7 13h-14Z", fill=INK),
            _amount(counts.sensors, "sensor"),
            "",
        ),
        (
            svg.element(
                "rect",
                x=-11.0,
                y=-6.0,
                width=22.0,
                height=12.0,
                fill="#2680c2",
                fill_opacity=0.05,
                stroke="#5b88ad",
                stroke_dasharray="5 3",
            ),
            "range of a sensor",
            "targets low or small: less",
        ),
    ]


def _amount(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
