"""What threat evaluation costs: 10,000 zones x 1,000 threats within 1 s on one core, and 2,000
defended sites x 300 threats ranked within 200 ms. Prints JSON; CPU seconds of this process.

Zones: 10,000 irregular polygons of 4 nations over about 900 x 900 km, as dense as localities of a
settled country. Threats: a third each ballistic, cruise and drone, aimed into the area, with
covariances of radar tracks. `room` is the whole warning room on one batch of all of them.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from skypact.core.columns import pack
from skypact.core.geodesy import ecef_from_geodetic, enu_axes
from skypact.core.ids import Issuer
from skypact.core.messages import Context, SystemTracks, ThreatClass
from skypact.warning.places import Places
from skypact.warning.settings import Place, WarningSettings
from skypact.warning.threat.evaluate import evaluate
from skypact.warning.threat.kinematics import Kinematics, kinematics
from skypact.warning.threat.ranking import ranked
from skypact.warning.warnings import Warnings

NATIONS = ("auria", "borvia", "cestia", "dunara")
MIDDLE, HALF_DEG = (-32.0, -18.0), 4.2
START_NS = 1_800_000_000_000_000_000
KINDS = (ThreatClass.BALLISTIC, ThreatClass.CRUISE, ThreatClass.DRONE)
ZONES_BAR_S, RANKED_BAR_S = 1.0, 0.2


def zones(count: int, dice: np.random.Generator) -> tuple[Place, ...]:
    """Return star-shaped zones of 6 to 30 corners and 1 to 8 km."""
    made: list[Place] = []
    for k in range(count):
        corners = int(dice.integers(6, 31))
        turn = np.arange(corners) * 2 * np.pi / corners
        radius = dice.uniform(1e3, 8e3) * dice.uniform(0.6, 1.0, corners) / 111_195
        middle = np.array(MIDDLE) + dice.uniform(-HALF_DEG, HALF_DEG, 2)
        lat = middle[0] + radius * np.cos(turn)
        lon = middle[1] + radius * np.sin(turn) / np.cos(np.radians(middle[0]))
        polygon = tuple(zip(lat.tolist(), lon.tolist(), strict=True))
        nation = NATIONS[k % len(NATIONS)]
        made.append(Place(name=f"Zone {k}", nation=nation, kind="zone", polygon=polygon))
    return tuple(made)


def sites(count: int, dice: np.random.Generator) -> tuple[Place, ...]:
    return tuple(
        Place(
            name=f"Site {k}",
            nation=NATIONS[k % len(NATIONS)],
            kind="site",
            lat_deg=MIDDLE[0] + dice.uniform(-HALF_DEG, HALF_DEG),
            lon_deg=MIDDLE[1] + dice.uniform(-HALF_DEG, HALF_DEG),
            radius_m=dice.uniform(500, 5_000),
        )
        for k in range(count)
    )


def threats(count: int, dice: np.random.Generator) -> tuple[Any, Any, Any]:
    """Return positions, velocities (N, 3) and upper triangles (N, 21), a third of each kind."""
    position, velocity = np.empty((count, 3)), np.empty((count, 3))
    triangle = np.empty((count, 21))
    for k in range(count):
        kind = KINDS[k % 3]
        fast = {1: dice.uniform(1_000, 2_500), 2: dice.uniform(200, 280), 3: dice.uniform(40, 60)}
        height = {1: dice.uniform(40e3, 150e3), 2: 100.0, 3: dice.uniform(100, 2_000)}
        climb = -dice.uniform(0, 800) if kind is ThreatClass.BALLISTIC else 0.0
        lat, lon = np.radians(np.array(MIDDLE) + dice.uniform(-6, 6, 2))
        aim = np.radians(np.array(MIDDLE) + dice.uniform(-2, 2, 2))
        course = np.arctan2((aim[1] - lon) * np.cos(lat), aim[0] - lat)
        enu = np.array([np.sin(course), np.cos(course), 0]) * fast[kind] + [0, 0, climb]
        position[k] = ecef_from_geodetic(lat, lon, height[kind])
        velocity[k] = enu_axes(lat, lon).T @ enu
        spread = np.diag([200.0**2] * 3 + [(0.01 * fast[kind] + 1) ** 2] * 3)
        triangle[k] = spread[np.triu_indices(6)]
    return position, velocity, triangle


def classes(count: int) -> Any:
    return np.array([int(KINDS[k % 3]) for k in range(count)], np.uint8)


def cost(work: Callable[[], Any], times: int = 5) -> float:
    """Return the median CPU seconds of a call."""
    spent: list[float] = []
    for _ in range(times):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return round(statistics.median(spent), 3)


def batch(position: Any, velocity: Any, triangle: Any, at_ns: int) -> SystemTracks:
    n = len(position)
    header = Issuer("auria", "picture", Context.EXERCISE).header(at_ns, at_ns)
    columns = pack(
        SystemTracks,
        number=np.arange(1, n + 1),
        time_ns=np.full(n, at_ns),
        position_ecef_m=position,
        velocity_ecef_mps=velocity,
        covariance=triangle,
        quality=np.full(n, 10),
        detected_ns=np.full(n, at_ns),
        confirmed_ns=np.full(n, at_ns),
        detection=np.ones(n),
        address=np.zeros(n),
        callsign=np.full(n, b""),
    )
    return SystemTracks(**header, count=n, **columns)


def zone_costs(zone_count: int, threat_count: int, seed: int) -> dict[str, Any]:
    dice, settings = np.random.default_rng(seed), WarningSettings()
    defended = zones(zone_count, dice)
    began = time.process_time()
    places = Places(defended)
    built_s = time.process_time() - began
    states = threats(threat_count, dice)
    track, kind = kinematics(*states), classes(threat_count)
    age = np.zeros(threat_count)
    found = evaluate(track, kind, age, places, settings)
    room = Warnings(Issuer("auria", "warning", Context.EXERCISE), settings, defended)
    first = time.process_time()
    out = room.handle(batch(*states, START_NS), START_NS)
    first_s = time.process_time() - first
    later_ns = START_NS + 1_000_000_000
    again = time.process_time()
    room.handle(batch(*states, later_ns), later_ns)
    next_s = time.process_time() - again
    return {
        "zones": zone_count,
        "threats": threat_count,
        "threatened_pairs_named": sum(map(len, found.places.values())),
        "threats_with_places": len(found.places),
        "build_cpu_s": round(built_s, 3),
        "evaluate_cpu_s": cost(lambda: evaluate(track, kind, age, places, settings)),
        "room_first_batch_cpu_s": round(first_s, 3),
        "room_next_batch_cpu_s": round(next_s, 3),
        "messages": len(out),
    }


def rank_costs(site_count: int, threat_count: int, seed: int) -> dict[str, Any]:
    dice, settings = np.random.default_rng(seed), WarningSettings()
    places = Places(sites(site_count, dice))
    track: Kinematics = kinematics(*threats(threat_count, dice))
    kind, age = classes(threat_count), np.zeros(threat_count)
    rank = ranked(track, kind, age, places, settings)
    return {
        "sites": site_count,
        "threats": threat_count,
        "sites_threatened": len(rank.place),
        "pairs": int(rank.threats.sum()),
        "ranked_cpu_s": cost(lambda: ranked(track, kind, age, places, settings)),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    of_zones = zone_costs(10_000, 1_000, a.seed)
    of_sites = rank_costs(2_000, 300, a.seed)
    met = of_zones["evaluate_cpu_s"] <= ZONES_BAR_S and of_sites["ranked_cpu_s"] <= RANKED_BAR_S
    print(json.dumps({"zones": of_zones, "ranking": of_sites, "met": bool(met)}, indent=1))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
