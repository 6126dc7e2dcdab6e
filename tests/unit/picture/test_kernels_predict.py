import numpy as np

from skypact.picture.kernels_predict import predicted
from tests.unit.picture.flights import state, triangle


def test_machine_code_and_python_agree():
    x = np.stack([state(0, 0, 200, 0), state(4_000, 0, 0, -90)])
    upper = triangle(50, 5, 2).astype(np.float64)
    given = (x, upper, np.array([3.0, 7.0]), np.array([1, 0], np.uint8), 20.0)
    for ours, plain in zip(predicted(*given), predicted.py_func(*given), strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-14)


def test_none_gives_none():
    none = (np.zeros((0, 6)), np.zeros((0, 21)), np.zeros(0), np.zeros(0, np.uint8), 20.0)
    moved, grown = predicted(*none)
    assert (moved.shape, grown.shape) == ((0, 6), (0, 6, 6))
