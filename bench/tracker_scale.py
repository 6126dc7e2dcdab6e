"""How the tracker's cost grows: python bench/tracker_scale.py [--sizes 1100,3400,12500,46000]

Prints one JSON object a size and one for all. Density of targets and sensors is constant: the region
grows with the root of the number (--region at 1,000 targets), the sensors with the number up to
--sensors. `load` is CPU seconds of tracking a second of scenario; `slope` the log-log growth of it,
`slope_per_plot` of the cost of a plot plus one (what is left when more sensors see more).
`--artas` runs the published size of EUROCONTROL's ARTAS instead: 4,000 tracks, 30 sensors, 2,000
reports a second. `--timing rotating` hands plots over in pieces of a second.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from skypact.core.jit import warm
from skypact.edge.scenario_file import read_scenario
from skypact.edge.runs.scenario import run_scenario

HERE = Path(__file__).resolve().parent


def scenario(path: Path, *options: object) -> None:
    command = [sys.executable, str(HERE / "air_scenario.py"), str(path), *map(str, options)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def measure(path: Path, a: argparse.Namespace) -> dict[str, object]:
    """Run a scenario through the engine; return its size and its cost."""
    read = read_scenario(path)
    best_s, found = np.inf, []
    for _ in range(a.repeat):
        begun = time.process_time()
        found = run_scenario(read)
        best_s = min(best_s, time.process_time() - begun)
    plots = int(read.plots.size)
    return {
        "plots": plots,
        "pieces": len(read.pieces),
        "tracks": int(np.median([numbers.size for numbers, *_ in found[len(found) // 2 :]])),
        "plots_per_s": round(plots / a.duration, 1),
        "cpu_s": round(best_s, 3),
        "plots_per_cpu_s": round(plots / best_s),
        "us_per_plot": round(1e6 * best_s / plots, 2),
        "load": round(best_s / a.duration, 4),
    }


def sizes(a: argparse.Namespace, folder: Path) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for targets in a.sizes:
        path = folder / f"{targets}.npz"
        sensors = min(max(3, round(a.sensors * targets / max(a.sizes))), a.sensors)
        if a.all_sensors:
            sensors = a.sensors
        region_m = a.region * np.sqrt(targets / 1000)
        scenario(
            path,
            *("--targets", targets, "--sensors", sensors, "--region", region_m),
            *("--duration", a.duration, "--clutter", a.clutter, "--seed", a.seed),
            *("--timing", a.timing, "--eval-dt", 10, "--mix", a.mix),
        )
        rows.append({"targets": targets, "sensors": sensors} | measure(path, a))
        print(json.dumps(rows[-1]), flush=True)
    return rows


def growth(rows: list[dict[str, object]]) -> dict[str, object]:
    """Return the log-log growth over the tracks held."""
    tracks = np.log([float(str(r["tracks"])) for r in rows])
    load = np.log([float(str(r["cpu_s"])) for r in rows])
    plots = np.log([float(str(r["plots"])) for r in rows])
    slope = float(np.polyfit(tracks, load, 1)[0])
    per_plot = 1 + float(np.polyfit(tracks, load - plots, 1)[0])
    last = float(str(rows[-1]["load"]))
    met = slope <= 1.1 and last <= 1.0
    return {"slope": round(slope, 3), "slope_per_plot": round(per_plot, 3), "met": met}


def artas(a: argparse.Namespace, folder: Path) -> dict[str, object]:
    path = folder / "artas.npz"
    scenario(
        path,
        *("--targets", 4400, "--sensors", 30, "--region", 1300e3, "--scan-period", 8),
        *("--duration", a.duration, "--clutter", a.clutter, "--seed", a.seed),
        *("--timing", a.timing, "--eval-dt", 10, "--mix", a.mix),
    )
    row = {"size": "artas", "sensors": 30} | measure(path, a)
    return row | {"met": float(str(row["load"])) <= 0.02 * float(str(row["plots_per_s"])) / 2000}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--sizes", type=lambda s: [int(x) for x in s.split(",")])
    p.add_argument("--sensors", type=int, default=20)
    p.add_argument("--all-sensors", action="store_true", help="all sensors at every size")
    p.add_argument("--region", type=float, default=250e3, help="its side at 1,000 targets, m")
    p.add_argument("--duration", type=float, default=60.0)
    p.add_argument("--clutter", type=float, default=20.0)
    p.add_argument("--timing", choices=("scan", "rotating"), default="scan")
    p.add_argument("--mix", default="0.5,0.2,0.15,0.15,0", help="as air_scenario.py takes it")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--repeat", type=int, default=2)
    p.add_argument("--artas", action="store_true")
    a = p.parse_args()
    a.sizes = a.sizes or [1100, 3400, 12500, 46000]
    warm()
    with tempfile.TemporaryDirectory() as folder:
        if a.artas:
            print(json.dumps(artas(a, Path(folder))))
        else:
            print(json.dumps(growth(sizes(a, Path(folder)))))


if __name__ == "__main__":
    main()
