"""Inverse of a symmetric positive definite matrix, by elimination (no LAPACK: the same input gives
the same bytes everywhere)."""

from typing import Any

import numpy as np

from skypact.core.jit import F8, arrays, kernel, part, signature


@part
def invert_in_place(a: Any) -> None:
    """Put the inverse of a symmetric positive definite matrix in its place."""
    n = a.shape[0]
    top = np.empty(n)
    for k in range(n):
        pivot = a[k, k]
        a[k, k] = 1.0
        for j in range(n):
            top[j] = a[k, j] / pivot
        for i in range(n):
            share = a[i, k]
            a[i, k] = 0.0
            for j in range(n):
                a[i, j] -= share * top[j]
        for j in range(n):
            a[k, j] = top[j]


@kernel(signature(arrays(F8, 2), arrays(F8, 2)))
def swept_inverse(matrix: Any) -> Any:
    """Return the inverse of a symmetric positive definite matrix."""
    a = matrix.copy()
    invert_in_place(a)
    return a
