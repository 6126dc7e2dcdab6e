"""Rows under keys behave like a dictionary of rows."""

import msgspec
import numpy as np
import pytest

from skypact.core.errors import InvariantError
from skypact.core.table import Table, TableState, last_of_each

FIELDS = {"a": ("<f8", 1), "p": ("<f8", 3)}


def filled() -> Table:
    table = Table(FIELDS)
    table.put([30, 10, 20], a=[3.0, 1.0, 2.0], p=np.arange(9.0).reshape(3, 3))
    return table


def test_keys_are_sorted_and_found():
    table = filled()
    assert table.keys.tolist() == [10, 20, 30]
    assert table["a"].tolist() == [1.0, 2.0, 3.0]
    assert table.rows([20, 99, 10]).tolist() == [1, -1, 0]
    assert table["p"][2].tolist() == [0.0, 1.0, 2.0]


def test_put_updates_some_columns_and_adds_zeros_for_the_rest():
    table = filled()
    table.put([20, 15], a=[7.0, 8.0])
    assert table["a"].tolist() == [1.0, 8.0, 7.0, 3.0]
    assert table["p"][1].tolist() == [0, 0, 0]
    assert table["p"][2].tolist() == [6.0, 7.0, 8.0]


def test_drop_and_rename_keep_rows_together():
    table = filled()
    table.drop(table["a"] == 1.0)
    table.rename(30, 5)
    assert table.keys.tolist() == [5, 20]
    assert table["a"].tolist() == [3.0, 2.0]
    with pytest.raises(InvariantError):
        table.rename(5, 20)


def test_the_same_new_key_twice_is_refused():
    with pytest.raises(InvariantError):
        filled().put([1, 1], a=[0, 0])


def test_state_goes_through_bytes():
    data = msgspec.msgpack.encode(filled().state())
    other = Table(FIELDS)
    other.restore(msgspec.msgpack.decode(data, type=TableState))
    other.put([11], a=[1.5])
    assert other.keys.tolist() == [10, 11, 20, 30]
    assert other["p"][3].tolist() == [0.0, 1.0, 2.0]


def test_last_of_each_key():
    assert last_of_each(np.array([5, 3, 5, 3, 4])).tolist() == [3, 4, 2]
