#!/usr/bin/env python3
"""Skypact's tracker against Stone Soup on the same scenarios, in one run; prints JSON.

  python bench/track_vs_stonesoup.py --stonesoup-python VENV/bin/python [--seeds 1,2,3]
      [--targets 50] [--clutter 5] [--duration 180] [--tracker gnn_kd] [--work DIR]

One line a scenario and one for all. Speed is detections a CPU second of the tracker alone on both
sides (reading, import and compile time left out). Stone Soup's figures are kept in --work under
the hash of the scenario file and the runner; give --fresh to measure them again.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def call(*command):
    done = subprocess.run(
        [str(x) for x in command],
        capture_output=True,
        text=True,
        timeout=3600,
        env=dict(os.environ, OMP_NUM_THREADS="1"),
    )
    if done.returncode:
        sys.exit(f"{command}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def scenario(a, seed, work):
    path = work / f"t{a.targets}_c{a.clutter:g}_d{a.duration:g}_s{seed}.npz"
    call(
        sys.executable,
        HERE / "air_scenario.py",
        path,
        "--targets",
        a.targets,
        "--clutter",
        a.clutter,
        "--duration",
        a.duration,
        "--seed",
        seed,
        *a.extra,
    )
    return path


def stone_soup(a, path, work):
    key = hashlib.sha256(path.read_bytes() + (HERE / "stonesoup_baseline.py").read_bytes())
    kept = work / f"stonesoup_{a.tracker}_{key.hexdigest()[:16]}.json"
    if a.fresh or not kept.exists():
        kept.write_text(
            json.dumps(
                call(
                    a.stonesoup_python, HERE / "stonesoup_baseline.py", path, "--tracker", a.tracker
                )
            )
        )
    return json.loads(kept.read_text())


def skypact(a, path, work):
    tracks = work / (path.stem + "_tracks.npz")
    runs = [call(a.skypact, "track", path, "--out", tracks) for _ in range(a.repeat)]
    best = max(runs, key=lambda r: r["det_per_cpu_s"])
    return best, call(sys.executable, HERE / "score_tracks.py", path, tracks)


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--stonesoup-python", required=True)
    p.add_argument("--skypact", default=str(Path(sys.executable).parent / "skypact"))
    p.add_argument("--seeds", default="1,2,3")
    p.add_argument("--targets", type=int, default=50)
    p.add_argument("--clutter", type=float, default=5.0)
    p.add_argument("--duration", type=float, default=180.0)
    p.add_argument("--tracker", default="gnn_kd")
    p.add_argument("--repeat", type=int, default=3, help="runs of ours; the fastest counts")
    p.add_argument("--work", type=Path)
    p.add_argument("--fresh", action="store_true")
    p.add_argument("extra", nargs="*", help="more options for air_scenario.py, after --")
    a = p.parse_args()
    work = a.work or Path(tempfile.mkdtemp())
    work.mkdir(parents=True, exist_ok=True)
    keys = (
        "gospa_per_truth",
        "completeness",
        "spuriousness",
        "ambiguity",
        "id_switches",
        "pos_rmse",
    )
    lines = []
    for seed in a.seeds.split(","):
        path = scenario(a, seed, work)
        ours, score = skypact(a, path, work)
        peer = stone_soup(a, path, work)
        lines.append(
            dict(
                seed=int(seed),
                detections=ours["detections"],
                det_per_cpu_s=ours["det_per_cpu_s"],
                stonesoup_det_per_cpu_s=peer["det_per_s"],
                speed_ratio=round(ours["det_per_cpu_s"] / peer["det_per_s"], 1),
                compile_s=ours["compile_s"],
                **{k: score[k] for k in keys},
                stonesoup={k: peer["score"][k] for k in keys},
                stonesoup_completed=peer["completed"],
                gospa_ratio=round(score["gospa_per_truth"] / peer["score"]["gospa_per_truth"], 3),
                by_class={k: v["completeness"] for k, v in score["by_class"].items()},
            )
        )
        print(json.dumps(lines[-1]), flush=True)
    worst_speed = min(x["speed_ratio"] for x in lines)
    worst_gospa = max(x["gospa_ratio"] for x in lines)
    print(
        json.dumps(
            dict(
                bench="track_vs_stonesoup",
                tracker=a.tracker,
                targets=a.targets,
                clutter=a.clutter,
                least_speed_ratio=worst_speed,
                worst_gospa_ratio=worst_gospa,
                passed=worst_speed >= 200 and worst_gospa <= 1.0,
            )
        )
    )


if __name__ == "__main__":
    main()
