"""Which places our own live sensors look at, for each class; until one does, "not observed".

Geometry only, as the map shows it: range, elevation, blocked sectors and the horizon of a 4/3
Earth, no terrain. A class that flies is looked for over the place, low; one that falls on a ring
around it, high, because no radar looks straight up. Bearings alone make no track, and a radar
without elevation tells no ballistic class: neither counts there.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import pack
from skypact.core.geodesy import F64, MEAN_RADIUS_M, ecef_from_geodetic, enu_axes, horizon_m
from skypact.core.ids import Issuer
from skypact.core.messages import FeedView, Message, PlacesObserved, ThreatClass
from skypact.core.site import SensorSite
from skypact.warning.places import Places

U1 = NDArray[np.uint8]
HEIGHT_M = {
    ThreatClass.BALLISTIC: 30_000.0,
    ThreatClass.ROCKET: 5_000.0,
    ThreatClass.AIRCRAFT: 3_000.0,
    ThreatClass.DRONE: 300.0,
    ThreatClass.CRUISE: 100.0,
}
RING_M = {ThreatClass.BALLISTIC: 60_000.0, ThreatClass.ROCKET: 15_000.0}
POINTS = 9
OF_RING = POINTS - 2
"""So many points of a ring are enough: one may stand right above a radar."""


class Observed:
    """What each place is looked at for, a bit for each class, by the sensors that are alive."""

    def __init__(self, issuer: Issuer, sensors: Sequence[SensorSite], places: Places) -> None:
        self._issuer, self._sensors, self._places = issuer, tuple(sensors), places
        self._seen = np.zeros((len(self._sensors), places.count, POINTS), np.uint8)
        for kind, height_m in HEIGHT_M.items():
            lat, lon = _points(places, RING_M.get(kind, 0.0))
            for s, site in enumerate(self._sensors):
                if site.passive or (kind in RING_M and site.elevation_sd_deg is None):
                    continue
                self._seen[s] |= _in_sight(site, lat, lon, height_m).astype(np.uint8) << int(kind)
        self._told: U1 | None = None

    def take(self, view: FeedView, now_ns: int) -> list[Message]:
        """Return the places for which it has changed; the first time, all."""
        alive = {state.name for state in view.sensors if state.alive}
        live = [
            s
            for s, site in enumerate(self._sensors)
            if site.name in alive and not site.rests_until_ns(now_ns)
        ]
        # Every point needs some live sensor; which one does not matter.
        points = np.bitwise_or.reduce(self._seen[live], axis=0)
        observed = np.bitwise_and.reduce(points, axis=1)
        for kind in RING_M:
            enough = ((points >> int(kind)) & 1).sum(axis=1) >= OF_RING
            observed |= enough.astype(np.uint8) << int(kind)
        changed = np.arange(len(observed))
        if self._told is not None:
            changed = np.flatnonzero(observed != self._told)
        if not len(changed):
            return []
        self._told = observed
        return [self._message(changed, now_ns)]

    def restate(self, now_ns: int) -> list[Message]:
        """Return what was told last, of all places; "not observed" before anything is known."""
        if self._told is None:
            self._told = np.zeros(self._places.count, np.uint8)
        return [self._message(np.arange(len(self._told)), now_ns)] if len(self._told) else []

    def save(self) -> bytes:
        """Return what was told last."""
        return b"" if self._told is None else self._told.tobytes()

    def load(self, state: bytes) -> None:
        """Take over what `save` returned, if the places are still as many."""
        if len(state) == self._places.count and state:
            self._told = np.frombuffer(state, np.uint8).copy()

    def _message(self, which: NDArray[np.int64], now_ns: int) -> PlacesObserved:
        assert self._told is not None
        index: list[int] = which.tolist()
        places = [self._places.places[i] for i in index]
        return PlacesObserved(
            **self._issuer.header(now_ns, now_ns),
            names=tuple(place.name for place in places),
            nations=tuple(place.nation for place in places),
            count=len(places),
            **pack(PlacesObserved, observed=self._told[which]),
        )


def _points(places: Places, ring_m: float) -> tuple[F64, F64]:
    """Return latitudes and longitudes (P, POINTS) to be looked at: corners and middles, or a ring
    around the middles."""
    lat, lon = np.empty((places.count, POINTS)), np.empty((places.count, POINTS))
    turn = np.arange(POINTS - 1) * 2 * np.pi / (POINTS - 1)
    for i, place in enumerate(places.places):
        lat[i, 0], lon[i, 0] = places.lat_rad[i], places.lon_rad[i]
        if ring_m:
            lat[i, 1:] = lat[i, 0] + ring_m / MEAN_RADIUS_M * np.cos(turn)
            across = np.sin(turn) / max(float(np.cos(lat[i, 0])), 1e-3)
            lon[i, 1:] = lon[i, 0] + ring_m / MEAN_RADIUS_M * across
        else:
            corners = np.radians(place.corners_deg)
            some = np.arange(POINTS - 1) * len(corners) // (POINTS - 1)
            lat[i, 1:], lon[i, 1:] = corners[some, 0], corners[some, 1]
    return lat, lon


def _in_sight(site: SensorSite, lat_rad: F64, lon_rad: F64, height_m: float) -> NDArray[np.bool_]:
    """Return which points (P, K) a sensor sees at a height above the ellipsoid."""
    seen = np.zeros(lat_rad.shape, np.bool_)
    # Only what is near enough is worth the trigonometry.
    reach_rad = (site.range_max_m + 1e4) / MEAN_RADIUS_M
    near = np.flatnonzero((np.abs(lat_rad - site.lat_rad) <= reach_rad).any(axis=1))
    if not len(near):
        return seen
    points = ecef_from_geodetic(lat_rad[near], lon_rad[near], height_m)
    offset = points - ecef_from_geodetic(*site.origin)
    enu = offset @ enu_axes(site.lat_rad, site.lon_rad).T
    range_m = np.sqrt((enu * enu).sum(-1))
    elevation = np.arcsin(enu[..., 2] / np.maximum(range_m, 1.0))
    azimuth = np.arctan2(enu[..., 0], enu[..., 1])
    seen[near] = (
        (range_m >= site.range_min_m)
        & (range_m <= site.range_max_m)
        & (range_m <= horizon_m(site.over_ground_m, height_m - site.ground_m))
        & (elevation >= np.radians(site.elevation_min_deg))
        & (elevation <= np.radians(site.elevation_max_deg))
        & ~site.hidden(azimuth, elevation)
    )
    return seen
