"""The joint estimate of biases from what measurements said."""

import math
from typing import Any

import numpy as np

from skypact.core.jit import F8, I8, arrays, kernel, part, signature
from skypact.tracking.kernels.inverse import invert_in_place
from skypact.tracking.registration.kernels.register import BIASES, EAST, NORTH, SCALE, TIME

# Few sensors have these, and plots tell them badly from the others (a clock that all sensors share
# not at all): the estimate takes as few as possible to have one (Cauchy prior, found from none on).
SPARSE = (SCALE, TIME, EAST, NORTH)
_RARE = len(SPARSE)
_ROUNDS = 8


@part
def rare_row(k: int) -> int:
    """Return the row of rare bias k, sensor by sensor."""
    return k // _RARE * BIASES + SPARSE[k % _RARE]


@part
def few(held: Any, pull: Any, width2: Any, value: Any, spread: Any) -> None:
    """Fill value and spread (covariance) of the rare biases: as few as possible are not zero.

    held: information of them, pull: information times what was found, width2: of the Cauchy prior.
    """
    n = value.size
    value[:] = 0.0
    for _ in range(_ROUNDS):
        for a in range(n):
            for b in range(n):
                spread[a, b] = held[a, b]
            spread[a, a] += 1.0 / (width2[a % _RARE] + value[a] * value[a]) - 1.0
        invert_in_place(spread)
        for a in range(n):
            total = 0.0
            for b in range(n):
                total += spread[a, b] * pull[b]
            value[a] = total


@part
def weigh(information: Any, told: Any, vector: Any, told_vector: Any, wide: Any, flat: Any) -> None:
    """Fill wide and flat: covariance and estimate under the wide prior."""
    n = flat.size
    for a in range(n):
        for b in range(n):
            wide[a, b] = information[a, b] + told[a, b]
        wide[a, a] += 1.0
    invert_in_place(wide)
    for a in range(n):
        total = 0.0
        for b in range(n):
            total += wide[a, b] * (vector[b] + told_vector[b])
        flat[a] = total


@part
def rare_of(wide: Any, flat: Any, block: Any, held: Any, pull: Any) -> None:
    """Fill block, the covariance of the rare biases, its inverse `held`, and their pull."""
    n = pull.size
    for a in range(n):
        for b in range(n):
            block[a, b] = held[a, b] = wide[rare_row(a), rare_row(b)]
    invert_in_place(held)
    for a in range(n):
        total = 0.0
        for b in range(n):
            total += held[a, b] * flat[rare_row(b)]
        pull[a] = total


@kernel(
    signature(
        I8,
        *(arrays(F8, 2), arrays(F8, 2), arrays(F8, 1), arrays(F8, 1)),
        *(arrays(F8, 1), arrays(F8, 1)),
        *(arrays(F8, 2), arrays(F8, 1), arrays(F8, 2), arrays(F8, 2)),
    )
)
def solve_biases(
    information: Any,
    told: Any,
    vector: Any,
    told_vector: Any,
    width2: Any,
    prior: Any,
    wide: Any,
    flat: Any,
    values: Any,
    sds: Any,
) -> int:
    """Fill wide (n, n), the covariance under the wide prior, and flat (n,), the estimate with few
    rare biases, both in units of the prior; values, sds (n / BIASES, BIASES): the estimate and its
    standard deviation in their own.

    information, told (n, n), vector, told_vector (n,): what measurements and reports said; width2:
    of the rare ones' prior; prior (BIASES,): the units. Returns n.
    """
    n, rare = flat.size, flat.size // BIASES * _RARE
    weigh(information, told, vector, told_vector, wide, flat)
    block, held, spread = np.empty((rare, rare)), np.empty((rare, rare)), np.empty((rare, rare))
    pull, value, gain, less = np.empty(rare), np.empty(rare), np.empty(rare), np.empty(rare)
    rare_of(wide, flat, block, held, pull)
    few(held, pull, width2, value, spread)
    for k in range(rare):
        less[k] = value[k] - flat[rare_row(k)]
    for a in range(n):
        # The others follow by what ties them to the rare ones.
        gain[:] = 0.0
        for k in range(rare):
            tie = wide[a, rare_row(k)]
            for j in range(rare):
                gain[j] += tie * held[k, j]
        variance = wide[a, a]
        moved = 0.0
        for j in range(rare):
            moved += gain[j] * less[j]
            for k in range(rare):
                variance += gain[j] * (spread[j, k] - block[j, k]) * gain[k]
        flat[a] += moved
        s, b = a // BIASES, a % BIASES
        values[s, b], sds[s, b] = flat[a] * prior[b], math.sqrt(max(variance, 0.0)) * prior[b]
    return n
