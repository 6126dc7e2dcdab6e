"""Columns: high-rate data as one `bytes` per field, checked once at each door.

A message class that carries columns declares them in `COLUMNS`; every column field is `bytes`.
`pack` builds the bytes from arrays, `array` gives a read-only view, `check` is the vectorised pass
that refuses a wrong length, an infinity, an unexpected NaN and a value out of bounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import InvariantError

ROWS_MAX = 1_000_000


@dataclass(frozen=True)
class Column:
    """dtype: numpy code; unit: for people; low, high: bounds; missing: NaN means not measured;
    width: values a row; later: gained after others, older messages have no bytes, which reads as
    missing."""

    dtype: str
    unit: str
    low: float
    high: float
    missing: bool = False
    width: int = 1
    later: bool = False


class HasColumns(Protocol):
    """A message with `count` rows and the columns it declares."""

    COLUMNS: ClassVar[Mapping[str, Column]]

    @property
    def count(self) -> int: ...


def pack(kind: type[HasColumns], **arrays: Any) -> dict[str, bytes]:
    """Return the column fields of `kind` as bytes; every declared column that is no later gain must
    be given.

    Raises InvariantError when a column is missing, unknown or has another shape than (N,) or
    (N, width).
    """
    wanted = {n: c for n, c in kind.COLUMNS.items() if n in arrays or not c.later}
    if arrays.keys() != wanted.keys():
        odd = sorted(arrays.keys() ^ wanted.keys())
        raise InvariantError(f"{kind.__name__}: columns {odd} are missing or unknown")
    packed: dict[str, bytes] = {}
    rows: int | None = None
    for name, column in wanted.items():
        values = np.ascontiguousarray(arrays[name], dtype=column.dtype)
        if values.size % column.width:
            raise InvariantError(
                f"{kind.__name__}.{name}: {values.shape} is not rows of {column.width}"
            )
        n = values.size // column.width
        if rows is not None and n != rows:
            raise InvariantError(f"{kind.__name__}.{name}: {n} rows where others have {rows}")
        rows = n
        packed[name] = values.tobytes()
    return packed


def array(message: HasColumns, name: str) -> NDArray[Any]:
    """Return column `name` as a read-only view, shape (count,) or (count, width)."""
    column = message.COLUMNS[name]
    if column.later and not getattr(message, name):
        return np.full(message.count, np.nan)
    view = np.frombuffer(getattr(message, name), dtype=column.dtype)
    return view.reshape(-1, column.width) if column.width > 1 else view


def fault(message: HasColumns) -> str:
    """Return why the columns of `message` are not acceptable, "" when they are."""
    if not 0 <= message.count <= ROWS_MAX:
        return f"{message.count} rows; the limit is {ROWS_MAX}"
    for name, column in message.COLUMNS.items():
        size = len(getattr(message, name))
        if column.later and not size:
            continue
        if size != message.count * column.width * np.dtype(column.dtype).itemsize:
            return f"column {name} has {size} bytes for {message.count} rows"
        values = array(message, name)
        if values.size == 0 or values.dtype.kind not in "iuf":
            continue
        if values.dtype.kind == "f" and column.missing:
            values = values[~np.isnan(values)]
            if values.size == 0:
                continue
        # NaN fails both comparisons, so this refuses it too.
        if not (values.min() >= column.low and values.max() <= column.high):
            return f"column {name} leaves {column.low}..{column.high} {column.unit}"
    return ""
