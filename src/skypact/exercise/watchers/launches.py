"""A sensor in space that tells of launches: late, and not quite where they were."""

import json
from typing import Any

import numpy as np

from skypact.core.geodesy import MEAN_RADIUS_M, azimuth_rad, geodetic_from_ecef
from skypact.core.messages import ThreatClass
from skypact.exercise.dice import generator
from skypact.exercise.scenario import LaunchWatch
from skypact.exercise.truth import Truth

SECOND_NS = 1_000_000_000
TIME_SD_S = 2.0
SEEN = (ThreatClass.BALLISTIC, ThreatClass.ROCKET)


class LaunchFeed:
    """All reports of one watch, in order of arrival."""

    def __init__(self, watch: LaunchWatch, truth: Truth, seed: int, start_ns: int) -> None:
        self._sent: list[tuple[int, bytes]] = []
        position, _, _ = truth.state(truth.start_s)
        lat, lon, _ = geodetic_from_ecef(position)
        for k in np.flatnonzero(np.isin(truth.threat_class, SEEN)).tolist():
            dice = generator(seed, watch.feed, "launch", truth.names[k])
            noticed, late = dice.random(), float(np.exp(watch.delay_spread * dice.normal()))
            north, east, turn, early_s = dice.normal(size=4).tolist()
            if noticed >= watch.probability:
                continue
            lat_k = float(lat[k]) + north * watch.position_sd_m / MEAN_RADIUS_M
            shrink = MEAN_RADIUS_M * float(np.cos(lat[k]))
            lon_k = float(lon[k]) + east * watch.position_sd_m / shrink
            aim = truth.end_lat_rad[k], truth.end_lon_rad[k]
            course = float(np.degrees(azimuth_rad(lat[k], lon[k], *aim)))
            begun_ns = start_ns + round(float(truth.start_s[k]) * SECOND_NS)
            line: dict[str, Any] = {
                "kind": "launch",
                "sensor": watch.feed,
                "time": round((begun_ns + early_s * TIME_SD_S * SECOND_NS) / SECOND_NS, 3),
                "lat_deg": round(float(np.degrees(lat_k)), 5),
                "lon_deg": round((float(np.degrees(lon_k)) + 180) % 360 - 180, 5),
                "major_sd_m": watch.position_sd_m,
                "minor_sd_m": watch.position_sd_m,
                "time_sd_s": TIME_SD_S,
                "confidence": 0.95,
                "azimuth_deg": round((course + turn * watch.azimuth_sd_deg) % 360, 2),
            }
            at_ns = begun_ns + round(watch.delay_s * late * SECOND_NS)
            self._sent.append((at_ns, json.dumps(line).encode() + b"\n"))
        self._sent.sort()

    def sent(self, from_ns: int, to_ns: int) -> list[tuple[int, bytes]]:
        """Return (arrival, line) in from_ns <= arrival < to_ns."""
        return [one for one in self._sent if from_ns <= one[0] < to_ns]
