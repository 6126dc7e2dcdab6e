"""Is the tracker as sure as it may be? Errors against its own covariance; prints JSON.

  python bench/consistency.py [--seeds 21,22,23] [--targets 100] [extra words for air_scenario.py]

Each confirmed track is compared right after a plot went into it with the truth of that moment.
Pairs are those of least total distance, at most 3 km apart. NEES: the squared error measured by the
inverse covariance; per dimension its mean is 1 for a filter that is as sure as it may be, more for
one that is too sure (Bar-Shalom, Li, Kirubarajan 2001, 5.4). Bar, for each class: mean NEES per
dimension of position 0.7-1.5; the 95 % ellipse holds 92-98 % of the truths.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from runs import common_arguments, scenario
from scipy.optimize import linear_sum_assignment
from scipy.stats import chi2

from skypact.edge.scenario_file import START_NS, read_scenario, scenario_settings
from skypact.tracking.engine import Engine

F64 = NDArray[np.float64]
PAIR_M = 3000.0
NEES_BAR = (0.7, 1.5)
INSIDE_BAR = (0.92, 0.98)


def states(path: Path) -> tuple[F64, F64, F64]:
    """Return times (n,) s, states (n, 6) and covariances (n, 6, 6) in the scenario's frame."""
    scene = read_scenario(path)
    engine = Engine(scenario_settings(scene.frame), scene.sites)
    found: list[tuple[F64, F64, F64]] = []
    for piece in scene.pieces:
        known_ns, plots = piece.known_ns, scene.plots[piece.rows]
        engine.run(piece.sensor, plots, piece.seen_ns, known_ns, piece.whole)
        rows = engine.table.tracks[engine.confirmed()]
        rows = rows[rows["heard_ns"] == known_ns]
        found.append((1e-9 * (rows["time_ns"] - START_NS), rows["x"].copy(), rows["cov"].copy()))
    time_s, x, cov = (np.concatenate(part) for part in zip(*found, strict=True))
    turn = np.kron(np.eye(2), np.array(scene.frame.ecef_rot))
    origin = np.r_[np.array(scene.frame.ecef_origin), np.zeros(3)]
    return time_s, (x - origin) @ turn.T, turn @ cov @ turn.T


def truth_at(path: Path) -> dict[float, tuple[F64, NDArray[np.int64]]]:
    """Return states (n, 6) and classes (n,) of the truths at each second."""
    with np.load(path) as z:
        x = np.hstack([z["truth_pos"], z["truth_vel"]])
        rows, classes, number = np.round(z["truth_t"], 6), z["truth_cls"], z["truth_id"]
    return {t: (x[rows == t], classes[rows == t], number[rows == t]) for t in np.unique(rows)}


def between(truths: Any, t: float, step_s: float) -> tuple[F64, NDArray[np.int64]]:
    """Return the truths that live around a time, carried to it by a cubic."""
    low = round(np.floor(t / step_s + 1e-9) * step_s, 6)
    high = round(low + step_s, 6)
    if low not in truths or high not in truths:
        return np.zeros((0, 6)), np.zeros(0, np.int64)
    (a, classes, here), (b, _, there) = truths[low], truths[high]
    both, i, j = np.intersect1d(here, there, return_indices=True)
    p0, v0, p1, v1 = a[i, :3], a[i, 3:] * step_s, b[j, :3], b[j, 3:] * step_s
    f = (t - low) / step_s
    p = (2*f**3 - 3*f**2 + 1) * p0 + (f**3 - 2*f**2 + f) * v0 + (3*f**2 - 2*f**3) * p1 + (f**3 - f**2) * v1  # fmt: skip
    return np.hstack([p, (v0 + f * (v1 - v0)) / step_s]), classes[i]


def errors(path: Path) -> tuple[NDArray[np.int64], F64, F64]:
    """Return class, error (n, 6) and covariance (n, 6, 6) of every track paired with a truth."""
    time_s, x, cov = states(path)
    with np.load(path) as z:
        step_s = json.loads(str(z["meta"]))["truth_dt"]
    truths = truth_at(path)
    kinds, differences, sure = [], [], []
    for t in np.unique(time_s):
        mine = np.flatnonzero(time_s == t)
        true, classes = between(truths, float(t), step_s)
        if not len(true):
            continue
        gap = np.linalg.norm(x[mine, None, :3] - true[None, :, :3], axis=2)
        rows, columns = linear_sum_assignment(np.minimum(gap, PAIR_M))
        near = gap[rows, columns] < PAIR_M
        rows, columns = rows[near], columns[near]
        kinds.append(classes[columns])
        differences.append(x[mine[rows]] - true[columns])
        sure.append(cov[mine[rows]])
    return np.concatenate(kinds), np.concatenate(differences), np.concatenate(sure)


def figures(difference: F64, cov: F64, dims: int) -> dict[str, Any]:
    """Return mean and median NEES per dimension and the share inside the 95 % ellipse."""
    e, p = difference[:, :dims], cov[:, :dims, :dims]
    nees = np.einsum("ni,ni->n", e, np.linalg.solve(p, e[:, :, None])[:, :, 0])
    return {
        "nees_per_dim": round(float(nees.mean()) / dims, 3),
        "nees_median_per_expected": round(float(np.median(nees) / chi2.ppf(0.5, dims)), 3),
        "inside_95": round(float((nees <= chi2.ppf(0.95, dims)).mean()), 4),
        "inside_50": round(float((nees <= chi2.ppf(0.5, dims)).mean()), 4),
    }


def consistency(paths: list[Path]) -> dict[str, Any]:
    """Return the figures of each class, over all scenario files together."""
    parts = [errors(path) for path in paths]
    kinds, difference, cov = (np.concatenate(part) for part in zip(*parts, strict=True))
    with np.load(paths[0]) as z:
        names = json.loads(str(z["meta"]))["classes"]
    found: dict[str, Any] = {}
    for kind in np.unique(kinds).tolist():
        mine = kinds == kind
        position = figures(difference[mine], cov[mine], 3)
        met = (
            NEES_BAR[0] <= position["nees_per_dim"] <= NEES_BAR[1]
            and INSIDE_BAR[0] <= position["inside_95"] <= INSIDE_BAR[1]
        )
        found[names[kind]] = {
            "updates": int(mine.sum()),
            "position": position,
            "position_and_velocity": figures(difference[mine], cov[mine], 6),
            "met": met,
        }
    return found


def main() -> int:
    parser = common_arguments(__doc__.split("\n")[0])
    parser.set_defaults(seeds=(21, 22, 23))
    parser.add_argument("--targets", type=int, default=100)
    a, extra = parser.parse_known_args()
    found = consistency([scenario(a.work, a.targets, seed, *extra) for seed in a.seeds])
    met = all(part["met"] for part in found.values())
    print(json.dumps({"bench": "consistency", "classes": found, "met": met}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
