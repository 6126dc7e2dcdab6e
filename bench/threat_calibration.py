"""Do predictions hold what they promise? Prints JSON; draws a reliability plot as SVG (--plot FILE).

  python bench/threat_calibration.py [--runs 10000] [--plot build/threat-reliability.svg]

- ballistic, rocket: arcs by the exercise's own integrator with a drag drawn from the stated spread;
  a state on the arc, an estimate of it drawn from a covariance that is stated with it; predicted
  ellipses of 10 to 99 % against where it comes down. Bar: the 95 % ellipse holds 93-97 %.
- tracker: the same for states and covariances of the real tracker on simulated radars.
- launch: the fan of a launch seen from space holds place and time. Bar: at least 95 %.
- air-breathers: routes with turns to a place; the set of places that could be reached holds the true
  one. Bar: at least 95 %. What it heads for (the cone) is told beside it, by time to go.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array, pack
from skypact.core.geodesy import (
    MEAN_RADIUS_M,
    ecef_from_geodetic,
    enu_axes,
    geodetic_from_ecef,
)
from skypact.core.ids import Issuer
from skypact.core.messages import Context, Scan, TrackBatch
from skypact.core.site import SensorSite
from skypact.edge.chart.svg import document, element, line_path, words
from skypact.exercise import arcs
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.tracker import Tracker
from skypact.warning.places import Places
from skypact.warning.settings import Place, WarningSettings
from skypact.warning.threat.approach import reach
from skypact.warning.threat.fall import Air, predict_impact
from skypact.warning.threat.kinematics import Kinematics, kinematics
from skypact.warning.threat.launch.fan import LaunchPoint, cell, fan
from skypact.warning.threat.reachable import Agility, earliest_s, reachable

F64 = NDArray[np.float64]
SETTINGS = WarningSettings()
AIR = Air(
    SETTINGS.ballistic_coefficient_kgpm2,
    SETTINGS.ballistic_coefficient_spread,
    SETTINGS.impact_sd_min_m,
)
AGILITY = Agility(SETTINGS.turn_max_mps2, SETTINGS.faster_share)
LEVELS = np.array([0.1, 0.25, 0.5, 0.68, 0.8, 0.9, 0.95, 0.99])
BAR_ELLIPSE, BAR_SET = (0.93, 0.97), 0.95
AREA_DEG = (-34.0, -30.0), (-20.0, -14.0)
START_NS = 1_800_000_000_000_000_000
PIECE = 500


def flights(
    ranges_m: tuple[float, float], count: int, dice: np.random.Generator
) -> tuple[F64, F64, F64, F64]:
    """Return positions and velocities (T, N, 3), flight times (N,) and impacts (N, 3) of arcs over
    such ground ranges, flat and steep, each with a drag of its own."""
    lat, lon = (np.radians(dice.uniform(*degrees, count)) for degrees in AREA_DEG)
    way, far = dice.uniform(0, 2 * np.pi, count), dice.uniform(*ranges_m, count) / MEAN_RADIUS_M
    aim_lat = np.arcsin(np.sin(lat) * np.cos(far) + np.cos(lat) * np.sin(far) * np.cos(way))
    aim_lon = lon + np.arctan2(
        np.sin(way) * np.sin(far) * np.cos(lat), np.cos(far) - np.sin(lat) * np.sin(aim_lat)
    )
    drag = AIR.coefficient_kgpm2 * np.exp(AIR.spread * dice.normal(size=count))
    elevation = np.radians(dice.uniform(35, 60, count))
    launch = (lat, lon, np.zeros(count))
    p, v, there = arcs.solve(launch, (aim_lat, aim_lon), elevation, drag, arcs.Forces())
    return arcs.fly(p[there], v[there], drag[there], arcs.Forces())


def estimates(position: F64, velocity: F64, dice: np.random.Generator) -> tuple[F64, F64, F64]:
    """Return states drawn around the truth and their covariances (N, 6, 6): a radar's ellipsoid in
    some direction, velocities tied to positions."""
    n = len(position)
    axes = np.linalg.qr(dice.normal(size=(n, 3, 3)))[0]
    sd_p = np.exp(dice.uniform(np.log(50), np.log(1_500), (n, 3)))
    sd_v = np.exp(dice.uniform(np.log(3), np.log(60), (n, 3)))
    tie = dice.uniform(0.0, 0.8, (n, 1))
    root = np.zeros((n, 6, 6))
    for k in range(3):
        root[:, :3, k] = axes[:, :, k] * sd_p[:, None, k]
        root[:, 3:, k] = axes[:, :, k] * (tie * sd_v)[:, None, k]
        root[:, 3:, 3 + k] = axes[:, :, k] * (np.sqrt(1 - tie**2) * sd_v)[:, None, k]
    off = np.einsum("nij,nj->ni", root, dice.normal(size=(n, 6)))
    covariance = root @ np.swapaxes(root, 1, 2)
    return position + off[:, :3], velocity + off[:, 3:], covariance


def distances2(track: Kinematics, impact: F64) -> F64:
    """Return squared statistical distances (N,) of true impacts (N, 3) from predicted ones."""
    found = predict_impact(track, AIR)
    lat, lon, _ = geodetic_from_ecef(impact)
    off = np.stack(
        [
            (lon - found.lon_rad) * np.cos(found.lat_rad) * MEAN_RADIUS_M,
            (lat - found.lat_rad) * MEAN_RADIUS_M,
        ],
        -1,
    )
    known = np.isfinite(found.time_s)
    inverse = np.linalg.inv(found.covariance[known])
    return np.einsum("ni,nij,nj->n", off[known], inverse, off[known])


def upper(covariance: F64) -> F64:
    rows, columns = np.triu_indices(6)
    return covariance[:, rows, columns]


def sampled(ranges_m: tuple[float, float], runs: int, seed: int) -> F64:
    dice, found, done = np.random.default_rng(seed), list[F64](), 0
    while done < runs:
        position, velocity, flight_s, impact = flights(ranges_m, PIECE, dice)
        n = len(impact)
        step = (dice.uniform(0.15, 0.9, n) * flight_s / arcs.STEP_S).astype(int)
        at = step, np.arange(n)
        p, v, covariance = estimates(position[at], velocity[at], dice)
        d2 = distances2(kinematics(p, v, upper(covariance)), impact)[: runs - done]
        found.append(d2)
        done += len(d2)
    return np.concatenate(found)


RADARS = tuple(
    SensorSite(
        name=name,
        sac=1,
        sic=sic,
        lat_deg=lat,
        lon_deg=lon,
        height_m=100,
        period_s=period_s,
        range_max_m=900_000,
        elevation_max_deg=89,
        azimuth_sd_deg=0.1,
        elevation_sd_deg=0.1,
        clutter_per_scan=0,
        detection_probability=0.95,
    )
    for name, sic, lat, lon, period_s in (
        ("north", 1, -30.0, -17.0, 4.0),
        ("south", 2, -34.5, -18.5, 5.0),
    )
)


def seen_by(site: SensorSite, at_s: float, truth: F64, dice: np.random.Generator) -> Scan | None:
    """Return what a radar measures of objects (N, 3) at one time."""
    enu = (truth - ecef_from_geodetic(*site.origin)) @ enu_axes(site.lat_rad, site.lon_rad).T
    range_m = np.linalg.norm(enu, axis=1)
    elevation = np.arcsin(enu[:, 2] / range_m)
    seen = (elevation > 0.01) & (range_m < site.range_max_m)
    seen &= dice.random(len(truth)) < site.detection_probability
    if not seen.any():
        return None
    n, now_ns = int(seen.sum()), START_NS + round(at_s * 1e9)
    azimuth = np.arctan2(enu[seen, 0], enu[seen, 1]) + dice.normal(0, site.azimuth_sd_rad, n)
    columns = pack(
        Scan,
        time_ns=np.full(n, now_ns),
        range_m=range_m[seen] + dice.normal(0, site.range_sd_m, n),
        azimuth_rad=azimuth % (2 * np.pi),
        elevation_rad=elevation[seen] + dice.normal(0, site.elevation_sd_rad, n),
        range_rate_mps=np.full(n, np.nan),
        altitude_pressure_m=np.full(n, np.nan),
        address=np.zeros(n),
        mode3a=np.full(n, -1),
        detection=np.ones(n),
        callsign=np.full(n, b""),
    )
    header = Issuer("auria", "sensors", Context.EXERCISE).header(now_ns, now_ns)
    return Scan(**header, sensor=site.name, count=n, **columns)


def batches(position: F64, until_s: float, dice: np.random.Generator) -> Iterator[TrackBatch]:
    """Run the tracker on radars that see arcs (T, N, 3); yield what it says."""
    tracker = Tracker(Issuer("auria", "tracking", Context.EXERCISE), TrackingSettings(), RADARS)
    turns = [(t, r) for r in RADARS for t in np.arange(2.0, until_s, r.period_s)]
    for at_s, site in sorted(turns, key=lambda turn: turn[0]):
        step = min(round(at_s / arcs.STEP_S), len(position) - 1)
        scan = seen_by(site, at_s, position[step], dice)
        if scan is not None:
            out = [*tracker.handle(scan, scan.received_ns), *tracker.wake(scan.received_ns)]
            yield from (m for m in out if isinstance(m, TrackBatch))


def tracked(runs: int, seed: int) -> F64:
    """Return squared distances of predictions from the tracker's states, a few looks a missile."""
    dice, found, done = np.random.default_rng(seed), list[F64](), 0
    while done < runs:
        position, _, flight_s, impact = flights((300e3, 900e3), 24, dice)
        states, truths = list[tuple[F64, F64, F64]](), list[F64]()
        for batch in batches(position, float(flight_s.max()), dice):
            time_s = (array(batch, "time_ns") - START_NS) / 1e9
            for k in np.flatnonzero(dice.random(batch.count) < 0.05).tolist():
                truth = position[min(round(time_s[k] / arcs.STEP_S), len(position) - 1)]
                p = array(batch, "position_ecef_m")[k]
                gap = np.linalg.norm(truth - p, axis=1)
                who = int(gap.argmin())
                if gap[who] < 10e3 and time_s[k] < 0.9 * flight_s[who]:
                    v = array(batch, "velocity_ecef_mps")[k]
                    states.append((p, v, array(batch, "covariance")[k]))
                    truths.append(impact[who])
        p, v, triangle = (np.array(x) for x in zip(*states, strict=True))
        found.append(distances2(kinematics(p, v, triangle), np.array(truths)))
        done += len(states)
    return np.concatenate(found)


