"""Where the time of a warning went, and how well what was foretold came true."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skypact.core.geodesy import azimuth_rad, distance_m
from skypact.core.messages import ImpactEllipse, Ledger
from skypact.exercise.outcome.aims import Aim
from skypact.exercise.outcome.warned import Matches, spread
from skypact.exercise.truth import Truth
from skypact.exercise.watch.watch import SECOND_NS, Told, Watch

STAGES = ("detected", "tracked", "raised", "released", "received", "shown", "acknowledged")
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)


def stages(ledger: Ledger) -> dict[str, float]:
    """Return the seconds that each stage took after the one before it that was reached."""
    found: dict[str, float] = {}
    before_ns = 0
    for stage in STAGES:
        at_ns: int = getattr(ledger, f"{stage}_ns")
        if not at_ns:
            continue
        if before_ns:
            found[stage] = (at_ns - before_ns) / SECOND_NS
        before_ns = at_ns
    return found


def latency(watches: Mapping[str, Watch]) -> dict[str, Any]:
    """Return for each warned nation how long each stage of its warnings took, and the whole from
    first plot to acknowledgement."""
    found: dict[str, Any] = {}
    for nation, watch in watches.items():
        mine = [told.latest.ledger for told in watch.told.values() if told.first.nation == nation]
        split = [stages(ledger) for ledger in mine]
        whole = [
            (one.acknowledged_ns - one.detected_ns) / SECOND_NS
            for one in mine
            if one.acknowledged_ns and one.detected_ns
        ]
        found[nation] = {
            "warnings": len(mine),
            "stages_s": {
                stage: spread([parts[stage] for parts in split if stage in parts])
                for stage in STAGES[1:]
            },
            "detected_to_acknowledged_s": spread(whole),
        }
    return found


def calibration(
    watches: Mapping[str, Watch],
    matches: Mapping[str, Matches],
    aims: Sequence[Aim],
    truth: Truth,
) -> dict[str, Any]:
    """Return how sure the first word of each warning was of its class and how often it was right
    (Brier score and bins), how far arrivals were off, and how often an impact lay in its 95 %
    ellipse. Each warning counts once, at the node that raised it."""
    sure: list[tuple[float, bool]] = []
    late_s: list[float] = []
    inside: list[bool] = []
    miss_m: list[float] = []
    for nation, watch in watches.items():
        for key, told in watch.told.items():
            k = matches[nation][key]
            if told.first.origin != nation or k < 0:
                continue
            right = aims[k].threat_class == told.first.threat_class.name.lower()
            sure.append((told.first.class_probability, right))
            late_s += _arrival_errors(told, aims[k], watch.start_ns)
            if told.first.impact is not None and aims[k].threat_class == "ballistic":
                where = float(truth.end_lat_rad[k]), float(truth.end_lon_rad[k])
                inside.append(_in_ellipse(told.first.impact, *where))
                impact = told.first.impact
                miss_m.append(float(distance_m(impact.lat_rad, impact.lon_rad, *where)))
    chance = np.array([p for p, _ in sure])
    came = np.array([right for _, right in sure], np.float64)
    return {
        "warnings": len(sure),
        "class_brier": round(float(np.mean((chance - came) ** 2)), 4) if sure else None,
        "class_bins": _bins(chance, came),
        "arrival_error_s": spread(late_s),
        "impact_error_m": spread(miss_m),
        "impacts_with_ellipse": len(inside),
        "impact_in_95_ellipse": round(float(np.mean(inside)), 4) if inside else None,
    }


def _arrival_errors(told: Told, aim: Aim, start_ns: int) -> list[float]:
    assessed_s = (told.first.assessed_ns - start_ns) / SECOND_NS
    return [
        assessed_s + place.time_to_go_s - aim.end_s
        for place in told.first.places
        if place.name == aim.place
    ]


def _in_ellipse(impact: ImpactEllipse, lat_rad: float, lon_rad: float) -> bool:
    away = float(distance_m(impact.lat_rad, impact.lon_rad, lat_rad, lon_rad))
    turn = float(azimuth_rad(impact.lat_rad, impact.lon_rad, lat_rad, lon_rad))
    along, across = (away * f(turn - impact.azimuth_rad) for f in (np.cos, np.sin))
    major, minor = max(impact.semi_major_m, 1.0), max(impact.semi_minor_m, 1.0)
    return bool((along / major) ** 2 + (across / minor) ** 2 <= 1.0)


def _bins(
    chance: "np.ndarray[Any, np.dtype[np.float64]]", came: "np.ndarray[Any, np.dtype[np.float64]]"
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for low, high in itertools.pairwise(BINS):
        last = high == BINS[-1]
        here = (chance >= low) & ((chance <= high) if last else (chance < high))
        if here.any():
            said, was = float(chance[here].mean()), float(came[here].mean())
            row = {"from": low, "to": high, "warnings": int(here.sum())}
            found.append({**row, "said": round(said, 4), "right": round(was, 4)})
    return found
