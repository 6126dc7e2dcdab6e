"""People, microphones and cameras near the path of what flies low: directions, no ranges.

Sound comes late, from where the object was when it made it. A person tells a number, never a name.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from skypact.core.geodesy import MEAN_RADIUS_M, ecef_from_geodetic, enu_axes
from skypact.core.messages import ThreatClass
from skypact.exercise.dice import generator
from skypact.exercise.scenario import Observers
from skypact.exercise.truth import Truth

SECOND_NS = 1_000_000_000
SOUND_MPS = 340.0
WHAT: Mapping[int, str] = {
    ThreatClass.DRONE: "drone",
    ThreatClass.CRUISE: "missile",
    ThreatClass.BALLISTIC: "missile",
    ThreatClass.ROCKET: "missile",
    ThreatClass.AIRCRAFT: "aircraft",
}


class ObserverFeed:
    """One table of observers, spread evenly by chance over their circle."""

    def __init__(self, table: Observers, truth: Truth, seed: int, start_ns: int) -> None:
        self._table, self._truth, self._seed, self._start_ns = table, truth, seed, start_ns
        dice = generator(seed, table.feed, "places")
        away, turn = np.sqrt(dice.random(table.count)) * table.radius_m, dice.random(table.count)
        lat0, lon0 = np.radians([table.lat_deg, table.lon_deg])
        self._lat = lat0 + away * np.cos(turn * 2 * np.pi) / MEAN_RADIUS_M
        shrink = MEAN_RADIUS_M * np.cos(lat0)
        self._lon = lon0 + away * np.sin(turn * 2 * np.pi) / shrink
        self._position = ecef_from_geodetic(self._lat, self._lon, 2.0)
        self._axes = enu_axes(self._lat, self._lon)

    def sent(self, from_ns: int, to_ns: int) -> list[tuple[int, bytes]]:
        """Return (arrival, line) in from_ns <= arrival < to_ns."""
        delay_ns = round(self._table.delay_s * SECOND_NS)
        period_ns = round(self._table.period_s * SECOND_NS)
        first = -(-(from_ns - delay_ns - self._start_ns) // period_ns)
        last = -(-(to_ns - delay_ns - self._start_ns) // period_ns)
        found: list[tuple[int, bytes]] = []
        for look in range(max(first, 0), last):
            at_ns = self._start_ns + look * period_ns
            found += [(at_ns + delay_ns, line) for line in self._look(look, at_ns)]
        return found

    def _look(self, look: int, at_ns: int) -> list[bytes]:
        """Return the lines of one look: each observer tells of the nearest object in reach."""
        time_s = look * self._table.period_s
        position, _, exists = self._truth.state(time_s)
        heard = self._table.kind == "acoustic"
        dice = generator(self._seed, self._table.feed, "look", look)
        notices = dice.random(self._table.count) < self._table.probability
        error = dice.normal(size=self._table.count) * self._table.azimuth_sd_deg
        away = np.linalg.norm(position[None] - self._position[:, None], axis=2)
        away = np.where(exists, away, np.inf)
        lines: list[bytes] = []
        if away.shape[1] == 0:
            return lines
        for n in np.flatnonzero(notices & (away.min(axis=1) <= self._table.range_m)).tolist():
            k = int(away[n].argmin())
            seen_s = time_s - float(away[n, k]) / SOUND_MPS if heard else time_s
            moved = self._truth.state(seen_s)[0][k] if heard else position[k]
            east, north, _ = (self._axes[n] @ (moved - self._position[n])).tolist()
            azimuth = (float(np.degrees(np.arctan2(east, north))) + float(error[n])) % 360
            line: dict[str, Any] = {
                "kind": "sighting",
                "source": f"{self._table.feed}-{n + 1}",
                "time": at_ns / SECOND_NS,
                "lat_deg": round(float(np.degrees(self._lat[n])), 5),
                "lon_deg": round(float(np.degrees(self._lon[n])), 5),
                "azimuth_deg": round(azimuth, 2),
                "azimuth_sd_deg": self._table.azimuth_sd_deg,
                "what": WHAT[int(self._truth.threat_class[k])],
            }
            if heard:
                line["signal_speed_mps"] = SOUND_MPS
            lines.append(json.dumps(line).encode() + b"\n")
        return lines
