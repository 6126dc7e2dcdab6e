"""`skypact coverage`: who sees what where, and what a change would take away."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from skypact.core.errors import ConfigError
from skypact.core.site import SensorSite
from skypact.edge.report.coverage import coverage_page
from skypact.exercise.coverage import features
from skypact.exercise.coverage.coverage import (
    Grid,
    Owned,
    anyone,
    approaches,
    by_nation,
    changed,
    grid_around,
    seen,
    sensors_of,
)
from skypact.exercise.scenario import Scenario

_HEIGHT = re.compile(r"(\d+(?:\.\d+)?)(m|km)")


def heights_of(text: str) -> tuple[float, ...]:
    """Return heights such as 50m,300m,3km in metres. Raises ConfigError."""
    found: list[float] = []
    for part in text.split(","):
        match = _HEIGHT.fullmatch(part.strip())
        if match is None:
            raise ConfigError("is no height; write 300m or 3km", path="--height", key=part)
        found.append(float(match[1]) * (1000.0 if match[2] == "km" else 1.0))
    return tuple(found)


def coverage(
    scenario: Scenario,
    heights_m: Sequence[float],
    removed: Sequence[str],
    left: Sequence[str],
    added: Sequence[str],
    speed_mps: float,
    rcs_m2: float,
) -> dict[str, Any]:
    """Return coverage as a GeoJSON collection. What is removed, left or added changes what is seen;
    then features of role `lost` say where nobody looks any more, `gained` where somebody does now.
    """
    before = sensors_of(scenario)
    extra = [added_sensor(text, scenario, k) for k, text in enumerate(added)]
    after, wrong = changed(before, removed, left, extra)
    for name, known in wrong.items():
        option = "--remove" if name in removed else "--leave"
        raise ConfigError(f"is not in this scenario; {known}", path=option, key=name)
    found = features.sensor_features(after)
    differs = bool(removed or left or added)
    for height_m in heights_m:
        grid = grid_around([*before, *extra], scenario.places, height_m)
        found += _areas(grid, after, height_m, rcs_m2)
        if differs:
            found += _differences(grid, before, after, height_m, rcs_m2)
        for place in scenario.places:
            mine = [o for o in before if o.nation == place.nation and o.site.name not in removed]
            told = mine if place.nation in left else after
            seen_from = approaches(told, place, height_m, rcs_m2)
            found.append(features.place_feature(place, height_m, speed_mps, seen_from))
    return {
        "type": "FeatureCollection",
        "name": f"EXERCISE coverage of {scenario.name}",
        "context": "exercise",
        "heights_m": list(heights_m),
        "rcs_m2": rcs_m2,
        "removed": [*removed, *left],
        "added": [owned.site.name for owned in extra],
        "features": found,
    }


def _areas(
    grid: Grid, sensors: Sequence[Owned], height_m: float, rcs_m2: float
) -> list[dict[str, Any]]:
    which = seen(sensors, *grid.points_rad, height_m, rcs_m2)
    found = [
        features.feature(
            features.region(grid, cells),
            role="seen",
            nation=nation,
            height_m=height_m,
            area_km2=features.area_km2(grid, cells),
        )
        for nation, cells in by_nation(sensors, which).items()
    ]
    somebody, twice = anyone(which), np.asarray(which.sum(axis=0) >= 2, np.bool_)
    return [
        *found,
        features.feature(
            features.region(grid, somebody),
            role="seen_by_any",
            height_m=height_m,
            area_km2=features.area_km2(grid, somebody),
            by_two_sensors_km2=features.area_km2(grid, twice),
        ),
    ]


def _differences(
    grid: Grid, before: Sequence[Owned], after: Sequence[Owned], height_m: float, rcs_m2: float
) -> list[dict[str, Any]]:
    was, now = (
        anyone(seen(sensors, *grid.points_rad, height_m, rcs_m2)) for sensors in (before, after)
    )
    return [
        features.feature(
            features.region(grid, cells),
            role=role,
            height_m=height_m,
            area_km2=features.area_km2(grid, cells),
        )
        for role, cells in (("lost", was & ~now), ("gained", now & ~was))
    ]


def added_sensor(text: str, scenario: Scenario, number: int) -> Owned:
    """Return the sensor that NATION,LAT,LON,HEIGHT[,RANGE] describes."""
    parts = text.split(",")
    nations = [nation.name for nation in scenario.nations]
    try:
        numbers = [float(part) for part in parts[1:]]
    except ValueError:
        numbers = []
    if len(numbers) not in (3, 4) or parts[0] not in nations:
        why = f"expected NATION,LAT,LON,HEIGHT[,RANGE] with a nation of {', '.join(nations)}"
        raise ConfigError(f"{why}; degrees and metres", path="--add", key=text)
    names = ("lat_deg", "lon_deg", "height_m", "range_max_m")
    table: dict[str, Any] = dict(zip(names, numbers, strict=False))
    head = {"name": f"added-{number + 1}", "sac": 0, "sic": 0, "period_s": 5.0}
    try:
        return Owned(parts[0], msgspec.convert({**head, **table}, SensorSite))
    except msgspec.ValidationError as error:
        raise ConfigError(str(error), path="--add", key=text) from error


def write(found: dict[str, Any], out: Path | None, page: Path | None, title: str) -> None:
    """Write the collection and the page. Raises ConfigError when that cannot be."""
    texts = {out: lambda: json.dumps(found), page: lambda: coverage_page(found, title)}
    for path, text in texts.items():
        if path is None:
            continue
        try:
            path.write_text(text(), "utf-8")
        except OSError as error:
            why = f"cannot be written: {error.strerror or error}"
            raise ConfigError(why, path=str(path)) from error


def areas(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the area of each region of a collection."""
    return [f["properties"] for f in found["features"] if "area_km2" in f["properties"]]
