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
from skypact.exercise.cast.threats import Aircraft, Ballistic, Cruise, Drone, Rocket
from skypact.exercise.dice import generator
from skypact.exercise.scenario import Scenario

ROW = 3
CLASS = {
    Ballistic: ThreatClass.BALLISTIC,
    Rocket: ThreatClass.ROCKET,
    Cruise: ThreatClass.CRUISE,
    Drone: ThreatClass.DRONE,
    Aircraft: ThreatClass.AIRCRAFT,
}
CIVIL_HEIGHT_M = (9_000.0, 12_000.0)
FIRST_ADDRESS = 0x710000


class Truth:
    """Objects in the order ballistic, then routes, each in the order of the scenario.

    names; groups: the `[[threat]]` each belongs to; threat_class (N,) u1, rcs_m2, start_s, end_s
    (N,): from second 0 of the scenario; an object exists from `start_s` until `end_s`, when it hits
    the ground or its route ends; end_lat_rad, end_lon_rad (N,): where that is; address (N,): of
    civil aircraft, else 0.
    """

    def __init__(
        self, scenario: Scenario, forces: arcs.Forces | None = None, *, civil: bool = False
    ) -> None:
        """civil: with the civil aircraft of the scenario, behind the threats."""
        ballistic = [t for t in scenario.threats if isinstance(t, Ballistic)]
        routed = [t for t in scenario.threats if not isinstance(t, Ballistic)]
        threats = [(t, k) for t in (*ballistic, *routed) for k in range(t.count)]
        self.names = tuple(t.name if t.count == 1 else f"{t.name}-{k + 1}" for t, k in threats)
        self.groups = tuple(t.name for t, _ in threats)
        self.threat_class = np.array([CLASS[type(t)] for t, _ in threats], np.uint8)
        self.rcs_m2 = np.array([t.rcs_m2 for t, _ in threats], np.float64)
        self.start_s = np.array([t.start_s + k * t.interval_s for t, k in threats], np.float64)
        self._arcs = _Arcs(ballistic, forces or arcs.Forces())
        paths, speeds = _paths(routed)
        self.address = np.zeros(len(threats), np.uint32)
        if civil:
            self._add_civil(scenario, paths, speeds)
        self._routes = routes.Routes(paths, np.array(speeds, np.float64))
        flight_s = np.concatenate([self._arcs.flight_s, self._routes.flight_s])
        self.end_s = self.start_s + flight_s
        self.end_lat_rad, self.end_lon_rad, _ = geodetic_from_ecef(self.state(self.end_s)[0])

    def _add_civil(self, scenario: Scenario, paths: list[routes.Path], speeds: list[float]) -> None:
        """Add straight legs across each circle; at second 0 each is in its first half."""
        starts: list[float] = []
        for number, table in enumerate(scenario.civil):
            dice = generator(scenario.seed, "civil", number)
            turn, off, phase, high = dice.random((4, table.count))
            course, aside = turn * 2 * np.pi, (2 * off - 1) * 0.8 * table.radius_m
            half = np.sqrt(table.radius_m**2 - aside**2)
            for k in range(table.count):
                ends: list[tuple[float, float]] = []
                for along in (-half[k], half[k]):
                    east = along * np.sin(course[k]) + aside[k] * np.cos(course[k])
                    north = along * np.cos(course[k]) - aside[k] * np.sin(course[k])
                    lat = np.radians(table.lat_deg) + north / MEAN_RADIUS_M
                    ends.append((lat, east / (MEAN_RADIUS_M * np.cos(lat))))
                lat, lon = np.array(ends).T
                low, top = CIVIL_HEIGHT_M
                height = np.full(2, low + high[k] * (top - low))
                paths.append(routes.path(lat, np.radians(table.lon_deg) + lon, height, 20_000.0))
                starts.append(-0.5 * phase[k] * paths[-1].length_m / table.speed_mps)
            speeds += [table.speed_mps] * table.count
        total, rcs = len(starts), [t.rcs_m2 for t in scenario.civil for _ in range(t.count)]
        self.names += tuple(f"civil-{k + 1}" for k in range(total))
        self.groups += ("civil",) * total
        aircraft = np.full(total, ThreatClass.AIRCRAFT, np.uint8)
        self.threat_class = np.concatenate([self.threat_class, aircraft])
        self.rcs_m2 = np.concatenate([self.rcs_m2, np.array(rcs, np.float64)])
        self.start_s = np.concatenate([self.start_s, np.array(starts, np.float64)])
        addresses = FIRST_ADDRESS + np.arange(total, dtype=np.uint32)
        self.address = np.concatenate([self.address, addresses])

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


def _paths(
    threats: Sequence[Cruise | Drone | Aircraft],
) -> tuple[list[routes.Path], list[float]]:
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
    return paths, speeds


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
