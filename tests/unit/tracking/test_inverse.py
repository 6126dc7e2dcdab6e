import numpy as np
import pytest

from skypact.tracking.kernels.inverse import swept_inverse


@pytest.mark.parametrize("size", [1, 3, 24])
def test_it_inverts(size: int) -> None:
    rng = np.random.default_rng(size)
    root = rng.normal(size=(size, size))
    matrix = root @ root.T + np.eye(size)
    kept = matrix.copy()
    np.testing.assert_allclose(swept_inverse(matrix) @ matrix, np.eye(size), atol=1e-9)
    assert (matrix == kept).all()
