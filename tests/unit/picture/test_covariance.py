"""Linear algebra by hand equals LAPACK."""

import numpy as np

from skypact.picture.covariance import (
    cholesky,
    distance2,
    full,
    inverse,
    log_determinant,
    triangle,
)


def matrices(count: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    root = rng.normal(size=(count, 6, 6)) * np.array([300.0] * 3 + [5.0] * 3)[:, None]
    return root @ root.transpose(0, 2, 1) + np.eye(6)


def test_inverse_determinant_and_distance_equal_lapack():
    p = matrices(50)
    np.testing.assert_allclose(inverse(p) @ p, np.tile(np.eye(6), (50, 1, 1)), atol=1e-6)
    np.testing.assert_allclose(log_determinant(p), np.linalg.slogdet(p)[1], rtol=1e-9)
    d = np.random.default_rng(8).normal(size=(50, 6)) * 100
    wanted = np.einsum("ni,nij,nj->n", d, np.linalg.inv(p), d)
    np.testing.assert_allclose(distance2(d, p), wanted, rtol=1e-6)


def test_triangle_goes_there_and_back():
    p = matrices(3)
    assert np.array_equal(full(triangle(p)), p)
    assert triangle(p)[:, 1].tolist() == p[:, 0, 1].tolist()


def test_a_slightly_indefinite_matrix_is_repaired():
    p = np.diag([1e4, 1e4, 1e4, 25.0, 25.0, -1e-9])[None]
    assert np.isfinite(cholesky(p)).all()


def test_a_row_does_not_depend_on_its_neighbours():
    p = matrices(9)
    assert inverse(p)[4].tobytes() == inverse(p[4:5])[0].tobytes()
    assert cholesky(p)[4].tobytes() == cholesky(p[4:5])[0].tobytes()
