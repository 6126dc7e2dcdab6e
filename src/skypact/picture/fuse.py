"""Covariance intersection: one state from several whose errors are correlated nobody knows how.

Julier, Uhlmann 1997; weights without a search after Niehsen 2002 ("fast CI"). Never optimistic for
any weights, whatever the members have in common.
"""

import numpy as np
from numpy.typing import NDArray

from skypact.picture.covariance import inverse, log_determinant, times

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def weights(covariance: F64, starts: I64, counts: I64) -> F64:
    """Return the weight of each member (M,); they sum to one within each group.

    Each weighs by the inverse sixth root of its determinant: unlike the trace it does not let one
    badly known direction (height of a radar without elevation) hide what is known well.
    """
    logarithm = log_determinant(covariance) / 6
    # Relative to the best of the group, so that the exponential neither over- nor underflows.
    best = np.minimum.reduceat(logarithm, starts)
    raw = np.exp(np.repeat(best, counts) - logarithm)
    return raw / np.repeat(np.add.reduceat(raw, starts), counts)


def intersect(state: F64, covariance: F64, starts: I64) -> tuple[F64, F64]:
    """Return the fused states (G, 6) and covariances (G, 6, 6).

    Members (M, 6), (M, 6, 6) are at a common time within each group and lie group by group;
    starts (G,): where each group begins.
    """
    counts = np.diff(np.append(starts, len(state)))
    weight = weights(covariance, starts, counts)
    information = inverse(covariance) * weight[:, None, None]
    # Differences from the first member keep the arithmetic far from 6,000 km.
    reference = np.repeat(state[starts], counts, axis=0)
    vector = times(information, state - reference)
    fused = inverse(np.add.reduceat(information, starts))
    moved = times(fused, np.add.reduceat(vector, starts))
    return state[starts] + moved, fused
