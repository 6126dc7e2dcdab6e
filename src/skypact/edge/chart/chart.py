"""Draw a run: plots faint, tracks with how they end and how sure they are, sensors, a legend."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import ConfigError
from skypact.core.geodesy import enu_axes, geodetic_from_ecef
from skypact.edge.chart import svg
from skypact.edge.chart.legend import LEGEND_WIDTH, Counts, legend
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
from skypact.edge.runs.run import Run

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
# Dark enough for white paper, told apart by people who see fewer colours (after Okabe and Ito).
COLOURS = ("#0060a8", "#c44e00", "#007a5a", "#8a3c86", "#5a6b00", "#b3003b", "#005f6b", "#6b4a1e")
_DOTS_MAX = 20_000
_CHI2_95 = 5.991
_GAP_S = 30.0
_RING = np.linspace(0.0, 2 * np.pi, 121)
_OVAL = np.linspace(0.0, 2 * np.pi, 33)
_LABELS_MAX = 400


def draw_run(run: Run, target: Path, title: str) -> None:
    """Write the map of a run to an .svg file. Raises ConfigError when that cannot be."""
    if target.suffix.lower() != ".svg":
        raise ConfigError("a map goes to .svg", path=str(target))
    try:
        target.write_text(map_of(run, title), "utf-8")
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise ConfigError(message, path=str(target)) from error


def map_of(run: Run, title: str) -> str:
    """Return the map of a run as the text of an SVG file."""
    rows = run.rows
    places = run.plots_ecef_m()
    places = places[np.isfinite(places).all(axis=1)]
    tracks = rows.position_ecef_m
    shown = np.concatenate([tracks, run.sites["position"]])
    sheet = sheet_around(shown if len(tracks) else np.concatenate([shown, places]))
    order = np.lexsort((rows.time_s, rows.number))
    cuts = np.flatnonzero(np.diff(rows.number[order])) + 1
    paths = np.split(order, cuts) if order.size else []
    last = np.array([path[-1] for path in paths], np.int64)
    end_s = float(rows.time_s.max()) if rows.time_s.size else 0.0
    held = rows.time_s[last] >= end_s - _patience(rows.time_s)
    spots = sheet.project(places)
    dots = _thinned(spots[sheet.inside(spots)])
    taken = _Boxes()
    sensors = _sensors(run, sheet, taken)
    labels, silent = _labels(sheet.project(tracks[last]), rows.number[last], taken)
    counts = Counts(
        len(places), len(dots), len(paths), int(held.sum()), run.sites.size, silent, run.placed
    )
    window = svg.element("rect", x=MARGIN, y=HEAD, width=MAP_WIDTH, height=sheet.height)
    clipped = [
        *_rings(run, sheet),
        svg.element(
            "path",
            d=svg.dot_path(dots) or None,
            stroke="#616e7c",
            stroke_width=1.9,
            stroke_linecap="round",
            stroke_opacity=0.5,
        ),
        *_ovals(run, last, sheet),
        *_lines(run, paths, sheet),
        *_ends(run, last, held, sheet),
        *sensors,
        *labels,
        *scale_bar(sheet),
        *north_arrow(),
    ]
    width, height = 2 * MARGIN + MAP_WIDTH + LEGEND_WIDTH, HEAD + sheet.height + MARGIN
    parts = [
        svg.element("rect", width=width, height=height, fill="#fff"),
        svg.element("defs", svg.element("clipPath", window, id="frame")),
        svg.words(title, MARGIN, 32, font_size=20, fill=INK, font_weight=600),
        svg.words(_span(rows.time_s), MARGIN, 52, font_size=13, fill="#52606d"),
        svg.element("g", *clipped, clip_path="url(#frame)"),
        svg.element(
            "rect",
            x=MARGIN,
            y=HEAD,
            width=MAP_WIDTH,
            height=sheet.height,
            fill="none",
            stroke=FAINT,
        ),
        *legend(counts, sheet, COLOURS),
    ]
    return svg.document(width, height, parts)


def _patience(time_s: F64) -> float:
    """Return how long a track may be silent before its line breaks: three reports, or 30 s."""
    steps = np.diff(np.unique(time_s))
    return max(3 * float(np.median(steps)), _GAP_S) if steps.size else _GAP_S


def _span(time_s: F64) -> str:
    if time_s.size == 0:
        return "no track"
    first, last = float(time_s.min()), float(time_s.max())
    if first < 1e8:
        return f"{first:g} s to {last:g} s"
    form = "%Y-%m-%d %H:%M:%S"
    begin, end = (datetime.fromtimestamp(t, UTC).strftime(form) for t in (first, last))
    return f"{begin} to {end} UTC"


def _thinned(pixels: F64) -> F64:
    """Return at most _DOTS_MAX dots, never two on one half pixel; always the same ones."""
    if len(pixels) == 0:
        return pixels
    spots = np.unique(np.round(pixels * 2).astype(np.int64), axis=0) / 2
    if len(spots) <= _DOTS_MAX:
        return spots
    return spots[np.linspace(0, len(spots) - 1, _DOTS_MAX).astype(np.int64)]


def _rings(run: Run, sheet: Sheet) -> list[str]:
    parts: list[str] = []
    for site in run.sites:
        reach = float(site["range_max"])
        circle = np.stack([np.sin(_RING), np.cos(_RING), np.zeros(_RING.size)], 1) * reach
        ring = sheet.project(circle @ site["rotation"] + site["position"])
        data = svg.line_path(ring, closed=True)
        parts.append(
            svg.element(
                "path",
                d=data,
                fill="#2680c2",
                fill_opacity=0.05,
                stroke="#5b88ad",
                stroke_width=1.0,
                stroke_dasharray="6 4",
            )
        )
    return parts


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _lines(run: Run, paths: list[I64], sheet: Sheet) -> list[str]:
    rows, parts = run.rows, list[str]()
    pixels = sheet.project(rows.position_ecef_m)
    gap_s = _patience(rows.time_s)
    for path in paths:
        pieces = np.split(path, np.flatnonzero(np.diff(rows.time_s[path]) > gap_s) + 1)
        data = "".join(svg.line_path(pixels[piece]) for piece in pieces if piece.size > 1)
        start = pixels[path[0]]
        colour = _colour(int(rows.number[path[0]]))
        shown = svg.element("title", f"track {rows.number[path[0]]}")
        line = svg.element("path", shown, d=data, fill="none") if data else ""
        ring = svg.element("circle", cx=start[0], cy=start[1], r=2.6, fill="#fff")
        parts.append(
            svg.element("g", line, ring, stroke=colour, stroke_width=1.7, stroke_linejoin="round")
        )
    return parts


def _ovals(run: Run, last: I64, sheet: Sheet) -> list[str]:
    """Return the 95 % ellipses of horizontal position at the end of each track."""
    if last.size == 0:
        return []
    position = run.rows.position_ecef_m[last]
    lat, lon, _ = geodetic_from_ecef(position)
    level = enu_axes(lat, lon)[:, :2]
    spread = np.einsum("nij,njk,nlk->nil", level, run.rows.covariance_ecef[last], level)
    size, axes = np.linalg.eigh((spread + spread.transpose(0, 2, 1)) / 2)
    arms = axes * np.sqrt(_CHI2_95 * np.maximum(size, 0.0))[:, None, :]
    circle = np.stack([np.cos(_OVAL), np.sin(_OVAL)], 1)
    around = np.einsum("pk,nik,nij->npj", circle, arms, level)
    ovals = sheet.project(position[:, None] + around)
    return [
        svg.element(
            "path",
            d=svg.line_path(oval, closed=True),
            fill=_colour(number),
            fill_opacity=0.12,
            stroke=_colour(number),
            stroke_width=0.9,
        )
        for oval, number in zip(ovals, run.rows.number[last].tolist(), strict=True)
    ]


def _ends(run: Run, last: I64, held: NDArray[np.bool_], sheet: Sheet) -> list[str]:
    """Return an arrow where a track is still held at the end, a cross where it ended before."""
    rows, parts = run.rows, list[str]()
    here = sheet.project(rows.position_ecef_m[last])
    there = sheet.project(rows.position_ecef_m[last] + rows.velocity_ecef_mps[last])
    for place, ahead, alive, number in zip(
        here, there, held.tolist(), rows.number[last].tolist(), strict=True
    ):
        x, y = place.tolist()
        turn = float(np.degrees(np.arctan2(ahead[0] - x, y - ahead[1])))
        move = f"translate({x:.1f} {y:.1f})"
        if alive:
            shape = f"{move} rotate({turn:.0f})"
            arrow = svg.element("path", d="M0 -8l4.5 10l-4.5 -2.5l-4.5 2.5Z", transform=shape)
            parts.append(svg.element("g", arrow, fill=_colour(number)))
        else:
            cross = svg.element("path", d="M-3.5 -3.5l7 7M3.5 -3.5l-7 7", transform=move)
            parts.append(svg.element("g", cross, stroke=_colour(number), stroke_width=1.8))
    return parts


class _Boxes:
    """Where text stands already: labels that would cover another are left out."""

    def __init__(self) -> None:
        self._boxes: list[tuple[float, float, float, float]] = []

    def free(self, x: float, y: float, width: float, height: float) -> bool:
        """Take the box at (x, y), its lower left corner, if nothing is there."""
        box = (x, y - height, x + width, y)
        for left, top, right, bottom in self._boxes:
            if box[0] < right and left < box[2] and box[1] < bottom and top < box[3]:
                return False
        self._boxes.append(box)
        return True


def _halo(text: str, x: float, y: float, **attributes: object) -> str:
    return svg.words(text, x, y, stroke="#fff", stroke_width=3, paint_order="stroke", **attributes)


def _sensors(run: Run, sheet: Sheet, taken: _Boxes) -> list[str]:
    parts: list[str] = []
    for name, (x, y) in zip(run.names, sheet.project(run.sites["position"]).tolist(), strict=True):
        parts.append(
            svg.element("path", d=f"M{x:.1f} {y - 8:.1f}l7 13h-14Z", fill=INK, stroke="#fff")
        )
        if taken.free(x + 9, y + 6, 7.0 * len(name), 14):
            parts.append(_halo(name, x + 10, y + 4, font_size=12, fill=INK, font_weight=600))
    return parts


def _labels(ends: F64, numbers: I64, taken: _Boxes) -> tuple[list[str], int]:
    """Return the numbers beside the tracks' ends, and how many found no room."""
    parts: list[str] = []
    for (x, y), number in zip(ends.tolist(), numbers.tolist(), strict=True):
        text = str(number)
        if len(parts) < _LABELS_MAX and taken.free(x + 6, y - 4, 6.2 * len(text), 11):
            parts.append(_halo(text, x + 7, y - 5, font_size=10.5, fill=_colour(number)))
    return parts, len(numbers) - len(parts)
