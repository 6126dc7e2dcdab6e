"""Symmetric positive definite 6x6 matrices by the thousand, without LAPACK.

Elementwise arithmetic only, so that the same inputs give the same bytes whatever the batch size.
Messages carry the upper triangle, row by row, shape (N, 21).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

_ROW, _COLUMN = np.triu_indices(6)
PIVOT_SHARE = 1e-12
"""A pivot below this share of its diagonal is rounding noise; it is raised to it."""


def full(upper: Any) -> F64:
    """Return (N, 6, 6) from the triangles (N, 21)."""
    upper = np.asarray(upper, np.float64)
    matrix = np.empty((len(upper), 6, 6))
    matrix[:, _ROW, _COLUMN] = upper
    matrix[:, _COLUMN, _ROW] = upper
    return matrix


def triangle(matrix: F64) -> F64:
    """Return the upper triangles (N, 21) of (N, 6, 6)."""
    return matrix[:, _ROW, _COLUMN]


def cholesky(matrix: F64) -> F64:
    """Return the lower factor (N, 6, 6); slightly indefinite matrices are repaired upwards."""
    n = matrix.shape[-1]
    lower = np.zeros_like(matrix)
    for j in range(n):
        diagonal = matrix[:, j, j]
        pivot = diagonal - (lower[:, j, :j] ** 2).sum(1)
        floor = PIVOT_SHARE * np.abs(diagonal) + np.finfo(np.float64).tiny
        root = np.sqrt(np.maximum(pivot, floor))
        lower[:, j, j] = root
        for i in range(j + 1, n):
            dot = (lower[:, i, :j] * lower[:, j, :j]).sum(1)
            lower[:, i, j] = (matrix[:, i, j] - dot) / root
    return lower


def solve_lower(lower: F64, right: F64) -> F64:
    """Return y of L y = b for (N, n, n) and (N, n)."""
    y = np.zeros_like(right)
    for i in range(lower.shape[-1]):
        dot = (lower[:, i, :i] * y[:, :i]).sum(1)
        y[:, i] = (right[:, i] - dot) / lower[:, i, i]
    return y


def inverse(matrix: F64) -> F64:
    """Return the inverses of (N, n, n) symmetric positive definite matrices."""
    lower = cholesky(matrix)
    n = matrix.shape[-1]
    inv = np.zeros_like(matrix)
    for k in range(n):
        unit = np.zeros((len(matrix), n))
        unit[:, k] = 1.0
        inv[:, :, k] = solve_lower(lower, unit)
    return (inv[:, :, :, None] * inv[:, :, None, :]).sum(1)


def distance2(difference: F64, matrix: F64) -> F64:
    """Return the squared Mahalanobis distances (N,) of (N, n) under (N, n, n)."""
    return (solve_lower(cholesky(matrix), difference) ** 2).sum(1)


def log_determinant(matrix: F64) -> F64:
    """Return ln det of (N, n, n)."""
    lower = cholesky(matrix)
    return 2 * np.log(np.diagonal(lower, axis1=1, axis2=2)).sum(1)


def times(matrix: F64, vector: F64) -> F64:
    """Return (N, n) products of (N, n, n) and (N, n)."""
    return (matrix * vector[:, None, :]).sum(2)
