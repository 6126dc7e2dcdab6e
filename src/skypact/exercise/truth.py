"""Truth: where every object of a scenario is at any time, all at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skypact.core.errors import ConfigError
from skypact.core.geodesy import (
    F64,
    MEAN_RADIUS_M,
    azimuth_rad,
    geodetic_from_ecef,
)
from skypact.core.messages import ThreatClass
from skypact.exercise import arcs, routes
from skypact.exercise.scenario import Ballistic, Cruise, Drone, Scenario

ROW = 3
CLASS = {
    Ballistic: ThreatClass.BALLISTIC,
    Cruise: ThreatClass.CRUISE,
    Drone: ThreatClass.DRONE,
}


class Truth:
    """Objects in the order ballistic, then routes, each in the order of the scenario.

    names; groups: the `[[threat]]` each belongs to; threat_class (N,) u1, rcs_m2, start_s, end_s
    (N,): from second 0 of the scenario; an object exists from `start_s` until `end_s`, when it hits
    the ground or its route ends; end_lat_rad, end_lon_rad (N,): where that is.
    """

    def __init__(self, scenario: Scenario, forces: arcs.Forces | None = None) -> None:
        ballistic = [t for t in scenario.threats if isinstance(t, Ballistic)]
        routed = [t for t in scenario.threats if not isinstance(t, Ballistic)]
        threats = [(t, k) for t in (*ballistic, *routed) for k in range(t.count)]
        self.names = tuple(t.name if t.count == 1 else f"{t.name}-{k + 1}" for t, k in threats)
        self.groups = tuple(t.name for t, _ in threats)
        self.threat_class = np.array([CLASS[type(t)] for t, _ in threats], np.uint8)
        self.rcs_m2 = np.array([t.rcs_m2 for t, _ in threats], np.float64)
        self.start_s = np.array([t.start_s + k * t.interval_s for t, k in threats], np.float64)
        self._arcs = _Arcs(ballistic, forces or arcs.Forces())
        self._routes = _routes(routed)
        flight_s = np.concatenate([self._arcs.flight_s, self._routes.flight_s])
        self.end_s = self.start_s + flight_s
        self.end_lat_rad, self.end_lon_rad, _ = geodetic_from_ecef(self.state(self.end_s)[0])

    @property
    def count(self) -> int:
        """Return the number of objects."""
        return len(self.names)

    def state(self, time_s: ArrayLike) -> tuple[F64, F64, NDArray[np.bool_]]:
        """Return ECEF positions and velocities (N, 3) and who exists (N,) at `time_s`.

        time_s: seconds of the scenario, one for all or (N,). Who does not exist stands where it
        starts or ended.
        """
        time = np.broadcast_to(np.asarray(time_s, np.float64), (self.count,))
        exists = (time >= self.start_s) & (time < self.end_s)
        flown = np.clip(time, self.start_s, self.end_s) - self.start_s
        split = len(self._arcs.flight_s)
        p_arcs, v_arcs = self._arcs.state(flown[:split])
        p_routes, v_routes = self._routes.state(flown[split:])
        return np.concatenate([p_arcs, p_routes]), np.concatenate([v_arcs, v_routes]), exists


class _Arcs:
    """Ballistic objects, flown once and then interpolated."""

    def __init__(self, threats: Sequence[Ballistic], forces: arcs.Forces) -> None:
        self.flight_s = np.zeros(0)
        self._p = self._v = np.zeros((1, 0, 3))
        if not threats:
            return
        counts = [t.count for t in threats]
        drag = np.repeat(np.array([t.drag_kgpm2 for t in threats], np.float64), counts)
        p, v = _starts(threats, drag, forces)
        self._p, self._v, self.flight_s, _ = arcs.fly(p, v, drag, forces)

    def state(self, flown_s: F64) -> tuple[F64, F64]:
        if not len(flown_s):
            return np.zeros((0, 3)), np.zeros((0, 3))
        steps = flown_s / arcs.STEP_S
        row = np.clip(steps.astype(np.int64), 0, len(self._p) - 2)
        i = np.arange(len(row))
        return arcs.between(
            self._p[row, i], self._v[row, i], self._p[row + 1, i], self._v[row + 1, i],
            steps - row, arcs.STEP_S,
        )  # fmt: skip


def _starts(threats: Sequence[Ballistic], drag: F64, forces: arcs.Forces) -> tuple[F64, F64]:
    ends: list[F64] = []
    for threat in threats:
        lat, lon = np.radians([[p.lat_deg, p.lon_deg] for p in (threat.launch, threat.aim)]).T
        ends.append(np.stack(_spread(lat, lon, threat.count, threat.spacing_m)))
    (lat, lon), names = np.concatenate(ends, axis=1), [t for t in threats for _ in range(t.count)]
    height = np.array([t.start_height_m for t in names], np.float64)
    elevation = np.array(
        [np.nan if t.elevation_deg is None else np.radians(t.elevation_deg) for t in names]
    )
    launch, aim = (lat[:, 0], lon[:, 0], height), (lat[:, 1], lon[:, 1])
    p, v, there = arcs.solve(launch, aim, elevation, drag, forces)
    if not there.all():
        key = f"threat {names[int(np.argmin(there))].name}"
        why = "no arc reaches the aim with this launch point, elevation and drag"
        raise ConfigError(why, path="scenario", key=key)
    return p, v


def _routes(threats: Sequence[Cruise | Drone]) -> routes.Routes:
    paths: list[routes.Path] = []
    speeds: list[float] = []
    for threat in threats:
        points = np.radians([(w.lat_deg, w.lon_deg) for w in threat.waypoints])
        heights = np.array(
            [threat.height_m if w.height_m is None else w.height_m for w in threat.waypoints]
        )
        radius = threat.speed_mps**2 / (threat.turn_g * routes.GRAVITY_MPS2)
        lat, lon = _spread(points[:, 0], points[:, 1], threat.count, threat.spacing_m)
        if (np.diff(lat) ** 2 + np.diff(lon) ** 2 == 0).any():
            why = "two waypoints in a row are the same"
            raise ConfigError(why, path="scenario", key=f"threat {threat.name}")
        paths += [routes.path(lat[k], lon[k], heights, radius) for k in range(threat.count)]
        speeds += [threat.speed_mps] * threat.count
    return routes.Routes(paths, np.array(speeds, np.float64))


def _spread(
    lat_rad: NDArray[Any], lon_rad: NDArray[Any], count: int, spacing_m: float
) -> tuple[F64, F64]:
    """Return points (count, K): the formation, rows of three across the first leg."""
    member = np.arange(count)
    wide = min(count, ROW)
    across = (member % ROW - (wide - 1) / 2) * spacing_m
    behind = -(member // ROW) * spacing_m
    course = azimuth_rad(lat_rad[0], lon_rad[0], lat_rad[1], lon_rad[1])
    east = across * np.cos(course) + behind * np.sin(course)
    north = -across * np.sin(course) + behind * np.cos(course)
    lat = lat_rad + north[:, None] / MEAN_RADIUS_M
    return lat, lon_rad + east[:, None] / (MEAN_RADIUS_M * np.cos(lat_rad))