def launched(runs: int, seed: int) -> dict[str, Any]:
    """Return how often the fan of a launch holds its place and its time, with a direction or a burn
    time and without."""
    dice, held = np.random.default_rng(seed), {"place": 0, "both": 0}
    lat, lon = np.radians([-24.0, -18.0])
    for _ in range(runs):
        far_m = dice.uniform(60e3, 1_900e3)
        burn_s = float(np.clip(20 + far_m / 2e4 * dice.uniform(0.6, 1.4), 15, 120))
        way = dice.uniform(0, 2 * np.pi)
        elevation = np.radians(dice.uniform(28, 58))
        half = far_m / MEAN_RADIUS_M / 2
        # Free flight over a sphere, from the speed that reaches so far at this elevation.
        speed = arcs.free_flight_speed(np.array([far_m]), np.array([elevation]))[0]
        energy_m = MEAN_RADIUS_M / (2 - speed**2 * MEAN_RADIUS_M / 3.986004418e14)
        momentum = MEAN_RADIUS_M * speed * np.cos(elevation)
        shape = np.sqrt(max(1 - momentum**2 / 3.986004418e14 / energy_m, 0))
        at = np.arccos(np.clip((1 - MEAN_RADIUS_M / energy_m) / shape, -1, 1))
        flight_s = 2 * np.sqrt(energy_m**3 / 3.986004418e14) * (np.pi - at + shape * np.sin(at))
        true_s = flight_s + burn_s / 2
        place_lat = np.arcsin(
            np.sin(lat) * np.cos(2 * half) + np.cos(lat) * np.sin(2 * half) * np.cos(way)
        )
        place_lon = lon + np.arctan2(
            np.sin(way) * np.sin(2 * half) * np.cos(lat),
            np.cos(2 * half) - np.sin(lat) * np.sin(place_lat),
        )
        where = Place(
            name="P",
            nation="auria",
            kind="site",
            lat_deg=float(np.degrees(place_lat)),
            lon_deg=float(np.degrees(place_lon)),
            radius_m=1e3,
        )
        said = dice.normal(0, 3e3 / MEAN_RADIUS_M, 2)
        sees_way, sees_burn = dice.random(2) < 0.5
        seen_way = way + dice.normal(0, np.radians(SETTINGS.launch_course_sd_deg))
        point = LaunchPoint(
            cell(lat + said[0], lon + said[1] / np.cos(lat)),
            3e3 * np.sqrt(2),
            float(seen_way) if sees_way else None,
            burn_s if sees_burn else None,
        )
        found = fan(point, Places((where,)), SETTINGS)
        here = bool(len(found.place))
        sd_s = 2.0
        seen_s = true_s + dice.normal(0, sd_s)
        then = here and found.earliest_s[0] - 2 * sd_s <= seen_s <= found.latest_s[0] + 2 * sd_s
        held["place"] += here
        held["both"] += bool(then)
    return {"runs": runs, **{name: round(n / runs, 4) for name, n in held.items()}}


