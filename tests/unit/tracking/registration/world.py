"""Targets on straight lines and the plots of several sensors with known faults."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import ecef_from_geodetic, enu_axes, velocity_ecef_from_enu
from skypact.core.site import SensorSite
from skypact.tracking.kernels.keep import keep_hits
from skypact.tracking.plots import empty_plots
from skypact.tracking.registration.hits import Hits
from skypact.tracking.registration.registration import Change, Registration
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import T0_NS, polar

F64 = NDArray[np.float64]
SITES = tuple(
    SensorSite(
        name=name,
        sac=1,
        sic=sic,
        lat_deg=lat,
        lon_deg=lon,
        height_m=100.0,
        period_s=period,
        range_sd_m=60.0,
        azimuth_sd_deg=0.15,
        elevation_sd_deg=0.25,
    )
    for name, sic, lat, lon, period in (
        ("north", 1, -31.0, -18.0, 10.0),
        ("south", 2, -33.0, -18.5, 5.0),
        ("east", 3, -32.2, -16.5, 5.0),
    )
)
Mutate = Callable[[int, float, NDArray[Any], np.random.Generator], None]


def keep(
    hits: Hits,
    s: int,
    sites: NDArray[Any],
    feeds: NDArray[Any],
    raw: NDArray[Any],
    plots: NDArray[Any],
) -> None:
    """Keep the plots that hit a track, as the end of a pass does."""
    rows = [part.view(np.recarray) for part in (hits.rows, sites, feeds, raw, plots)]
    kept, places, fed, given, passed = rows
    keep_hits.py_func(kept, hits.ring, s, places[s], fed[s], given, passed)


class World:
    """`targets` at 220 m/s in all directions; every sensor sees all of them each period."""

    def __init__(
        self, targets: int = 12, seed: int = 1, sites: tuple[SensorSite, ...] = SITES
    ) -> None:
        rng = np.random.default_rng(seed)
        lat, lon = np.radians([-32.0, -17.8])
        lat = lat + rng.uniform(-0.02, 0.02, targets)
        lon = lon + rng.uniform(-0.025, 0.025, targets)
        course = rng.uniform(0, 2 * np.pi, targets)
        flat = 220 * np.stack([np.sin(course), np.cos(course), 0 * course], 1)
        self.start = ecef_from_geodetic(lat, lon, rng.uniform(4e3, 11e3, targets))
        self.velocity = velocity_ecef_from_enu(flat, lat, lon)
        self.rng, self.sites, self.targets = rng, sites, targets
        self.registration = Registration(site_rows(sites))

    def at(self, time_s: float) -> F64:
        return self.start + time_s * self.velocity

    def plots(self, s: int, time_s: float) -> NDArray[Any]:
        site, n = self.sites[s], self.targets
        plots = empty_plots(n)
        plots["time_ns"] = T0_NS + round(1e9 * time_s)
        noise = [site.range_sd_m, site.azimuth_sd_rad, site.elevation_sd_rad]
        plots["polar"] = polar(site, self.at(time_s)) + self.rng.normal(size=(n, 3)) * noise
        return plots

    def reports(self, time_s: float) -> NDArray[Any]:
        plots = empty_plots(self.targets)
        plots["time_ns"] = T0_NS + round(1e9 * time_s)
        plots["position"] = self.at(time_s) + self.rng.normal(size=(self.targets, 3)) * 15
        plots["rotation"] = enu_axes(0.0, 0.0)
        plots["noise_var"] = 15.0**2
        return plots

    def note(self, s: int, time_s: float, raw: NDArray[Any]) -> list[Change]:
        """Give plots to registration as a pass would leave them: each with its track."""
        learnt = self.registration
        plots = learnt.corrected(s, raw).copy()
        if plots.size == raw.size:
            plots["track"] = np.arange(1, plots.size + 1)
            plots["place"], plots["pace"] = self.at(time_s), self.velocity
            keep(learnt.hits, s, learnt.sites, learnt.feeds, raw, plots)
        return learnt.step(int(raw["time_ns"].max()))

    def run(
        self,
        begin_s: float,
        end_s: float,
        mutate: Mutate | None = None,
        reports: Mutate | None = None,
        step: Callable[[float, list[Change]], None] = lambda t, c: None,
    ) -> Registration:
        """Run from begin to end; mutate, reports: spoil plots of sensor s at a time in place."""
        for tick in range(int(begin_s), int(end_s)):
            for s, site in enumerate(self.sites):
                if (tick + s) % int(site.period_s) == 0:
                    raw = self.plots(s, float(tick))
                    if mutate is not None:
                        mutate(s, float(tick), raw, self.rng)
                    step(float(tick), self.note(s, float(tick), raw))
            if reports is not None:
                raw = self.reports(float(tick))
                reports(len(self.sites), float(tick), raw, self.rng)
                self.note(len(self.sites), float(tick), raw)
        return self.registration


def biased(which: int, by_m: float, by_rad: float, by_s: float = 0.0) -> Mutate:
    """Return a fault: range, azimuth and time stamps of one sensor."""

    def mutate(s: int, _t: float, plots: NDArray[Any], _rng: np.random.Generator) -> None:
        if s == which:
            plots["polar"][:, 0] += by_m
            plots["polar"][:, 1] = (plots["polar"][:, 1] + by_rad) % (2 * np.pi)
            plots["time_ns"] += round(1e9 * by_s)

    return mutate
