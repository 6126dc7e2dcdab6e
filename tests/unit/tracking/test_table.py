import msgspec
import numpy as np
import pytest

from skypact.core.errors import InvariantError
from skypact.tracking.kernels.layout import ROWS
from skypact.tracking.table import TrackTable


def filled(count: int) -> TrackTable:
    table = TrackTable(2, 5000)
    table.reserve(count)
    table.counters[ROWS] = count
    table.tracks["number"][:count] = np.arange(count) + 1
    table.sights["visible"][:count] = np.arange(count)[:, None]
    return table


def test_it_grows_up_to_its_limit_and_keeps_its_rows() -> None:
    table = filled(200)
    table.reserve(300)
    assert table.tracks.size >= 500
    assert table.tracks["number"][:200].tolist() == list(range(1, 201))
    table.reserve(1_000_000)
    assert table.tracks.size == 5000


def test_rows_close_up_in_order() -> None:
    table = filled(5)
    table.remove(np.array([0, 3]))
    assert table.tracks["number"][: table.count].tolist() == [2, 3, 5]
    assert table.sights["visible"][: table.count, 0].tolist() == [1, 2, 4]


def test_bytes_and_back() -> None:
    table, again = filled(7), TrackTable(2, 5000)
    again.from_bytes(table.to_bytes())
    assert again.to_bytes() == table.to_bytes()
    with pytest.raises(InvariantError):
        TrackTable(3, 5000).from_bytes(table.to_bytes())
    with pytest.raises(msgspec.DecodeError):
        again.from_bytes(b"")
