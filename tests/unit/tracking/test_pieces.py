import numpy as np

from skypact.tracking.pieces import one_plot_each, sweeps

SECOND = 1_000_000_000


def test_a_turn_is_one_piece_and_nothing_is_one_empty_piece() -> None:
    times = np.array([3, 1, 2]) * SECOND
    assert [rows.tolist() for rows in sweeps(times, 5 * SECOND)] == [[0, 1, 2]]
    assert [rows.tolist() for rows in sweeps(times[:0], 5 * SECOND)] == [[]]


def test_several_turns_are_cut_in_time_order() -> None:
    times = np.array([12, 0, 7, 1, 6]) * SECOND
    pieces = [rows.tolist() for rows in sweeps(times, 5 * SECOND)]
    assert sorted(x for piece in pieces for x in piece) == [0, 1, 2, 3, 4]
    assert [x for piece in pieces for x in times[piece]] == sorted(times)
    assert all(np.ptp(times[piece]) < 5 * SECOND for piece in pieces)


def test_no_piece_has_an_address_twice() -> None:
    times = np.array([4, 1, 2, 3, 3]) * SECOND
    address = np.array([7, 7, 9, 0, 0])
    pieces = [rows.tolist() for rows in one_plot_each(times, address)]
    assert sorted(x for piece in pieces for x in piece) == [0, 1, 2, 3, 4]
    for piece in pieces:
        named = [a for a in address[piece] if a]
        assert len(named) == len(set(named))
    assert pieces[0].index(1) >= 0
    assert list(one_plot_each(times[:0], address[:0])) == []
