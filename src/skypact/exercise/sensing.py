"""Sensing: what a rotating radar makes of the truth.

A target is seen when the beam passes, if it is inside the range for its cross-section, above the
radar horizon, inside the elevation limits and in no blocked sector, with the site's detection
probability. Plots carry Gaussian errors in range, azimuth and elevation; false plots come on top.
Every rotation draws from a generator of its own, for all objects whether seen or not: what is drawn
for one object depends neither on the others being in sight nor on how time is cut into calls.

`SensorSite.range_max_m` is the range against 1 m2 and the limit of the display; range falls with
the fourth root of the cross-section (radar equation). Horizon: 4/3-Earth, Skolnik, Radar Handbook,
3rd ed., 26.4. Two objects in one resolution cell stay two plots.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skypact.core.geodesy import F64, MEAN_RADIUS_M, ecef_from_geodetic, enu_axes, horizon_m
from skypact.core.messages import PRIMARY, SECONDARY
from skypact.core.site import SensorSite
from skypact.exercise.arcs import height_m
from skypact.exercise.dice import generator
from skypact.exercise.truth import Truth

RCS_REFERENCE_M2 = 1.0
CLUTTER_HEIGHT_MAX_M = 8000.0
TURN_RAD = 2 * np.pi

Plots = Mapping[str, NDArray[Any]]


def range_of(site: SensorSite, rcs_m2: ArrayLike) -> F64:
    """Return how far the radar sees objects of these cross-sections."""
    share = (np.asarray(rcs_m2, np.float64) / RCS_REFERENCE_M2) ** 0.25
    return site.range_max_m * np.minimum(share, 1.0)


class Radar:
    """One rotating radar watching one truth."""

    def __init__(self, site: SensorSite, truth: Truth, seed: int) -> None:
        """seed: of the scenario run; the radar's own draws also depend on its name."""
        self.site = site
        self._truth, self._seed = truth, seed
        self._range_m = range_of(site, truth.rcs_m2)
        self._position = ecef_from_geodetic(*site.origin)
        self._axes = enu_axes(site.lat_rad, site.lon_rad)
        self.phase_s = float(generator(seed, site.name, "phase").uniform(0, site.period_s))

    def north_s(self, rotation: int) -> float:
        """Return when rotation `rotation` (0, 1, ...) passes north, in seconds of the scenario."""
        return self.phase_s + rotation * self.site.period_s

    def plots(self, rotation: int) -> tuple[F64, Plots]:
        """Return when the beam passed (seconds of the scenario, ascending) and columns as in
        messages.Scan without `time_ns`."""
        seen_s, seen, address, altitude = self._targets(rotation)
        false_s, false = self._clutter(rotation)
        passed_s = np.concatenate([seen_s, false_s])
        polar = np.concatenate([seen, false])
        order = np.argsort(passed_s, kind="stable")
        columns = _columns(polar[order], self.site.elevation_sd_deg is not None)
        named = np.concatenate([address, np.zeros(len(false_s), np.uint32)])[order]
        # A transponder answers with its address and its altitude.
        columns["address"] = named
        high = np.concatenate([altitude, np.full(len(false_s), np.nan)])[order]
        columns["altitude_pressure_m"] = np.where(named > 0, high, np.nan)
        columns["detection"] = np.where(named > 0, PRIMARY | SECONDARY, PRIMARY).astype(np.uint8)
        return passed_s[order], columns

    def polar(self, time_s: F64) -> tuple[F64, F64, NDArray[np.bool_]]:
        """Return true (range, azimuth, elevation) (N, 3), heights (N,) and who exists (N,)."""
        position, _, exists = self._truth.state(time_s)
        return self.polar_of(position), height_m(position), exists

    def polar_of(self, position_ecef_m: F64) -> F64:
        """Return (range, azimuth, elevation) (N, 3) of positions (N, 3)."""
        east, north, up = self._axes @ (position_ecef_m - self._position).T
        ground = np.hypot(east, north)
        azimuth = np.arctan2(east, north) % TURN_RAD
        return np.stack([np.hypot(ground, up), azimuth, np.arctan2(up, ground)], -1)

    def in_sight(self, polar: F64, height: F64) -> NDArray[np.bool_]:
        """Return who is in range, above the horizon and inside the beam, as `polar` gives them."""
        low, high = np.radians([self.site.elevation_min_deg, self.site.elevation_max_deg])
        distance, elevation = polar[:, 0], polar[:, 2]
        ground = distance * np.cos(elevation)
        return (
            (distance >= self.site.range_min_m)
            & (distance <= self._range_m)
            & (elevation >= low)
            & (elevation <= high)
            & (ground <= horizon_m(self.site.over_ground_m, height - self.site.ground_m))
            & ~self.site.hidden(polar[:, 1], elevation)
        )

    def _targets(self, rotation: int) -> tuple[F64, F64, NDArray[np.uint32], F64]:
        north_s = self.north_s(rotation)
        passed_s = np.full(self._truth.count, north_s + self.site.period_s / 2)
        # The beam meets a moving target where it is then, not where it was at north.
        for _ in range(2):
            polar, _, _ = self.polar(passed_s)
            passed_s = north_s + polar[:, 1] / TURN_RAD * self.site.period_s
        polar, height, exists = self.polar(passed_s)
        dice = generator(self._seed, self.site.name, "targets", rotation)
        hit = dice.random(len(polar)) < self.site.detection_probability
        noise = dice.standard_normal(polar.shape) * self._noise_sd()
        seen = exists & hit & self.in_sight(polar, height)
        return passed_s[seen], (polar + noise)[seen], self._truth.address[seen], height[seen]

    def _clutter(self, rotation: int) -> tuple[F64, F64]:
        dice = generator(self._seed, self.site.name, "clutter", rotation)
        count = int(dice.poisson(self.site.clutter_per_scan))
        turn, near, high = dice.random((3, count))
        distance = self.site.range_min_m + near * (self.site.range_max_m - self.site.range_min_m)
        up = high * CLUTTER_HEIGHT_MAX_M - self.site.height_m
        elevation = np.clip(up / distance - distance / (2 * MEAN_RADIUS_M), -1.5, 1.5)
        elevation = np.maximum(elevation, np.radians(self.site.elevation_min_deg))
        passed_s = self.north_s(rotation) + turn * self.site.period_s
        seen = ~self.site.hidden(turn * TURN_RAD, elevation)
        return passed_s[seen], np.stack([distance, turn * TURN_RAD, elevation], -1)[seen]

    def _noise_sd(self) -> F64:
        elevation_sd = self.site.elevation_sd_rad if self.site.elevation_sd_deg else 0.0
        return np.array([self.site.range_sd_m, self.site.azimuth_sd_rad, elevation_sd])


def _columns(polar: F64, has_elevation: bool) -> dict[str, NDArray[Any]]:
    count = len(polar)
    unknown = np.full(count, np.nan)
    return {
        "range_m": np.maximum(polar[:, 0], 0.0),
        "azimuth_rad": polar[:, 1] % TURN_RAD,
        "elevation_rad": np.clip(polar[:, 2], -1.57, 1.57) if has_elevation else unknown,
        "range_rate_mps": unknown,
        "altitude_pressure_m": unknown,
        "address": np.zeros(count, np.uint32),
        "mode3a": np.full(count, -1, np.int32),
        "detection": np.full(count, PRIMARY, np.uint8),
        "callsign": np.zeros(count, "S8"),
    }
