"""The page of coverage: a map for each height, a polar plot for each place."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from skypact.core.geodesy import ecef_from_geodetic
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
from skypact.edge.report.page import document
from skypact.edge.report.sections import prose
from skypact.edge.report.words import name, number, paragraph, seconds, table

Features = Sequence[Mapping[str, Any]]
PLOT, RADIUS = 260.0, 92.0
METHOD = (
    "A target is in sight when it is in range for its cross-section, inside the elevation limits, "
    "above the horizon of an Earth with 4/3 of its radius and behind no blocked sector. Whether a "
    "radar detects what is in sight is chance and is left out. No terrain.",
    "Warning from a direction: something comes straight to the middle of the place at a constant "
    "height and speed; the time runs from where it is first in sight.",
    "Coverage tells where nobody looks: it belongs to those who own the sensors.",
)


def coverage_page(found: Mapping[str, Any], title: str) -> str:
    """Return the report of a coverage collection."""
    features: Features = found["features"]
    change = [f"without {', '.join(found['removed'])}"] if found["removed"] else []
    change += [f"with {', '.join(found['added'])}"] if found["added"] else []
    heights = ", ".join(f"{h:,.0f} m" for h in found["heights_m"])
    body = [
        paragraph("EXERCISE. Sites and figures are those of a scenario.", "mark"),
        f"<h1>Who looks where{escape(', ' + ' and '.join(change)) if change else ''}</h1>",
        paragraph(
            f"{title} Targets of {found['rcs_m2']:g} m² at {heights}. Where the map is white "
            "nobody looks: silence from there means nothing.",
            "lead",
        ),
        "<h2>In figures</h2>",
        _areas(features),
    ]
    for height_m in found["heights_m"]:
        mine = [f for f in features if f["properties"].get("height_m") == height_m]
        places = [f for f in mine if f["properties"]["role"] == "place"]
        sensors = [f for f in features if f["properties"]["role"] == "sensor"]
        body += [
            f"<h2 class=new>{height_m:,.0f} m</h2>",
            _map(mine, sensors, f"{height_m:,.0f}"),
            _places(places),
            '<div class="frames">',
            *[_polar(place["properties"]) for place in places],
            "</div>",
            paragraph(
                "Blue: first in sight of anybody. Orange: of the nation's own sensors. Red rim: "
                "the warning is shorter than it takes to take cover. Rings: distance.",
                "note",
            ),
        ]
    body += ["<h2>Method</h2>", prose(METHOD)]
    return document("EXERCISE: who looks where", body)


def _areas(features: Features) -> str:
    words = {"seen": "seen by", "lost": "no longer seen", "gained": "seen now"}
    rows = [
        [
            f"{p['height_m']:,.0f} m",
            f"{words[p['role']]} {name(p['nation'])}" if "nation" in p else words.get(
                p["role"], "seen by anybody"
            ),
            number(p["area_km2"]),
        ]
        for p in (f["properties"] for f in features)
        if "area_km2" in p
    ]  # fmt: skip
    return table(["Height", "", "km²"], rows, words=2)


def _places(places: Features) -> str:
    rows: list[list[str]] = []
    for place in (f["properties"] for f in places):
        shared = [one["shared_warning_s"] for one in place["directions"]]
        own = [one["own_warning_s"] for one in place["directions"]]
        blind = ", ".join(f"{a:.0f}° to {b:.0f}°" for a, b in place["blind_sectors_deg"])
        rows.append(
            [
                f"{place['name']}, {name(place['nation'])}",
                blind or "none",
                seconds(min(own)),
                seconds(float(np.median(own))),
                seconds(min(shared)),
                seconds(float(np.median(shared))),
                seconds(place["shelter_s"]),
            ]
        )
    head = ["Place", "Too late from", "Own sensors, least", "Median", "All sensors, least"]
    return table([*head, "Median", "To take cover"], rows, words=2)


def _map(features: Features, sensors: Features, clip: str) -> str:
    corners = [
        point
        for f in features
        if f["geometry"]["type"] == "MultiPolygon"
        for shape in f["geometry"]["coordinates"]
        for point in shape[0]
    ]
    points = [f["geometry"]["coordinates"] for f in (*sensors, *features) if _is_point(f)]
    sheet = sheet_around(_ecef([*corners, *points]))
    parts: list[str] = []
    nations = list(dict.fromkeys(s["properties"]["nation"] for s in sensors))
    for f in features:
        role = f["properties"]["role"]
        if role in ("seen", "lost"):
            lost = role == "lost"
            colour = "#b3003b" if lost else COLOURS[nations.index(f["properties"]["nation"]) % 8]
            data = "".join(_ring(sheet, shape[0]) for shape in f["geometry"]["coordinates"])
            fill = {"fill": colour, "fill_opacity": 0.55 if lost else 0.22, "stroke": "none"}
            parts.append(svg.element("path", d=data or None, **fill))
    for f in sensors:
        x, y = sheet.project(_ecef([f["geometry"]["coordinates"]]))[0].tolist()
        parts.append(svg.element("path", d=f"M{x:.1f} {y - 7:.1f}l6 11h-12Z", fill=INK))
    for f in features:
        if f["properties"]["role"] == "place":
            x, y = sheet.project(_ecef([f["geometry"]["coordinates"]]))[0].tolist()
            parts.append(svg.element("rect", x=x - 4, y=y - 4, width=8.0, height=8.0, fill=INK))
            parts.append(svg.words(f["properties"]["name"], x + 7, y + 4, font_size=13))
    window = svg.element("rect", x=MARGIN, y=HEAD, width=MAP_WIDTH, height=sheet.height)
    frame = {"x": MARGIN, "y": HEAD, "width": MAP_WIDTH, "height": sheet.height}
    clip = f"sheet{clip.replace(',', '')}"
    shown = svg.element("g", *parts, *scale_bar(sheet), *north_arrow(), clip_path=f"url(#{clip})")
    return svg.document(
        2 * MARGIN + MAP_WIDTH,
        HEAD + sheet.height + MARGIN,
        [
            svg.element("defs", svg.element("clipPath", window, id=clip)),
            *_legend(nations, any(f["properties"]["role"] == "lost" for f in features)),
            shown,
            svg.element("rect", fill="none", stroke=FAINT, **frame),
        ],
    )


def _legend(nations: Sequence[str], lost: bool) -> list[str]:
    x, parts = MARGIN, list[str]()
    for text, colour, opacity in [
        *((f"{name(n)} sees", COLOURS[k % 8], 0.35) for k, n in enumerate(nations)),
        *([("no longer seen", "#b3003b", 0.55)] if lost else []),
    ]:
        box = {"x": x, "y": 36.0, "width": 14.0, "height": 14.0, "fill_opacity": opacity}
        parts.append(svg.element("rect", fill=colour, **box))
        parts.append(svg.words(text, x + 20, 48, font_size=14, fill=INK))
        x += 50 + 7.6 * len(text)
    return parts


def _is_point(feature: Mapping[str, Any]) -> bool:
    return feature["geometry"]["type"] == "Point"


def _ecef(lon_lat_deg: Sequence[Sequence[float]]) -> "np.ndarray[Any, np.dtype[np.float64]]":
    lon, lat = np.radians(np.array(lon_lat_deg, np.float64).reshape(-1, 2)).T
    return ecef_from_geodetic(lat, lon, 0.0)


def _ring(sheet: Sheet, ring: Sequence[Sequence[float]]) -> str:
    return svg.line_path(sheet.project(_ecef(ring[:-1])), closed=True)


def _polar(place: Mapping[str, Any]) -> str:
    """Return distances of first sight around a place, north up."""
    directions: Features = place["directions"]
    top = max([50_000.0, *(one["shared_m"] for one in directions)])
    step = next(s for s in (2e4, 5e4, 1e5, 2e5, 4e5) if top / s <= 5)
    scale, middle = RADIUS / top, PLOT / 2

    def at(azimuth_deg: float, distance_m: float) -> tuple[float, float]:
        turn = math.radians(azimuth_deg)
        r = distance_m * scale
        return middle + r * math.sin(turn), middle - r * math.cos(turn)

    parts = [svg.words(place["name"], 10, 20, font_size=13, fill=INK, font_weight=600)]
    for k in range(1, int(top // step) + 1):
        radius = k * step * scale
        circle = {"cx": middle, "cy": middle, "r": radius, "fill": "none", "stroke": FAINT}
        parts.append(svg.element("circle", **circle))
        parts.append(svg.words(f"{k * step / 1e3:g} km", middle + 3, middle - radius - 2,
                               font_size=9, fill="#52606d"))  # fmt: skip
    for key, colour in (("shared_m", COLOURS[0]), ("own_m", COLOURS[1])):
        shape = np.array([at(one["azimuth_deg"], one[key]) for one in directions])
        line = {"stroke": colour, "stroke_width": 1.8, "fill": colour, "fill_opacity": 0.12}
        parts.append(svg.element("path", d=svg.line_path(shape, closed=True), **line))
    for begin, end in place["blind_sectors_deg"]:
        wide = (end - begin) % 360.0 or 360.0
        rim = np.array([at(begin + wide * k / 24, top * 1.04) for k in range(25)])
        arc = {"fill": "none", "stroke": "#b3003b", "stroke_width": 4.0}
        parts.append(svg.element("path", d=svg.line_path(rim), **arc))
    parts.append(svg.words("N", middle - 4, middle - RADIUS - 14, font_size=10, fill=INK))
    return svg.document(PLOT, PLOT, parts)
