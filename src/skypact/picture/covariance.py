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
    """Return the lower factor (N, n, n); slightly indefinite matrices are repaired upwards."""
    return _back(_cholesky(_front(matrix)))


def inverse(matrix: F64) -> F64:
    """Return the inverses of (N, n, n) symmetric positive definite matrices."""
    root = _inverse_of_lower(_cholesky(_front(matrix)))
    total = root[0, :, None] * root[0, None, :]
    for row in root[1:]:
        total += row[:, None] * row[None, :]
    return _back(total)


def distance2(difference: F64, matrix: F64) -> F64:
    """Return the squared Mahalanobis distances (N,) of (N, n) under (N, n, n)."""
    lower = _cholesky(_front(matrix))
    y = np.ascontiguousarray(difference.T)
    for i in range(len(lower)):
        y[i] = (y[i] - (lower[i, :i] * y[:i]).sum(0)) / lower[i, i]
    return (y * y).sum(0)


def log_determinant(matrix: F64) -> F64:
    """Return ln det of (N, n, n)."""
    lower = _cholesky(_front(matrix))
    return 2 * sum((np.log(lower[i, i]) for i in range(len(lower))), np.zeros(len(matrix)))


def times(matrix: F64, vector: F64) -> F64:
    """Return (N, n) products of (N, n, n) and (N, n)."""
    return (_front(matrix) * np.ascontiguousarray(vector.T)).sum(1).T


def _front(matrix: F64) -> F64:
    """Return (n, n, N): every element of all matrices side by side, which is what is fast."""
    return np.ascontiguousarray(matrix.transpose(1, 2, 0))


def _back(matrix: F64) -> F64:
    return np.ascontiguousarray(matrix.transpose(2, 0, 1))


def _cholesky(matrix: F64) -> F64:
    lower = np.zeros_like(matrix)
    for j in range(len(matrix)):
        diagonal = matrix[j, j]
        pivot = diagonal - (lower[j, :j] * lower[j, :j]).sum(0)
        floor = PIVOT_SHARE * np.abs(diagonal) + np.finfo(np.float64).tiny
        lower[j, j] = np.sqrt(np.maximum(pivot, floor))
        dot = (lower[j + 1 :, :j] * lower[j, :j]).sum(1)
        lower[j + 1 :, j] = (matrix[j + 1 :, j] - dot) / lower[j, j]
    return lower


def _inverse_of_lower(lower: F64) -> F64:
    out = np.zeros_like(lower)
    for i in range(len(lower)):
        out[i, i] = 1 / lower[i, i]
        out[i, :i] = -(lower[i, :i, None] * out[:i, :i]).sum(0) * out[i, i]
    return out
