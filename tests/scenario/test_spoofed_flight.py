"""A real flight whose reports were spoofed: it may not move what registration holds of radars."""

import math
from pathlib import Path

import numpy as np
import pytest

from skypact.core.geodesy import ecef_from_geodetic, enu_axes
from skypact.core.site import SensorSite
from skypact.tracking.plots import empty_plots
from skypact.tracking.registration.registration import Registration
from tests.unit.tracking.registration.world import World, keep
from tests.unit.tracking.scenes import T0_NS

FLIGHT = np.load(Path(__file__).parents[1] / "data" / "spoofed_flight.npz")
LAT, LON = (np.radians(FLIGHT[k] * 1e-6) for k in ("lat_microdeg", "lon_microdeg"))
HEIGHT_M = FLIGHT["altitude_pressure_ft"] * 0.3048
REPORTED_M = ecef_from_geodetic(LAT, LON, HEIGHT_M)
STANDS_STILL_S, ELSEWHERE_S, TRUE_AGAIN_S = 3653, 4798, 6825
HEARD_S = FLIGHT["second"] - 0.1 * FLIGHT["age_ds"]
HONEST = (FLIGHT["second"] <= STANDS_STILL_S) | (FLIGHT["second"] >= TRUE_AGAIN_S)
HONEST &= (FLIGHT["age_ds"] < 20) & np.r_[True, np.diff(HEARD_S) > 0.1]
# Where it truly was: every tenth true report, and straight on across the long gap.
TRUE = np.flatnonzero(HONEST)[::10]
SITES = tuple(
    SensorSite(
        name=name, sac=1, sic=sic, lat_deg=lat, lon_deg=lon, height_m=200.0, period_s=period,
        range_sd_m=60.0, azimuth_sd_deg=0.15, elevation_sd_deg=0.25,
    )
    for name, sic, lat, lon, period in (
        ("south", 1, 46.8, 22.3, 10.0), ("north", 2, 50.0, 21.0, 5.0), ("east", 3, 48.4, 24.0, 5.0),
    )
)  # fmt: skip


class Sky(World):
    """The recorded flight, first among targets that report nothing."""

    def __init__(self) -> None:
        super().__init__(targets=12, seed=3, sites=SITES)
        lat = np.radians(48.5) + self.rng.uniform(-0.02, 0.02, self.targets)
        lon = np.radians(22.5) + self.rng.uniform(-0.02, 0.02, self.targets)
        self.middle = ecef_from_geodetic(lat, lon, self.rng.uniform(4e3, 11e3, self.targets))
        to_ecef = enu_axes(float(lat[0]), float(lon[0])).T
        course = self.rng.uniform(0, 2 * np.pi, self.targets)
        flat = 90 * np.stack([np.sin(course), np.cos(course), 0 * course], 1)
        self.velocity = flat @ to_ecef.T
        self.middle_s = 0.0

    def at(self, time_s: float) -> np.ndarray:
        where = self.middle + (time_s - self.middle_s) * self.velocity
        where[0] = ecef_from_geodetic(
            *(np.interp(time_s, HEARD_S[TRUE], x[TRUE]) for x in (LAT, LON, HEIGHT_M))
        )
        return where

    def hear(self, time_s: float) -> None:
        """Take the report of this second, if there is one."""
        now = np.flatnonzero(FLIGHT["second"] == int(time_s))
        if not now.size:
            return
        raw = empty_plots(1)
        raw["time_ns"] = T0_NS + round(1e9 * time_s) - int(FLIGHT["age_ds"][now[0]]) * 10**8
        raw["position"] = REPORTED_M[now[0]]
        raw["rotation"] = enu_axes(0.0, 0.0)
        raw["noise_var"] = 50.0**2
        plots = self.registration.corrected(len(SITES), raw).copy()
        if plots.size:
            plots["track"], plots["place"] = 1, self.at(time_s)[:1]
            made = self.registration
            keep(made.hits, len(SITES), made.sites, made.feeds, raw, plots)


def learnt(begin_s: int, end_s: int, *, heard: bool) -> Registration:
    sky = Sky()
    sky.middle_s = (begin_s + end_s) / 2
    for second in range(begin_s, end_s):
        sky.run(second, second + 1)
        if heard:
            sky.hear(float(second))
    return sky.registration


@pytest.mark.parametrize("begin_s", [STANDS_STILL_S - 200, ELSEWHERE_S - 100])
def test_the_spoofed_flight_moves_no_bias(begin_s: int) -> None:
    still = learnt(begin_s, begin_s + 350, heard=False)
    moved = learnt(begin_s, begin_s + 350, heard=True)
    shift = np.abs(moved.biases.value - still.biases.value) / still.biases.sd
    assert shift.max() < 1


def test_what_it_reported_is_what_the_sample_is_known_for() -> None:
    true = Sky()
    away_m = [
        math.dist(true.at(float(s))[0], REPORTED_M[FLIGHT["second"] == s][0])
        for s in (ELSEWHERE_S + 10, ELSEWHERE_S + 300)
    ]
    assert min(away_m) > 100e3
