"""Frames of the map: what was in the air and what each nation showed, at a few instants."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from skypact.core.geodesy import F64, geodetic_from_ecef
from skypact.exercise.score import States
from skypact.exercise.truth import Truth

FRAMES = 4
POINTS_MAX = 400


def frames(
    truth: Truth, shown: Mapping[str, States], times_s: Sequence[float]
) -> list[dict[str, Any]]:
    """Return FRAMES instants spread over the time in which objects are in the air. Positions are
    [lat_deg, lon_deg]; of more than POINTS_MAX every n-th is kept."""
    busy = [t for t in times_s if bool(((truth.start_s <= t) & (t < truth.end_s)).any())] or list(
        times_s
    )
    if not busy:
        return []
    spread = np.linspace(0, len(busy) - 1, FRAMES + 1)[1:]
    picked: list[float] = sorted({busy[int(i)] for i in spread})
    found: list[dict[str, Any]] = []
    for time_s in picked:
        position, _, exists = truth.state(time_s)
        tracks = {
            nation: _points(states.position_m[np.abs(states.time_s - time_s) < 1e-3])
            for nation, states in shown.items()
        }
        found.append({"at_s": time_s, "objects": _points(position[exists]), "tracks": tracks})
    return found


def _points(position_ecef_m: F64) -> list[list[float]]:
    every = max(1, -(-len(position_ecef_m) // POINTS_MAX))
    lat_rad, lon_rad, _ = geodetic_from_ecef(position_ecef_m)
    both = np.degrees(np.stack([lat_rad, lon_rad], -1))[::every]
    return [[round(a, 4), round(b, 4)] for a, b in both.tolist()]
