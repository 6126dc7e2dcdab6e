"""Inverse of a symmetric positive definite matrix, by sweeps."""

from typing import Any

from skypact.core.jit import F8, arrays, kernel, signature


@kernel(signature(arrays(F8, 2), arrays(F8, 2)))
def swept_inverse(matrix: Any) -> Any:
    """Return the inverse of a symmetric positive definite matrix (no LAPACK: the same input gives
    the same bytes everywhere)."""
    a = matrix.copy()
    n = a.shape[0]
    for k in range(n):
        pivot = a[k, k]
        for i in range(n):
            if i != k:
                share = a[i, k] / pivot
                for j in range(n):
                    if j != k:
                        a[i, j] -= share * a[k, j]
        for i in range(n):
            if i != k:
                a[i, k] /= pivot
                a[k, i] /= pivot
        a[k, k] = -1.0 / pivot
    return -a
