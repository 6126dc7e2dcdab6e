"""The whole outcome of a night as plain data: what the report draws and `summary.json` holds."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skypact.exercise.outcome import ledger, tracks, warned
from skypact.exercise.outcome.aims import Aim, aims
from skypact.exercise.outcome.frames import frames
from skypact.exercise.outcome.timeline import timeline
from skypact.exercise.scenario import Scenario
from skypact.exercise.truth import Truth
from skypact.exercise.watch.watch import Watch

STEP_S = 5.0
SAMPLES_MAX = 720
Matches = Mapping[str, warned.Matches]


def step_s(duration_s: float) -> float:
    """Return how far apart the samples of the pictures lie: a multiple of 5 s."""
    return STEP_S * max(1, math.ceil(duration_s / STEP_S / SAMPLES_MAX))


def outcome(
    scenario: Scenario, watches: Mapping[str, Watch], truth: Truth | None = None
) -> dict[str, Any]:
    """Return everything about a night whose nodes were watched.

    scenario: what was to be played, with all sensors of all nations, so that a run without one of
    them is held against the same objects.
    """
    truth = truth or Truth(scenario)
    aimed = aims(scenario, truth)
    matches = {n: warned.matched(watch, truth, aimed) for n, watch in watches.items()}
    found = warned.warned(aimed, watches, matches)
    alarms = {n: warned.false_alarms(aimed, watch) for n, watch in watches.items()}
    times = sorted({t for watch in watches.values() for t in watch.times_s})
    rows, counted = tracks.truth_rows(scenario, truth, times)
    times_s = np.array(times, np.float64)
    seen = {n: watch.rows() for n, watch in watches.items()}
    civil = tracks.civil_numbers(seen.values())
    shown = {n: tracks.track_rows(columns, civil) for n, columns in seen.items()}
    return {
        "nations": {
            n: {
                "warning": warned.margins(aimed, found, n),
                "false_alarms": _false(alarms[n]),
                **tracks.quality(rows, counted, shown[n][0], times_s),
                "tracks_max": dict(zip(("own", "partners"), watch.tracks_max, strict=True)),
                "burden": _burden(n, watches),
            }
            for n, watch in watches.items()
        },
        "threats": _threats(aimed, found),
        "commonality": tracks.commonality(rows, counted, truth.threat_class, shown, times_s),
        "latency": ledger.latency(watches),
        "calibration": ledger.calibration(watches, matches, aimed, truth),
        "timeline": timeline(scenario, watches, aimed, found),
        "frames": frames(truth, {n: states for n, (states, _) in shown.items()}, times),
        "map": _map(scenario),
        "counted_objects": int(np.unique(rows.number[counted]).size),
        "objects": truth.count,
    }


def _false(alarms: Sequence[warned.FalseAlarm]) -> dict[str, Any]:
    return {
        "places_told": len(alarms),
        "place_minutes": round(math.fsum(alarm.minutes for alarm in alarms), 3),
        "from_partners": sum(alarm.by != alarm.nation for alarm in alarms),
        "each": [
            {
                "place": a.place,
                "by": a.by,
                "class": a.threat_class,
                "told_s": round(a.told_s, 3),
                "minutes": round(a.minutes, 3),
            }
            for a in alarms
        ],
    }


def _burden(nation: str, watches: Mapping[str, Watch]) -> dict[str, Any]:
    """Return what a nation gave to its partners and received of them."""
    mine = watches[nation]
    given = list(mine.sent.values())
    got = [
        tally
        for other, watch in watches.items()
        if other != nation
        for (partner, _), tally in watch.sent.items()
        if partner == nation
    ]
    told = [one.first for one in mine.told.values()]
    return {
        "frames_given": sum(frames for frames, _ in given),
        "bytes_given": sum(size for _, size in given),
        "frames_received": sum(frames for frames, _ in got),
        "bytes_received": sum(size for _, size in got),
        "warnings_given": sum(w.origin == nation != w.nation for w in told),
        "warnings_received": sum(w.nation == nation != w.origin for w in told),
    }


def _threats(aimed: Sequence[Aim], found: Sequence[warned.Warned]) -> list[dict[str, Any]]:
    by_object = {one.k: one for one in found}
    listed: list[dict[str, Any]] = []
    for k, aim in enumerate(aimed):
        row: dict[str, Any] = {
            "name": aim.name,
            "group": aim.group,
            "class": aim.threat_class,
            "start_s": round(aim.start_s, 3),
            "end_s": round(aim.end_s, 3),
            "place": aim.place,
            "nation": aim.nation,
        }
        one = by_object.get(k)
        if one is not None:
            row |= {
                "first_word_s": _or_none(one.first_s),
                "told_s": _or_none(one.told_s),
                "told_by": one.by,
                "acknowledged_s": _or_none(one.acknowledged_s),
                "warning_time_s": _or_none(aim.end_s - one.told_s),
                "lead_s": _or_none(aim.end_s - one.acknowledged_s),
            }
        listed.append(row)
    return listed


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)


def _map(scenario: Scenario) -> dict[str, Any]:
    """Return where places and sensors are, for the map frames."""
    return {
        "places": [
            {"name": p.name, "nation": p.nation, "at_deg": list(p.centre_deg)}
            for p in scenario.places
        ],
        "sensors": [
            {
                "name": s.name,
                "nation": nation.name,
                "at_deg": [s.lat_deg, s.lon_deg],
                "range_m": s.range_max_m,
            }
            for nation in scenario.nations
            for s in nation.sensors
        ],
    }