def routes(runs: int, kind: str, dice: np.random.Generator) -> tuple[F64, F64, F64, F64]:
    """Return positions (N, 2) east, north in m, velocities (N, 2), targets (N, 2) and times left
    (N,) at a random moment of routes over three waypoints, turns limited."""
    speed = dice.uniform(200, 280, runs) if kind == "cruise" else dice.uniform(40, 60, runs)
    limit_s = SETTINGS.cruise_horizon_s if kind == "cruise" else SETTINGS.drone_horizon_s
    far = speed * limit_s * dice.uniform(0.2, 0.95, runs)
    way = dice.uniform(0, 2 * np.pi, runs)
    ahead, side = (
        np.stack([np.sin(way), np.cos(way)], -1),
        np.stack([np.cos(way), -np.sin(way)], -1),
    )
    share = np.array([0.3, 0.65, 1.0])
    bend = dice.normal(0, 0.15, (runs, 3)) * [1, 1, 0]
    points = far[:, None, None] * (
        ahead[:, None] * share[:, None] + side[:, None] * bend[..., None]
    )
    turn = dice.uniform(0.2, 1.0, runs) * SETTINGS.turn_max_mps2 / speed
    course = np.arctan2(points[:, 0, 0], points[:, 0, 1])
    place, at = np.zeros((runs, 2)), np.zeros(runs, int)
    steps = int(1.6 * limit_s)
    track, heading = (
        np.full((steps, runs, 2), np.nan, np.float32),
        np.zeros((steps, runs), np.float32),
    )
    over = np.full(runs, steps - 1)
    for step in range(steps):
        flies = at < 3
        track[step, flies], heading[step] = place[flies], course
        goal = points[np.arange(runs), np.minimum(at, 2)] - place
        off = (np.arctan2(goal[:, 0], goal[:, 1]) - course + np.pi) % (2 * np.pi) - np.pi
        course = course + np.clip(off, -turn, turn)
        place = place + speed[:, None] * np.stack([np.sin(course), np.cos(course)], -1)
        close = np.hypot(*goal.T) < 1.5 * speed**2 / SETTINGS.turn_max_mps2 + 2 * speed
        at = np.where(flies & close, at + 1, at)
        over = np.where(flies & (at == 3), step, over)
    look = (dice.uniform(0, 1, runs) * over).astype(int)
    rows = np.arange(runs)
    course = heading[look, rows].astype(float)
    velocity = speed[:, None] * np.stack([np.sin(course), np.cos(course)], -1)
    done = at == 3
    return (
        track[look, rows].astype(float)[done],
        velocity[done],
        points[done, 2],
        (over - look).astype(float)[done],
    )


