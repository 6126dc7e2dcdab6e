"""Every accuracy and speed bar of the tracker, against Stone Soup on the same files; prints JSON.

  python bench/tracking_bars.py --peer VENV/bin/python --cache DIR [--seeds 11,12,13,14,15] [--no-speed]

Accuracy: 20 files, 5 seeds each at 20, 50, 100 and 200 targets, 3 radars, 5 false plots a scan,
180 s; each is compared with the better of two of Stone Soup's trackers on that file. Speed: longer
files, at least 30,000 plots each, best of three runs; Stone Soup's speed is measured in the same run.
Peer figures for accuracy are kept (`runs.py`): 50 minutes when none is kept, else about 4.
"""

import json
import sys
from typing import Any

import numpy as np
from runs import (
    PEER_TRACKERS,
    SIZES,
    call,
    HERE,
    common_arguments,
    ours,
    peer,
    scenario,
)

# Perfect association with the same plots, an IMM of three and two hits, seed 1 (GOSPA per truth, m).
ORACLE_M = {20: 778, 50: 754, 100: 684, 200: 682}
CEILING_DET_PER_S = 480_000
LEAST_DETECTIONS = 30_000
# targets: (duration s for at least LEAST_DETECTIONS plots, least plots a CPU second)
SPEED = {
    40: (6300, 100_000),
    70: (4400, 100_000),
    100: (1900, 100_000),
    200: (900, 150_000),
    500: (420, 150_000),
    1000: (240, 150_000),
}
KEYS = ("gospa_per_truth", "completeness", "spuriousness", "ambiguity", "id_switches", "pos_rmse")


def accuracy(a: Any) -> list[dict[str, Any]]:
    """Return one row a file: our figures and the peer's best."""
    rows = []
    for targets in SIZES:
        for seed in a.seeds:
            path = scenario(a.work, targets, seed)
            mine = ours(path)["score"]
            peers = {t: peer(path, t, a.peer, a.cache) for t in PEER_TRACKERS}
            best = min(peers, key=lambda t: peers[t]["score"]["gospa_per_truth"])
            theirs = peers[best]["score"]["gospa_per_truth"]
            rows.append(
                {"targets": targets, "seed": seed}
                | {k: mine[k] for k in KEYS}
                | {
                    "ballistic": mine["by_class"].get("ballistic", {}).get("completeness"),
                    "peer": best,
                    "peer_gospa_per_truth": theirs,
                    "peer_completed": all(p["completed"] for p in peers.values()),
                    "ratio": round(mine["gospa_per_truth"] / theirs, 4),
                }
            )
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return rows


def mean(rows: list[dict[str, Any]], key: str, *sizes: int) -> float:
    picked = [r[key] for r in rows if not sizes or r["targets"] in sizes]
    return round(float(np.mean([x for x in picked if x is not None])), 4)


def accuracy_bars(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return each bar as value, limit and whether it is met."""
    bars = {
        "gospa_ratio_mean": at_most(mean(rows, "ratio"), 0.85),
        **{f"gospa_ratio_{n}": at_most(mean(rows, "ratio", n), 0.95) for n in SIZES},
        "spuriousness": at_most(mean(rows, "spuriousness"), 0.02),
        "ambiguity": at_most(mean(rows, "ambiguity"), 1.01),
        "completeness": at_least(mean(rows, "completeness"), 0.93),
        "ballistic_100": at_least(mean(rows, "ballistic", 100), 0.6),
        "ballistic_200": at_least(mean(rows, "ballistic", 200), 0.6),
        "id_switches_200_most": at_most(
            max(r["id_switches"] for r in rows if r["targets"] == 200), 15
        ),
    }
    return bars


def at_most(value: float, limit: float) -> dict[str, Any]:
    return {"value": value, "at_most": limit, "met": value <= limit}


def at_least(value: float, limit: float) -> dict[str, Any]:
    return {"value": value, "at_least": limit, "met": value >= limit}


def speed_bars(a: Any) -> dict[str, Any]:
    """Return a bar for each size, and the ratio to Stone Soup at 200 targets."""
    bars: dict[str, Any] = {}
    for targets, (duration_s, limit) in SPEED.items():
        found = ours(scenario(a.work, targets, a.seeds[0], "--duration", duration_s), repeat=3)
        rate, count = found["det_per_cpu_s"], found["detections"]
        bar = at_least(rate, limit)
        bar |= {"detections": count, "share_of_ceiling": round(rate / CEILING_DET_PER_S, 3)}
        bars[f"det_per_cpu_s_{targets}"] = bar | {"met": bar["met"] and count >= LEAST_DETECTIONS}
    path = scenario(a.work, 200, a.seeds[0])
    runner = [a.peer, HERE / "stonesoup_baseline.py", path, "--tracker", "gnn_kd", "--limit", 45]
    theirs = call(*runner)["det_per_s"]
    ratio = round(bars["det_per_cpu_s_200"]["value"] / theirs, 1)
    bars["speed_ratio_200"] = at_least(ratio, 1000) | {"peer_det_per_s": theirs}
    return bars


def oracle_distance(a: Any) -> dict[str, Any]:
    """Return our GOSPA per truth over that of perfect association, on its own files (seed 1)."""
    found = {}
    for targets, best_m in ORACLE_M.items():
        mine_m = ours(scenario(a.work, targets, 1))["score"]["gospa_per_truth"]
        found[str(targets)] = {"ours": mine_m, "oracle": best_m, "ratio": round(mine_m / best_m, 3)}
    return found


def main() -> int:
    parser = common_arguments(__doc__.split("\n")[0])
    parser.add_argument("--no-speed", action="store_true")
    parser.add_argument("--no-accuracy", action="store_true")
    a = parser.parse_args()
    rows = [] if a.no_accuracy else accuracy(a)
    bars = accuracy_bars(rows) if rows else {}
    if not a.no_speed:
        bars |= speed_bars(a)
    met = all(bar["met"] for bar in bars.values())
    oracle = {} if a.no_accuracy else oracle_distance(a)
    missed = [name for name, bar in bars.items() if not bar["met"]]
    print(
        json.dumps(
            {"bench": "tracking_bars", "met": met, "missed": missed, "bars": bars,
             "to_oracle": oracle, "files": rows}
        )
    )  # fmt: skip
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
