import numpy as np

from skypact.tracking.doubles import Doubles


def test_only_the_first_of_equal_plots_is_fresh() -> None:
    doubles = Doubles()
    times = np.array([5, 5, 6], np.int64)
    polar = np.array([[1e4, 1.0, 0.1], [1e4, 1.0, np.nan], [1e4, 1.0, 0.1]])
    assert doubles.fresh(0, times, polar).tolist() == [True, False, True]
    assert doubles.fresh(0, times, polar).tolist() == [False, False, False]
    assert doubles.fresh(1, times, polar).tolist() == [True, False, True]
    resumed = Doubles()
    resumed.from_bytes(doubles.to_bytes())
    assert not resumed.fresh(1, times, polar).any()


def test_memory_is_bounded_and_old_plots_are_forgotten() -> None:
    doubles = Doubles()
    size = len(doubles.to_bytes())
    first = np.array([1], np.int64), np.array([[1e4, 1.0, 0.1]])
    assert doubles.fresh(0, *first).all()
    for k in range(2, 400):
        n = 1000
        plots = np.column_stack([np.arange(n) * 100.0, np.full(n, 2.0), np.zeros(n)])
        assert doubles.fresh(0, np.full(n, k), plots).all()
    assert len(doubles.to_bytes()) == size
    assert doubles.fresh(0, *first).all()
