"""How good tracks are, given the truth: GOSPA, OSPA and the SIAP measures.

GOSPA: Rahmathullah, Garcia-Fernandez, Svensson 2017, alpha 2. OSPA: Schuhmacher, Vo, Vo 2008, with
the assignment that Stone Soup 1.9.1 makes (smallest sum of distances; for order 1 the paper's own).
SIAP: Votruba et al. 2001 under the association rule of Stone Soup's TrackToTruth (`siap.py`).

Truths that no sensor could see can be set aside ("not counted"): they take part in the best
assignment at their time, then they and the tracks assigned to them leave before anything is scored.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse, spatial
from scipy.sparse import csgraph

from skypact.exercise.siap import siap

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
TIME_TOLERANCE_S = 1e-3
_spatial: Any = spatial
_optimize: Any = optimize
_sparse: Any = sparse
_csgraph: Any = csgraph


class States(NamedTuple):
    """Rows of truth or of tracks: time_s (n,), number (n,), position_m and velocity_mps (n, 3) in
    one Cartesian frame; velocity NaN where it is not known."""

    time_s: F64
    number: I64
    position_m: F64
    velocity_mps: F64


class Instants(NamedTuple):
    """Rows in order of time, cut at each time that is scored: rows order[low[k]:high[k]]."""

    order: I64
    low: I64
    high: I64

    def rows(self, k: int) -> I64:
        return self.order[self.low[k] : self.high[k]]


def score(
    truth: States,
    tracks: States,
    times_s: F64,
    *,
    counted: NDArray[np.bool_] | None = None,
    cutoff_m: float = 3_000.0,
    order: int = 2,
) -> dict[str, Any]:
    """Return the figures at times_s (k,): GOSPA and OSPA (mean and root mean square over times,
    metres; gospa_per_truth_m for order 2) and siap_stone_soup.

    counted (n truths): False for truths that nobody is asked to hold; None counts all.
    """
    truth_at, tracks_at = instants(truth.time_s, times_s), instants(tracks.time_s, times_s)
    keep_truth = np.ones(truth.time_s.size, bool) if counted is None else counted.copy()
    keep_track = np.zeros(tracks.time_s.size, bool)
    loss, parts, ospa = np.zeros(times_s.size), np.zeros((times_s.size, 3)), np.zeros(times_s.size)
    for k in range(times_s.size):
        a, b = truth_at.rows(k), tracks_at.rows(k)
        if not keep_truth[a].all():
            mate = nearest_sum(truth.position_m[a], tracks.position_m[b], cutoff_m, order)
            stray = mate[~keep_truth[a]]
            b = np.delete(b, stray[stray >= 0])
            a = a[keep_truth[a]]
        keep_track[b] = True
        x, y = truth.position_m[a], tracks.position_m[b]
        parts[k] = gospa_parts(x, y, cutoff_m, order)
        loss[k] = parts[k].sum() ** (1 / order)
        ospa[k] = ospa_distance(x, y, cutoff_m, order)
    inside = np.zeros(truth.time_s.size, bool)
    for k in range(times_s.size):
        inside[truth_at.rows(k)] = True
    kept = _some(truth, keep_truth & inside), _some(tracks, keep_track)
    figures = _figures(loss, parts, ospa, int((keep_truth & inside).sum()), cutoff_m, order)
    return figures | {"siap_stone_soup": siap(*kept, times_s, cutoff_m)}


def _figures(
    loss: F64, parts: F64, ospa: F64, truths: int, cutoff_m: float, order: int
) -> dict[str, Any]:
    if loss.size == 0:
        return {"times": 0}
    penalty = cutoff_m**order / 2
    figures: dict[str, Any] = {
        "times": int(loss.size),
        "cutoff_m": cutoff_m,
        "order": order,
        "gospa_mean_m": float(loss.mean()),
        "gospa_rms_m": float(np.sqrt(np.mean(loss**2))),
        "gospa_per_truth_m": float(np.sqrt(np.sum(loss**2) / max(truths, 1))),
        "missed_mean": float(parts[:, 1].mean() / penalty),
        "false_mean": float(parts[:, 2].mean() / penalty),
        "ospa_mean_m": float(ospa.mean()),
        "ospa_rms_m": float(np.sqrt(np.mean(ospa**2))),
    }
    if order != 2:
        del figures["gospa_per_truth_m"]
    return {key: round(value, 4) for key, value in figures.items()}


def gospa_parts(x: F64, y: F64, cutoff_m: float, order: int) -> tuple[float, float, float]:
    """Return what localisation, missed and false add to GOSPA ** order, for truths x and tracks
    y (n, 3)."""
    mate = nearest_sum(x, y, cutoff_m, order)
    pairs = mate >= 0
    distance = np.sqrt(np.sum((x[pairs] - y[mate[pairs]]) ** 2, axis=1))
    held = int(pairs.sum())
    penalty = cutoff_m**order / 2
    return float(np.sum(distance**order)), penalty * (len(x) - held), penalty * (len(y) - held)


def ospa_distance(x: F64, y: F64, cutoff_m: float, order: int) -> float:
    """Return OSPA of truths x and tracks y (n, 3), 0 when there are none."""
    larger = max(len(x), len(y))
    if larger == 0:
        return 0.0
    mate = nearest_sum(x, y, cutoff_m, 1)
    pairs = mate >= 0
    distance = np.sqrt(np.sum((x[pairs] - y[mate[pairs]]) ** 2, axis=1))
    rest = cutoff_m**order * (larger - int(pairs.sum()))
    return float(((np.sum(distance**order) + rest) / larger) ** (1 / order))


def nearest_sum(x: F64, y: F64, cutoff_m: float, order: int) -> I64:
    """Return for each x the index of its y, -1 for none, that minimise the sum of
    min(distance, cutoff) ** order; exact, solved for each connected group of near pairs."""
    if len(x) == 0 or len(y) == 0:
        return np.full(len(x), -1, np.int64)
    near = _spatial.cKDTree(x).sparse_distance_matrix(
        _spatial.cKDTree(y), cutoff_m, output_type="ndarray"
    )
    near = near[near["v"] < cutoff_m]
    return _best(near["i"], near["j"], cutoff_m**order - near["v"] ** order, len(x), len(y))


def _best(i: I64, j: I64, gain: F64, rows: int, columns: int) -> I64:
    """Return for each row its column, -1 for none, so that the gains (> 0) sum to the most."""
    mate = np.full(rows, -1, np.int64)
    if i.size == 0:
        return mate
    size = rows + columns
    graph = _sparse.csr_matrix((np.ones(i.size), (i, rows + j)), shape=(size, size))
    label = _csgraph.connected_components(graph, directed=False)[1][i]
    turn = np.argsort(label, kind="stable")
    i, j, gain, label = i[turn], j[turn], gain[turn], label[turn]
    cuts = np.flatnonzero(np.diff(label)) + 1
    low, high = np.r_[0, cuts], np.r_[cuts, i.size]
    single = high - low == 1
    mate[i[low[single]]] = j[low[single]]
    for a, b in zip(low[~single].tolist(), high[~single].tolist(), strict=True):
        of_row, row = np.unique(i[a:b], return_inverse=True)
        of_column, column = np.unique(j[a:b], return_inverse=True)
        table = np.zeros((of_row.size, of_column.size))
        table[row, column] = gain[a:b]
        r, c = _optimize.linear_sum_assignment(table, maximize=True)
        real = table[r, c] > 0
        mate[of_row[r[real]]] = of_column[c[real]]
    return mate


def instants(time_s: F64, times_s: F64) -> Instants:
    """Return which rows belong to which of times_s (within a millisecond)."""
    order = np.argsort(time_s, kind="stable")
    ordered = time_s[order]
    low = np.searchsorted(ordered, times_s - TIME_TOLERANCE_S)
    return Instants(order, low, np.searchsorted(ordered, times_s + TIME_TOLERANCE_S))


def _some(states: States, keep: NDArray[np.bool_]) -> States:
    return States(
        states.time_s[keep],
        states.number[keep],
        states.position_m[keep],
        states.velocity_mps[keep],
    )
