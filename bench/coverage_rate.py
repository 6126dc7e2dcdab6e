"""Coverage of 200 sensors at 3 heights, with the warning of 40 places from 36 directions, against
the bar of 5 s, and against brute force on a sample: python bench/coverage_rate.py"""

import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from skypact.core.geodesy import ecef_from_geodetic  # noqa: E402
from skypact.core.site import SensorSite  # noqa: E402
from skypact.exercise.arcs import height_m  # noqa: E402
from skypact.exercise.coverage.coverage import approaches, by_nation, grid_around, seen  # noqa: E402
from skypact.exercise.coverage.coverage import Owned  # noqa: E402
from skypact.exercise.scenario import load  # noqa: E402
from skypact.exercise.sensing import Radar  # noqa: E402
from skypact.exercise.truth import Truth  # noqa: E402
from skypact.warning.settings import Place  # noqa: E402

HEIGHTS_M, BAR_S = (50.0, 300.0, 3000.0), 5.0


def main() -> int:
    dice = np.random.default_rng(1)
    sensors = [
        Owned(
            f"n{k % 6}",
            SensorSite(
                name=f"s{k}",
                sac=k // 250,
                sic=k % 250,
                lat_deg=float(dice.uniform(20, 32)),
                lon_deg=float(dice.uniform(36, 58)),
                height_m=float(dice.uniform(20, 1200)),
                mast_m=20.0,
                period_s=5.0,
                range_max_m=float(dice.uniform(150e3, 470e3)),
            ),
        )
        for k in range(200)
    ]
    places = [
        Place(
            name=f"p{k}",
            nation=f"n{k % 6}",
            kind="site",
            lat_deg=float(dice.uniform(21, 31)),
            lon_deg=float(dice.uniform(37, 57)),
            radius_m=10_000.0,
        )
        for k in range(40)
    ]
    seen(sensors[:1], np.zeros(1), np.zeros(1), 100.0, 1.0)
    wall, cpu = time.perf_counter(), time.process_time()
    cells = 0
    for height in HEIGHTS_M:
        grid = grid_around(sensors, places, height)
        which = seen(sensors, *grid.points_rad, height, 1.0)
        by_nation(sensors, which)
        cells += which.shape[1]
        for place in places:
            approaches(sensors, place, height, 1.0)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    truth = Truth(load("first_night"))
    truth.rcs_m2 = np.ones(3000)
    differ = 0
    for height in HEIGHTS_M:
        lat, lon = np.radians(dice.uniform((18, 34), (34, 60), (3000, 2))).T
        points = ecef_from_geodetic(lat, lon, height)
        found = seen(sensors, lat, lon, height, 1.0)
        for k, (_, site) in enumerate(sensors):
            radar = Radar(site, truth, 1)
            differ += int(
                (found[k] != radar.in_sight(radar.polar_of(points), height_m(points))).sum()
            )
    checked = len(sensors) * 3000 * len(HEIGHTS_M)
    met = cpu <= BAR_S and differ / checked < 1e-4
    figures = {
        "sensors": len(sensors),
        "heights_m": HEIGHTS_M,
        "cells": cells,
        "places": len(places),
    }
    figures |= {"cpu_s": round(cpu, 3), "wall_s": round(wall, 3), "bar_s": BAR_S}
    print(json.dumps({**figures, "checked": checked, "differ": differ, "met": met}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
