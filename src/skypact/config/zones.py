"""Zones from GeoJSON files (RFC 7946) that `[warning] zones` names: each nation keeps its own.

A zone that can't be used is refused with file, line and reason; the others are warned all the same.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

import msgspec

from skypact.core.errors import ConfigError
from skypact.warning.settings import Place

KNOWN = ("name", "nation", "kind", "shelter_s", "radius_m")
CORNERS_MAX = 256


def zones(
    folder: Path, files: Mapping[str, str], names: Sequence[str], nation: str, taken: set[str]
) -> tuple[tuple[Place, ...], list[ConfigError]]:
    """Return the zones of files by name, and what of them is refused. nation: whose they are where
    a zone says none; taken: names of places that are already there."""
    made: list[Place] = []
    refused: list[ConfigError] = []
    for name in names:
        path = str(folder / name)
        if name not in files:
            refused.append(ConfigError("cannot be read: its zones are not warned", path=path))
            continue
        for line, key, found in _features(files[name], nation):
            if isinstance(found, Place) and found.name in taken:
                found = f'there is another place named "{found.name}"'
            if isinstance(found, Place):
                taken.add(found.name)
                made.append(found)
            else:
                refused.append(ConfigError(found, path=path, key=key, line=line))
    return tuple(made), refused


def _features(text: str, nation: str) -> Iterator[tuple[int, str, Place | str]]:
    """Yield (line, key, a zone or why there is none)."""
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        yield line, "", f"is not JSON: {error}"
        return
    whole = cast(dict[str, Any], data) if isinstance(data, dict) else {}
    features: Any = whole.get("features")
    if whole.get("type") != "FeatureCollection" or not isinstance(features, list):
        yield 1, "", "is not a GeoJSON FeatureCollection"
        return
    listed = cast(list[Any], features)
    lines = _lines(text, listed)
    for i, feature in enumerate(listed):
        for found in _zones_of(feature, nation):
            yield lines[i], f"features[{i}]", found


def _lines(text: str, features: list[Any]) -> list[int]:
    """Return the line on which each feature begins."""
    decoder = json.JSONDecoder()
    for start in re.finditer(r'"features"\s*:\s*(?=\[)', text):
        found, _ = decoder.raw_decode(text, start.end())
        if found != features:
            continue
        at, line, seen = start.end() + 1, 1, 0
        lines: list[int] = []
        for _ in features:
            at = cast(re.Match[str], re.compile(r"[\s,]*").match(text, at)).end()
            line, seen = line + text.count("\n", seen, at), at
            lines.append(line)
            _, at = decoder.raw_decode(text, at)
        return lines
    return [0] * len(features)


def _zones_of(feature: Any, nation: str) -> Iterator[Place | str]:
    whole = cast(dict[str, Any], feature) if isinstance(feature, dict) else {}
    said: Any = whole.get("properties")
    shape: Any = whole.get("geometry")
    if whole.get("type") != "Feature" or not isinstance(said, dict) or not isinstance(shape, dict):
        yield "is not a Feature with properties and a geometry"
        return
    given = cast(dict[str, Any], said)
    odd = [k for k in given if k not in KNOWN and get_close_matches(k, KNOWN, 1, 0.75)]
    if odd:
        meant = get_close_matches(odd[0], KNOWN, 1, 0.75)[0]
        yield f'property "{odd[0]}" is not known; did you mean "{meant}"?'
        return
    values = {"nation": nation, "kind": "zone"} | {k: v for k, v in given.items() if k in KNOWN}
    yield from _shaped(cast(dict[str, Any], shape), values)


def _shaped(shape: dict[str, Any], values: dict[str, Any]) -> Iterator[Place | str]:
    """Yield a zone for each polygon of a geometry."""
    kind: Any = shape.get("type")
    where: Any = shape.get("coordinates", 0)
    try:
        match kind:
            case "Point":
                lon, lat = where[:2]
                yield _place(values | {"lat_deg": lat, "lon_deg": lon})
            case "Polygon":
                yield _place(values | {"polygon": _ring(where)})
            case "MultiPolygon":
                for n, part in enumerate(where, 1):
                    name = f"{values.get('name', '')} ({n})"
                    yield _place(values | {"name": name, "polygon": _ring(part)})
            case _:
                yield f"a geometry of type {kind} is no zone: Polygon, MultiPolygon or Point"
    except (TypeError, ValueError, IndexError):
        yield "its coordinates are not those of a " + str(kind)


def _ring(polygon: Any) -> list[list[float]]:
    """Return the outer ring as corners [lat, lon], not closed. Holes are warned, too."""
    ring = [[float(point[1]), float(point[0])] for point in polygon[0]]
    return ring[:-1] if len(ring) > 1 and ring[0] == ring[-1] else ring


def _place(values: dict[str, Any]) -> Place | str:
    polygon: list[list[float]] | None = values.get("polygon")
    if polygon is not None:
        if not 3 <= len(polygon) <= CORNERS_MAX:
            return f"has {len(polygon)} corners; from 3 to {CORNERS_MAX} are possible"
        if _flat(polygon):
            return "has no area"
    try:
        return msgspec.convert(values, Place)
    except msgspec.ValidationError as error:
        return re.sub(r"`", "", str(error))


def _flat(polygon: list[list[float]]) -> bool:
    """Return whether all corners lie on a line."""
    (y0, x0), (ends_y, ends_x) = (
        polygon[0],
        max(polygon, key=lambda p: abs(p[0] - polygon[0][0]) + abs(p[1] - polygon[0][1])),
    )
    dy, dx = ends_y - y0, ends_x - x0
    return all(abs(dx * (y - y0) - dy * (x - x0)) < 1e-12 for y, x in polygon)
