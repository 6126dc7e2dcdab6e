"""Rows under integer keys, kept as columns: what a room remembers of many tracks."""

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import InvariantError

I64 = NDArray[np.int64]
Mask = NDArray[np.bool_]


class TableState(msgspec.Struct, frozen=True, kw_only=True):
    """A table as bytes, for a snapshot."""

    keys: bytes
    columns: dict[str, bytes]


class Table:
    """Columns over ascending unique int64 keys; every operation takes whole arrays.

    `fields` maps a column to (numpy dtype code, width). `table[name]` is the live array, shape (N,)
    or (N, width); writing into it changes the table.
    """

    def __init__(self, fields: Mapping[str, tuple[str, int]]) -> None:
        self._fields = dict(fields)
        self.keys: I64 = np.zeros(0, np.int64)
        self._columns: dict[str, NDArray[Any]] = {
            name: _zeros(0, *field) for name, field in self._fields.items()
        }

    def __len__(self) -> int:
        return len(self.keys)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._columns[name]

    def rows(self, keys: Any) -> I64:
        """Return the row of each key, -1 where there is none."""
        wanted = np.asarray(keys, np.int64)
        if not len(self.keys):
            return np.full(wanted.shape, -1, np.int64)
        at = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[at] == wanted, at, -1)

    def put(self, keys: Any, rows: I64 | None = None, **columns: Any) -> I64:
        """Write `columns` at `keys` (unique), adding rows of zeros first; return the rows. rows: of
        the keys, when the caller has just asked for them."""
        wanted = np.asarray(keys, np.int64)
        rows = self.rows(wanted) if rows is None else rows
        missing = np.sort(wanted[rows < 0])
        if len(missing):
            if (missing[1:] == missing[:-1]).any():
                raise InvariantError("a table was given the same key twice")
            at = np.searchsorted(self.keys, missing)
            self.keys = np.insert(self.keys, at, missing)
            for name, values in self._columns.items():
                new = _zeros(len(missing), *self._fields[name])
                self._columns[name] = np.insert(values, at, new, axis=0)
            rows = self.rows(wanted)
        for name, values in columns.items():
            self._columns[name][rows] = values
        return rows

    def drop(self, gone: Mask) -> None:
        """Remove the rows where `gone`, shape (N,)."""
        if gone.any():
            self.keys = self.keys[~gone]
            for name, values in self._columns.items():
                self._columns[name] = values[~gone]

    def rename(self, old: int, new: int) -> None:
        """Give the row of `old` the key `new`, which must be free."""
        row = int(self.rows([old])[0])
        if row < 0 or int(self.rows([new])[0]) >= 0:
            raise InvariantError(f"a table cannot rename {old} to {new}")
        keys = self.keys.copy()
        keys[row] = new
        order = np.argsort(keys, kind="stable")
        self.keys = keys[order]
        for name, values in self._columns.items():
            self._columns[name] = values[order]

    def state(self) -> TableState:
        """Return the content as bytes."""
        columns = {name: values.tobytes() for name, values in self._columns.items()}
        return TableState(keys=self.keys.tobytes(), columns=columns)

    def restore(self, state: TableState) -> None:
        """Take over a state; a column it does not have is zero."""
        self.keys = np.frombuffer(state.keys, np.int64).copy()
        for name, (dtype, width) in self._fields.items():
            empty = np.zeros(len(self.keys) * width, dtype).tobytes()
            values = np.frombuffer(state.columns.get(name, empty), dtype).copy()
            self._columns[name] = values.reshape(-1, width) if width > 1 else values


def _zeros(count: int, dtype: str, width: int) -> NDArray[Any]:
    return np.zeros((count, width) if width > 1 else count, dtype)


def among(values: Any, those: Any) -> Mask:
    """Return which values (N,) are among `those`: np.isin for few or none, at a tenth of its
    cost."""
    there: I64 = np.sort(np.asarray(those, np.int64))
    if not len(there):
        return np.zeros(len(values), np.bool_)
    wanted = np.asarray(values, np.int64)
    return there[np.minimum(np.searchsorted(there, wanted), len(there) - 1)] == wanted


def last_of_each(keys: NDArray[Any]) -> I64:
    """Return the positions that keep, for each key, its last occurrence, by ascending key."""
    if len(keys) < 2 or (keys[1:] > keys[:-1]).all():
        return np.arange(len(keys))
    _, first = np.unique(keys[::-1], return_index=True)
    return len(keys) - 1 - first