def air_breathers(kind: str, runs: int, seed: int) -> dict[str, Any]:
    dice = np.random.default_rng(seed)
    place, velocity, target, left_s = routes(runs, kind, dice)
    lat0, lon0 = np.radians([-32.0, -18.0])
    n = len(place)

    def geodetic(east_north: F64) -> tuple[F64, F64]:
        lat = lat0 + east_north[:, 1] / MEAN_RADIUS_M
        return lat, lon0 + east_north[:, 0] / MEAN_RADIUS_M / np.cos((lat + lat0) / 2)

    lat, lon = geodetic(place)
    sd_p, sd_v = 150.0, 2.0 if kind == "drone" else 5.0
    axes = np.swapaxes(enu_axes(lat, lon), 1, 2)
    enu = np.concatenate([velocity, np.zeros((n, 1))], 1)
    p = ecef_from_geodetic(lat, lon, np.full(n, 200.0)) + dice.normal(0, sd_p, (n, 3))
    v = np.einsum("nij,nj->ni", axes, enu) + dice.normal(0, sd_v, (n, 3))
    covariance = np.tile(np.diag([sd_p**2] * 3 + [sd_v**2] * 3), (n, 1, 1))
    track = kinematics(p, v, upper(covariance))
    horizon = SETTINGS.cruise_horizon_s if kind == "cruise" else SETTINGS.drone_horizon_s
    due = left_s <= horizon
    aim_lat, aim_lon = geodetic(target)
    spare = np.full(n, 1e3 + SETTINGS.margin_m) + 2 * track.position_sd_m
    soonest = earliest_s(track, np.arange(n), aim_lat, aim_lon, spare, AGILITY)
    # A place for each target, and 400 others to see how much the sets say.
    others = [(dice.uniform(-35, -29), dice.uniform(-21, -15)) for _ in range(400)]
    around = Places(
        tuple(
            Place(name=f"P{k}", nation="a", kind="site", lat_deg=y, lon_deg=x, radius_m=1e3)
            for k, (y, x) in enumerate(others)
        )
    )
    some = track.rows(np.arange(min(n, 200)))
    until = np.full(len(some.lat_rad), horizon)
    could = reachable(some, around, until, AGILITY, SETTINGS.margin_m, 400)
    cone = float(np.radians(SETTINGS.cone_deg))
    heads = reach(some, around, until, cone, SETTINGS.margin_m, 400)
    headed = np.zeros(n, np.bool_)
    for k in range(n):
        one = Places(
            (
                Place(
                    name="T",
                    nation="a",
                    kind="site",
                    lat_deg=float(np.degrees(aim_lat[k])),
                    lon_deg=float(np.degrees(aim_lon[k])),
                    radius_m=1e3,
                ),
            )
        )
        row = track.rows(np.array([k]))
        headed[k] = bool(len(reach(row, one, until[:1], cone, SETTINGS.margin_m).place))
    bins = ((0, 120), (120, 300), (300, 900), (900, 2700))
    return {
        "runs": int(due.sum()),
        "reachable_holds_place": round(float((soonest <= horizon)[due].mean()), 4),
        "earliest_not_after_arrival": round(float((soonest <= left_s + 2)[due].mean()), 4),
        "share_of_places_reachable": round(len(could.place) / len(some.lat_rad) / 400, 3),
        "share_of_places_headed_for": round(len(heads.place) / len(some.lat_rad) / 400, 3),
        "headed_for_holds_place_by_time_left_s": {
            f"{low}-{high}": round(float(headed[(left_s >= low) & (left_s < high)].mean()), 3)
            for low, high in bins
            if ((left_s >= low) & (left_s < high)).any()
        },
    }


