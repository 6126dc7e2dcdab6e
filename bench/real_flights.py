"""Real flights as truth under our radar model: does the tracker hold them? Prints JSON.

  python bench/real_flights.py [--seeds 1,2,3,4,5] [--clutter 5]

The flights are those of `src/skypact/data/recorded_traffic.npz` (20 minutes around Paris, ADS-B at
1 s; licence beside it). Three radars are put among them, with the noise, misses, false plots and
coverage of `air_scenario.py`. Bar: completeness within coverage at least 0.97, mean of all seeds.
"""

import json
import sys
from pathlib import Path
from typing import Any

import air_scenario
import numpy as np
from numpy.typing import NDArray
from runs import HERE, common_arguments, ours
from scipy.ndimage import median_filter
from scipy.signal import savgol_filter

DATA = HERE.parent / "src/skypact/data/recorded_traffic.npz"
FOOT_M = 0.3048
GAP_S = 10  # a longer silence of the receiver ends a truth
STRAY_M = 500.0  # a report this far from the median of its neighbours is an error of the receiver
SMOOTH_S = 9  # times are rounded to a second, 100-250 m of flight
LEAST_S = 60
LEAST_COMPLETENESS = 0.97
KEYS = ("completeness", "spuriousness", "ambiguity", "id_switches", "pos_rmse", "pos_median")


def truths(frame: air_scenario.Frame, steps: int) -> dict[str, NDArray[Any]]:
    """Return the flights on a grid of 1 s as `air_scenario.generate` wants its targets."""
    with np.load(DATA) as z:
        columns = {k: z[k] for k in ("second", "flight", "lat_microdeg", "lon_microdeg")}
        height = z["altitude_pressure_ft"] * FOOT_M
    lat, lon = (np.radians(columns[k] * 1e-6) for k in ("lat_microdeg", "lon_microdeg"))
    place = (air_scenario.lla_to_ecef(lat, lon, height) - frame.o) @ frame.rot.T
    legs: list[NDArray[np.int64]] = []
    for flight in np.unique(columns["flight"]):
        mine = np.flatnonzero(columns["flight"] == flight)
        # A report that repeats the place before it is old: the receiver heard nothing new.
        fresh = np.r_[True, np.diff(place[mine], axis=0).any(axis=1)]
        mine = mine[fresh]
        around = median_filter(place[mine], (7, 1), mode="nearest")
        mine = mine[np.linalg.norm(place[mine] - around, axis=1) < STRAY_M]
        second = columns["second"][mine].astype(int)
        legs += np.split(mine, np.flatnonzero(np.diff(second) > GAP_S) + 1)
    legs = [leg for leg in legs if np.ptp(columns["second"][leg]) >= LEAST_S]
    pos = np.full((steps, len(legs), 3), np.nan)
    for i, leg in enumerate(legs):
        second = columns["second"][leg].astype(int)
        grid = np.arange(second[0], second[-1] + 1)
        for axis in range(3):
            line = np.interp(grid, second, place[leg, axis])
            pos[grid, i, axis] = savgol_filter(line, SMOOTH_S, 2, mode="interp")
    alive = np.isfinite(pos[..., 0])
    vel = np.gradient(pos, axis=0)
    step = np.diff(pos, axis=0)
    vel[:-1] = np.where(np.isfinite(vel[:-1]), vel[:-1], step)
    vel[1:] = np.where(np.isfinite(vel[1:]), vel[1:], step)
    nothing = np.zeros(len(legs), int)
    return {"t": np.arange(steps) * 1.0, "cls": nothing, "group": nothing - 1,
            "pos": pos, "vel": vel, "alive": alive}  # fmt: skip


def real_scenario(work: Path, seed: int, words: list[str]) -> Path:
    """Return the scenario file of one seed, made anew."""
    work.mkdir(parents=True, exist_ok=True)
    path = work / f"real_flights_s{seed}.npz"
    fixed = ["--duration", "1199", "--step", "1", "--lat0", "48.85", "--lon0", "2.35"]
    a = air_scenario.parser().parse_args([str(path), "--clutter", "5", *fixed, *words])
    a.seed = seed
    frame = air_scenario.Frame(False, a.lat0, a.lon0)
    targets = truths(frame, round(a.duration) + 1)
    a.targets = len(targets["cls"])
    np.savez_compressed(path, **air_scenario.generate(a, targets))
    return path


def main() -> int:
    parser = common_arguments(__doc__.split("\n")[0])
    parser.set_defaults(seeds=(1, 2, 3, 4, 5))
    a, words = parser.parse_known_args()
    rows = []
    for seed in a.seeds:
        path = real_scenario(a.work, seed, words)
        found = ours(path)
        with np.load(path) as z:
            covered = float(z["truth_cov"].mean())
        rows.append(
            {"seed": seed, "detections": found["detections"], "covered_share": round(covered, 3)}
            | {k: found["score"][k] for k in KEYS}
        )
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    completeness = round(float(np.mean([r["completeness"] for r in rows])), 4)
    print(
        json.dumps(
            {
                "bench": "real_flights",
                "completeness": completeness,
                "at_least": LEAST_COMPLETENESS,
                "met": completeness >= LEAST_COMPLETENESS,
                "files": rows,
            }
        )
    )
    return 0 if completeness >= LEAST_COMPLETENESS else 1


if __name__ == "__main__":
    sys.exit(main())
