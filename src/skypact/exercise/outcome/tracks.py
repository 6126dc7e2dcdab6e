"""How good each nation's picture was against the truth, and how much the pictures had in common.

Tracks that name an aircraft (an address) at any node are civil traffic and are set aside at all of
them. An object counts while some radar of the scenario has it in sight, whoever it belongs to: what
a nation is not told counts as missed in its picture.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import ecef_from_geodetic, enu_axes
from skypact.exercise.arcs import height_m
from skypact.exercise.scenario import Scenario
from skypact.exercise.score import States, instants, nearest_sum, score
from skypact.exercise.sensing import Radar
from skypact.exercise.truth import Truth

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
CUTOFF_M = 3_000.0


def truth_rows(
    scenario: Scenario, truth: Truth, times_s: Sequence[float]
) -> tuple[States, NDArray[np.bool_]]:
    """Return the objects that exist at these times, and which of them some radar has in sight."""
    radars = [Radar(site, truth, 0) for nation in scenario.nations for site in nation.sensors]
    none = States(np.zeros(0), np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros((0, 3)))
    parts: list[States] = [none]
    seen: list[NDArray[np.bool_]] = [np.zeros(0, np.bool_)]
    for time_s in times_s:
        position, velocity, exists = truth.state(time_s)
        height = height_m(position)
        sight = np.zeros(truth.count, np.bool_)
        for radar in radars:
            sight |= radar.in_sight(radar.polar_of(position), height)
        k = np.flatnonzero(exists)
        parts.append(States(np.full(k.size, time_s), k, position[k], velocity[k]))
        seen.append(sight[k])
    whole = States(
        np.concatenate([part.time_s for part in parts]),
        np.concatenate([part.number for part in parts]),
        np.concatenate([part.position_m for part in parts]),
        np.concatenate([part.velocity_mps for part in parts]),
    )
    return whole, np.concatenate(seen)


def civil_numbers(shown: Iterable[Mapping[str, NDArray[Any]]]) -> I64:
    """Return the numbers of tracks that name an aircraft, of what all nodes showed."""
    found = [rows["number"][rows["address"] != 0] for rows in shown]
    return np.unique(np.concatenate([np.zeros(0, np.int64), *found])).astype(np.int64)


def track_rows(rows: Mapping[str, NDArray[Any]], civil: I64) -> tuple[States, NDArray[np.uint8]]:
    """Return what a node showed of what is no civil traffic, and its threat classes."""
    keep = ~np.isin(rows["number"], civil)
    lat, lon = rows["lat_rad"][keep], rows["lon_rad"][keep]
    axes = enu_axes(lat, lon)
    velocity = np.einsum("nji,nj->ni", axes, rows["velocity_enu_mps"][keep])
    position = ecef_from_geodetic(lat, lon, rows["height_wgs84_m"][keep])
    number = rows["number"][keep].astype(np.int64)
    states = States(rows["time_s"][keep], number, position.reshape(-1, 3), velocity.reshape(-1, 3))
    return states, rows["threat_class"][keep].astype(np.uint8)


def quality(
    truth: States, counted: NDArray[np.bool_], tracks: States, times_s: F64
) -> dict[str, Any]:
    """Return SIAP and GOSPA of one node's picture."""
    figures = score(truth, tracks, times_s, counted=counted, cutoff_m=CUTOFF_M)
    siap = figures.pop("siap_stone_soup")
    return {"siap": siap, "gospa": figures}


def commonality(
    truth: States,
    counted: NDArray[np.bool_],
    classes: NDArray[np.uint8],
    shown: Mapping[str, tuple[States, NDArray[np.uint8]]],
    times_s: F64,
) -> dict[str, Any]:
    """Return how alike the pictures are: of the objects that any node holds, the share that all
    hold, under one number, and with the right class; over times, as mean, median and 5th
    percentile.

    classes: of the objects; shown: the tracks of each node and their classes. A node holds an
    object whose best assigned track is within CUTOFF_M.
    """
    at = instants(truth.time_s, times_s)
    moments = {nation: instants(rows.time_s, times_s) for nation, (rows, _) in shown.items()}
    shares: dict[str, list[float]] = {"held": [], "number": [], "class": []}
    for k in range(times_s.size):
        a = at.rows(k)
        a = a[counted[a]]
        numbers, kinds = np.full((2, len(shown), a.size), -1)
        for n, (nation, (rows, kind)) in enumerate(shown.items()):
            b = moments[nation].rows(k)
            mate = nearest_sum(truth.position_m[a], rows.position_m[b], CUTOFF_M, 2)
            holds = mate >= 0
            numbers[n, holds] = rows.number[b[mate[holds]]]
            kinds[n, holds] = kind[b[mate[holds]]]
        anyone = (numbers >= 0).any(axis=0)
        if not anyone.any():
            continue
        everyone = (numbers >= 0).all(axis=0)
        alike = everyone & (numbers == numbers[0]).all(axis=0)
        right = alike & (kinds == classes[truth.number[a]]).all(axis=0)
        total = int(anyone.sum())
        for name, which in (("held", everyone), ("number", alike), ("class", right)):
            shares[name].append(int(which.sum()) / total)
    return {
        "held_by_all": _over_time(shares["held"]),
        "same_number": _over_time(shares["number"]),
        "same_number_right_class": _over_time(shares["class"]),
    }


def _over_time(values: Sequence[float]) -> dict[str, float | None]:
    if not values:
        return dict.fromkeys(("mean", "median", "p5"))
    whole = np.array(values)
    named = {"mean": whole.mean(), "median": np.median(whole), "p5": np.percentile(whole, 5)}
    return {name: round(float(value), 4) for name, value in named.items()}