def reliability(d2: F64) -> dict[str, Any]:
    shares = [float((d2 <= -2 * np.log(1 - level)).mean()) for level in LEVELS]
    held = dict(zip((f"{level:g}" for level in LEVELS), np.round(shares, 4).tolist(), strict=True))
    return {"runs": len(d2), "holds": held, "in_95": held["0.95"]}


COLOURS = {"ballistic": "#1f5fa8", "rocket": "#b3541e", "tracker": "#3d7a3d"}


def plot(results: dict[str, Any], path: Path) -> None:
    """Draw predicted against observed shares."""
    side, edge = 360.0, 50.0

    def at(points: F64) -> F64:
        return np.stack([edge + points[:, 0] * side, edge + (1 - points[:, 1]) * side], -1)

    line = np.array([[0.0, 0.0], [1.0, 1.0]])
    low, high = BAR_ELLIPSE
    band = np.array([[0.93, low], [0.97, low], [0.97, high], [0.93, high]])
    parts = [
        element("rect", x=edge, y=edge, width=side, height=side, fill="none", stroke="#888"),
        element("path", d=line_path(at(line)), stroke="#bbb", fill="none"),
        element("path", d=line_path(at(band), closed=True), fill="#dfeadf"),
        words("what the ellipse is said to hold", edge + 80, edge + side + 34, font_size=13),
        words("what it holds", edge, edge - 12, font_size=13),
    ]
    for k, (name, colour) in enumerate(COLOURS.items()):
        shares = np.array(list(results[name]["holds"].values()))
        points = at(np.stack([LEVELS, shares], -1))
        parts.append(element("path", d=line_path(points), stroke=colour, fill="none"))
        parts += [element("circle", cx=x, cy=y, r=3, fill=colour) for x, y in points.tolist()]
        told = f"{name}: {results[name]['in_95']:.1%} in 95 %"
        parts.append(words(told, edge + 16, edge + 24 + 18 * k, fill=colour, font_size=13))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document(side + 2 * edge, side + 2 * edge, parts), "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", type=Path, default=Path("build/threat-reliability.svg"))
    a = parser.parse_args()
    results: dict[str, Any] = {
        "ballistic": reliability(sampled((200e3, 1_500e3), a.runs, a.seed)),
        "rocket": reliability(sampled((15e3, 90e3), a.runs, a.seed + 1)),
        "tracker": reliability(tracked(max(a.runs // 10, 200), a.seed + 2)),
        "launch": launched(a.runs, a.seed + 3),
        "cruise": air_breathers("cruise", a.runs, a.seed + 4),
        "drone": air_breathers("drone", a.runs, a.seed + 5),
    }
    plot(results, a.plot)
    low, high = BAR_ELLIPSE
    met = all(low <= results[name]["in_95"] <= high for name in ("ballistic", "rocket"))
    # The real tracker states falling tracks wider than they are: never too sharp is the bar here.
    met &= results["tracker"]["in_95"] >= low
    met &= results["launch"]["both"] >= BAR_SET
    met &= all(results[name]["reachable_holds_place"] >= BAR_SET for name in ("cruise", "drone"))
    print(json.dumps(results | {"met": bool(met)}, indent=1))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
