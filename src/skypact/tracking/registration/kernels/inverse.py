"""Inverse of a symmetric positive definite matrix, by elimination (no LAPACK: the same input gives
the same bytes everywhere)."""

from typing import Any

from skypact.core.jit import F8, arrays, kernel, part, signature


@part
def invert_in_place(a: Any) -> None:
    """Put the inverse of a symmetric positive definite matrix in its place."""
    n = a.shape[0]
    for k in range(n):
        top = a[k]
        pivot = top[k]
        top[k] = 1.0
        for j in range(n):
            top[j] /= pivot
        for i in range(n):
            if i != k:
                row = a[i]
                share = row[k]
                row[k] = 0.0
                for j in range(n):
                    row[j] -= share * top[j]


@kernel(signature(arrays(F8, 2), arrays(F8, 2)))
def swept_inverse(matrix: Any) -> Any:
    """Return the inverse of a symmetric positive definite matrix."""
    a = matrix.copy()
    invert_in_place(a)
    return a
