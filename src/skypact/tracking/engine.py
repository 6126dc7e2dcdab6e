"""The engine: arrays of plots in, rows of tracks out. It knows no messages but their columns.

`Tracker` is the room around it; a recording can be run through it directly.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.geoid import undulation_m
from skypact.tracking.heights import Heights
from skypact.tracking.kernels.carry import carried
from skypact.tracking.kernels.layout import BOTH, CONFIRMED, GUESS, LAST_NUMBER, PLACE, TUNING
from skypact.tracking.kernels.scan_pass import scan_pass
from skypact.tracking.plots import ecef_from_polar
from skypact.tracking.registration.registration import Registration
from skypact.tracking.registration.shift import shift_tracks
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import least_floor, rest
from skypact.tracking.table import TrackTable

I64 = NDArray[np.int64]
_GUESS_ROWS = 2048
_PLACES_START = 1024
_HEIGHTS_EVERY_NS = 1_000_000_000


class Outcome(NamedTuple):
    """changed: rows of the table; ended: numbers, why (STARVED, COASTED, MERGED), last states
    (n, 6)."""

    changed: I64
    ended: I64
    why: I64
    states: NDArray[np.float64]


_NONE: I64 = np.zeros(0, np.int64)
_NOTHING = Outcome(_NONE, _NONE, _NONE, np.zeros((0, 6)))


def _odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def tuning_row(settings: TrackingSettings) -> NDArray[Any]:
    """Return the settings as the kernels need them, one TUNING row."""
    row = np.zeros(1, TUNING)
    row["gate2"] = settings.gate_sd**2
    row["late_s"], row["coast_s"] = settings.late_s, settings.coast_s
    row["dark_s"] = max(settings.dark_s, settings.coast_s)
    row["tentative_s"] = settings.tentative_s
    row["confirm_odds"] = _odds(settings.confirm_probability)
    row["delete_odds"] = _odds(settings.delete_probability)
    row["new_targets"] = settings.new_targets_per_scan
    row["noise"] = settings.flying_noise + settings.falling_noise
    row["vertical"] = settings.vertical_noise_share
    row["manoeuvre_s"] = settings.manoeuvre_s
    row["speed_var"] = settings.speed_sd_mps**2
    row["climb_var"] = settings.climb_sd_mps**2
    row["falling_var"] = settings.falling_speed_sd_mps**2
    row["falling_share"] = settings.falling_share_low
    row["ceiling_m"] = settings.ceiling_m
    row["coast_var"] = settings.coast_sd_m**2
    row["rotation"] = 1.0 if settings.earth_rotation else 0.0
    return row


def _geoid_m(sites: NDArray[Any]) -> float:
    """Return the geoid's mean height above the ellipsoid where the sensors stand."""
    placed = sites[sites["radar"] > 0]
    if placed.size == 0:
        return 0.0
    lat, lon, _ = geodetic_from_ecef(placed["position"])
    return float(np.mean(undulation_m(lat, lon)))


class Engine:
    """Tracks of one node. sites: SITE rows; sensor s is row s, the last is position reports."""

    def __init__(
        self,
        settings: TrackingSettings,
        sites: NDArray[Any],
        first_number: int = 1,
        number_step: int = 1,
    ) -> None:
        """first_number, number_step: of the tracks, so that engines side by side share none."""
        self.registration = Registration(sites, settings.registration)
        self.sites, self.feeds = self.registration.sites, self.registration.feeds
        self.radars = int(sites.size) - 1
        self.heights = Heights(settings.pressure_height_sd_m, _geoid_m(sites))
        self.table = TrackTable(self.radars, settings.tracks_max)
        self.tuning = tuning_row(settings)
        self.tuning["number_step"], self.tuning["floor"] = number_step, least_floor(sites)
        self.table.counters[LAST_NUMBER] = first_number - number_step
        self._settled_ns: I64 = self.feeds["settled_ns"]
        self._rests = bool(sites["outages_ns"].any())
        self._guesses = np.zeros(_GUESS_ROWS, GUESS)
        self._places = np.zeros(_PLACES_START, PLACE)

    def run(
        self,
        s: int,
        plots: NDArray[Any],
        seen_ns: int,
        now_ns: int,
        whole: bool,
        arrived_ns: int | None = None,
    ) -> Outcome:
        """Work the plots (PLOT rows) of one sensor in.

        seen_ns: plot time the sensor has looked up to; now_ns: node time; whole: the plots are one
        full turn at one instant; arrived_ns: when the plots came, now when not given.
        """
        table, registration, raw = self.table, self.registration, plots
        plots = registration.corrected(s, raw)
        if plots.size < raw.size:
            return _NOTHING
        table.reserve(2 * plots.size)  # a twin and a start each
        if plots.size > self._places.size:
            self._places = np.zeros(2 * plots.size, PLACE)
        if self._rests:
            rest(self.sites, seen_ns)
        hits = registration.hits
        counts = scan_pass(
            *(table.tracks, table.sights, table.entries, table.heads, table.counters),
            *(self.sites, self.feeds, s, plots, raw, self.tuning, self.heights.told),
            *(self._guesses, self._places, hits.rows, hits.ring, table.changed, table.ended),
            table.balls,
            *(seen_ns, now_ns, now_ns if arrived_ns is None else arrived_ns, int(whole)),
        )
        outcome = self._outcome(*counts)
        settled_ns = int(self._settled_ns[s])
        if hits.ring[BOTH] and settled_ns - self.heights.last_ns >= _HEIGHTS_EVERY_NS:
            self._learn_heights(s, raw, plots, settled_ns)
        for change in registration.step(settled_ns):
            tracks, sights = table.tracks[: table.count], table.sights[: table.count]
            shift_tracks(tracks, sights, change.s, self.sites[change.s], change.by)
            table.refile()
        return outcome

    def _outcome(self, changed: int, ended: int) -> Outcome:
        rows = self.table.changed[:changed].copy()
        if ended == 0:
            return Outcome(rows, _NONE, _NONE, _NOTHING.states)
        gone = self.table.ended[:ended][::-1]
        return Outcome(rows, gone["number"].copy(), gone["why"].copy(), gone["x"].copy())

    def _learn_heights(self, s: int, raw: NDArray[Any], plots: NDArray[Any], seen_ns: int) -> None:
        """Compare the pressure altitude of sure targets with the height a radar measured."""
        rows = np.flatnonzero(
            (plots["track"] > 0) & ~np.isnan(raw["altitude"] + raw["polar"][:, 2])
        )
        site, polar = self.sites[s], plots["polar"][rows]
        place = ecef_from_polar(polar, site["position"], site["rotation"])
        height = geodetic_from_ecef(place)[2]
        variance = polar[:, 0] ** 2 * site["noise_var"][2]
        self.heights.learn(raw["altitude"][rows], height, variance, seen_ns)

    def confirmed(self) -> I64:
        """Return the rows of confirmed tracks."""
        return np.flatnonzero(self.table.tracks["state"][: self.table.count] == CONFIRMED)

    def states_at(self, time_ns: int) -> tuple[I64, NDArray[np.float64]]:
        """Return (numbers, states (n, 6) ECEF) of the confirmed tracks, carried to a time."""
        number, state, _ = carried(self.table.tracks, self.table.count, time_ns, self.tuning)
        return number, state
