"""Which reports of different nations are the same object: gate, assignment, patience.

Track-to-track association: Kaplan, Bar-Shalom, Blair 2008. The unknown cross-covariance is left
out, which makes the gate wider, never narrower.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.kernels.pairing import assigned, foreign_within, pairs_within
from skypact.picture.covariance import distance2

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Mask = NDArray[np.bool_]

SDS = 5.0
"""Positions further apart than this many standard deviations are never compared."""


class Reports(NamedTuple):
    """Reports at one common time: state (N, 6), covariance (N, 6, 6), address (N,), 0 none."""

    state: F64
    covariance: F64
    address: NDArray[np.uint32]

    def at(self, rows: Any) -> "Reports":
        """Return some of them."""
        return Reports(self.state[rows], self.covariance[rows], self.address[rows])


class Pairs(NamedTuple):
    """Pairs (K,) of one row of a and one of b with their squared Mahalanobis distance."""

    a: I64
    b: I64
    distance2: F64

    def at(self, chosen: Any) -> "Pairs":
        """Return some of them."""
        return Pairs(self.a[chosen], self.b[chosen], self.distance2[chosen])


def mahalanobis2(a: Reports, b: Reports, registration_sd_m: float) -> F64:
    """Return the squared distances (N,) of a and b row by row; 6 degrees of freedom."""
    total = a.covariance + b.covariance
    for axis in range(3):
        total[:, axis, axis] += registration_sd_m**2
    return distance2(a.state - b.state, total)


def conflicting(a: Reports, b: Reports) -> Mask:
    """Return where both carry an aircraft address and they differ."""
    return (a.address != b.address) & (a.address > 0) & (b.address > 0)


def near(a: Reports, b: Reports, reach_max_m: float, registration_sd_m: float) -> Pairs:
    """Return every pair close enough to compare, by their positions, ordered by (a, b)."""
    return _compared(a, b, *_close(a, b, reach_max_m, registration_sd_m), registration_sd_m)


def near_foreign(reports: Reports, by: I64, reach_max_m: float, registration_sd_m: float) -> Pairs:
    """Return the pairs of one set of reports that come of different nations, the lower first; by
    (N,): nation of each."""
    spread_m = _sd(reports.covariance) + registration_sd_m
    ia, ib = foreign_within(_position(reports), spread_m, by, SDS, reach_max_m)
    return _compared(reports, reports, ia, ib, registration_sd_m)


def _close(a: Reports, b: Reports, reach_max_m: float, registration_sd_m: float) -> tuple[I64, I64]:
    """Return rows of a and b whose positions are no further apart than they may be."""
    if not len(a.state) or not len(b.state):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    sd_a, sd_b = (_sd(r.covariance) + registration_sd_m for r in (a, b))
    radius = np.minimum(reach_max_m, SDS * (sd_a + sd_b.max()))
    ia, ib = pairs_within(_position(a), radius, _position(b))
    gap = a.state[ia, :3] - b.state[ib, :3]
    keep = np.sqrt((gap * gap).sum(1)) <= SDS * (sd_a[ia] + sd_b[ib])
    return ia[keep], ib[keep]


def _compared(a: Reports, b: Reports, ia: I64, ib: I64, registration_sd_m: float) -> Pairs:
    """Return the pairs whose addresses do not contradict, with their distances."""
    possible = ~conflicting(a.at(ia), b.at(ib))
    ia, ib = ia[possible], ib[possible]
    return Pairs(ia, ib, mahalanobis2(a.at(ia), b.at(ib), registration_sd_m))


def _sd(covariance: F64) -> F64:
    return np.sqrt(covariance[:, 0, 0] + covariance[:, 1, 1] + covariance[:, 2, 2])


def _position(reports: Reports) -> F64:
    return np.ascontiguousarray(reports.state[:, :3])


def assign(pairs: Pairs, gate: float) -> tuple[Pairs, Mask]:
    """Return the one-to-one pairs of least total cost, and which of them had no rival.

    Pairs beyond `gate` never match.
    """
    inside = pairs.at(pairs.distance2 <= gate)
    if not len(inside.a):
        return inside, np.zeros(0, np.bool_)
    alone = (_times_seen(inside.a) == 1) & (_times_seen(inside.b) == 1)
    chosen = assigned(inside.a, inside.b, inside.distance2, gate)
    return inside.at(chosen), alone[chosen]


def _times_seen(values: I64) -> I64:
    return np.bincount(values)[values]
