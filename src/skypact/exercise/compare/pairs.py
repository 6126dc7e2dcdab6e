"""Pairs of runs that differ in one thing only: what that thing was worth, with confidence.

Each pair shares its seed, so that whatever chance decides is the same on both sides. A gain is the
whole night minus the night without; who is never warned has a warning time of 0. Intervals are
Student's t over the pairs, 95 %.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

_stats: Any = stats
CONFIDENCE = 0.95
FIGURES = (
    *("warned", "warning_time_s", "lead_s", "never_warned", "false_places", "false_minutes"),
    *("completeness", "tracks_partners", "frames_given", "frames_received"),
    *("bytes_given", "bytes_received", "warnings_given", "warnings_received"),
)


def nation_row(run: Mapping[str, Any], nation: str) -> dict[str, float]:
    """Return the figures of a nation in one run that are compared; NaN where nothing came down."""
    figures = run["nations"][nation]
    mine = [one for one in run["threats"] if one["nation"] == nation]
    warning, alarms, burden = figures["warning"], figures["false_alarms"], figures["burden"]
    return {
        "warned": warning["warned"],
        "warning_time_s": _mean([_time(one["warning_time_s"]) for one in mine]),
        "lead_s": _mean([_time(one["lead_s"]) for one in mine]),
        "never_warned": warning["never_warned"],
        "false_places": alarms["places_told"],
        "false_minutes": alarms["place_minutes"],
        "completeness": figures["siap"]["completeness"],
        "tracks_partners": figures["tracks_max"]["partners"],
        "frames_given": burden["frames_given"],
        "frames_received": burden["frames_received"],
        "bytes_given": burden["bytes_given"],
        "bytes_received": burden["bytes_received"],
        "warnings_given": burden["warnings_given"],
        "warnings_received": burden["warnings_received"],
    }


def interval(values: Sequence[float]) -> dict[str, float | int | None]:
    """Return mean and 95 % interval of values, NaN left out; None where there are too few."""
    kept = np.array([v for v in values if not math.isnan(v)], np.float64)
    if kept.size == 0:
        return {"runs": 0, "mean": None, "low": None, "high": None}
    mean = float(kept.mean())
    if kept.size == 1:
        return {"runs": 1, "mean": round(mean, 3), "low": None, "high": None}
    half = float(kept.std(ddof=1)) / math.sqrt(kept.size)
    half *= float(_stats.t.ppf((1 + CONFIDENCE) / 2, kept.size - 1))
    return {
        "runs": int(kept.size),
        "mean": round(mean, 3),
        "low": round(mean - half, 3),
        "high": round(mean + half, 3),
    }


def nations(pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, Any]:
    """Return for each nation what each figure gained, over pairs of (whole, without) outcomes."""
    found: dict[str, Any] = {}
    for nation in pairs[0][0]["nations"]:
        rows = [(nation_row(whole, nation), nation_row(less, nation)) for whole, less in pairs]
        found[nation] = {
            name: {
                "with": interval([a[name] for a, _ in rows]),
                "without": interval([b[name] for _, b in rows]),
                "gain": interval([a[name] - b[name] for a, b in rows]),
            }
            for name in FIGURES
        }
    return found


def threats(pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return for each threat and the place it comes down on the warning time with and without, and
    the share of objects warned of in time."""
    found: list[dict[str, Any]] = []
    keys = dict.fromkeys((t["group"], t["nation"], t["place"]) for t in pairs[0][0]["threats"])
    for group, nation, place in keys:
        if not nation:
            continue
        sides = [[_mean_time(run, group, place) for run in pair] for pair in pairs]
        found.append(
            {
                "threat": group,
                "nation": nation,
                "place": place,
                "warned_with": interval([a[1] for a, _ in sides]),
                "warned_without": interval([b[1] for _, b in sides]),
                "with_s": interval([a[0] for a, _ in sides]),
                "without_s": interval([b[0] for _, b in sides]),
                "gain_s": interval([a[0] - b[0] for a, b in sides]),
            }
        )
    return found


def _mean_time(run: Mapping[str, Any], group: str, place: str) -> tuple[float, float]:
    """Return the mean warning time and the share warned of in time."""
    mine = [t for t in run["threats"] if t["group"] == group and t["place"] == place]
    times = [_time(t["warning_time_s"]) for t in mine]
    return _mean(times), _mean([float(t > 0) for t in times])


def _time(value: float | None) -> float:
    return max(value or 0.0, 0.0)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else math.nan


def never_warned(
    pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> dict[str, dict[str, int]]:
    """Return the places that something came down on unwarned, and in how many runs."""
    found: dict[str, dict[str, int]] = {}
    for pair in pairs:
        for side, run in zip(("with", "without"), pair, strict=True):
            for figures in run["nations"].values():
                for place in figures["warning"]["places_never_warned"]:
                    found.setdefault(place, {"with": 0, "without": 0})[side] += 1
    return dict(sorted(found.items()))
