"""Read a table (.csv or .parquet) column by column and name the place of every fault.

Nothing here loops over rows: pyarrow parses, numpy compares. Only when something is wrong is the
file gone through again to find the line.
"""

import csv
import importlib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import ConfigError

SUFFIXES = (".csv", ".parquet")
_NUMBER = r"(?i)^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$|^\s*[+-]?(inf|infinity|nan)\s*$"
_INSTANT = r"^\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-]\d\d:?\d\d)$"
_EMPTY = ["", "nan", "NaN", "NAN", "NA", "null", "NULL", "None"]


class Column(NamedTuple):
    """A column that is understood.

    kind: number (float64; NaN where empty), instant (ns UTC) or text (see `Text`). low, high:
    bounds of numbers; needed: the file has it; full: no cell is empty.
    """

    name: str
    kind: Literal["number", "instant", "text"] = "number"
    low: float = -np.inf
    high: float = np.inf
    needed: bool = False
    full: bool = False


class Text(NamedTuple):
    """A text column: codes (n,) into names, -1 where empty; whole: it was stored as integers."""

    codes: NDArray[np.int64]
    names: tuple[str, ...]
    whole: bool = False


class Table(NamedTuple):
    """Columns of one file that are understood; ignored: names of the others."""

    path: Path
    rows: int
    numbers: dict[str, NDArray[np.float64]]
    instants: dict[str, NDArray[np.int64]]
    texts: dict[str, Text]
    ignored: tuple[str, ...]

    def has(self, name: str) -> bool:
        return name in self.numbers or name in self.instants or name in self.texts

    def number(self, name: str) -> NDArray[np.float64]:
        """Return a number column, all NaN when the file has none of this name."""
        found = self.numbers.get(name)
        return np.full(self.rows, np.nan) if found is None else found

    def refuse(self, bad: NDArray[np.bool_], column: str, message: str) -> None:
        """Raise ConfigError for the first row where `bad`; {} in `message` is the value there."""
        rows = np.flatnonzero(bad)
        if rows.size:
            value = f"{self.numbers[column][rows[0]]:g}" if column in self.numbers else ""
            raise self.fault(int(rows[0]), column, message.format(value))

    def fault(self, row: int, column: str, message: str) -> ConfigError:
        """Return the error of a row (0-based), at its line of a CSV file."""
        return _fault(self.path, row, column, message)


def read_table(path: Path, columns: Sequence[Column]) -> Table:
    """Return the columns of a file.

    Raises ConfigError naming file, line (CSV) or row (Parquet) and column of the first fault: not a
    table, a column that is missing or there twice, a cell that is no number or out of bounds.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"tables are {' or '.join(SUFFIXES)}", path=str(path))
    arrow: Any = importlib.import_module("pyarrow")
    try:
        reader = _read_csv if path.suffix.lower() == ".csv" else _read_parquet
        names, table = reader(arrow, path, {column.name: column for column in columns})
    except OSError as error:
        raise ConfigError(f"cannot be read: {_first_line(error)}", path=str(path)) from error
    known = {column.name for column in columns}
    made = Table(path, table.num_rows, {}, {}, {}, tuple(n for n in names if n not in known))
    for column in columns:
        if column.name in names:
            _take(arrow, made, column, table.column(column.name))
    return made


def _check_names(path: Path, names: Sequence[str], columns: Mapping[str, Column]) -> None:
    line = 1 if path.suffix.lower() == ".csv" else 0
    for name in names:
        if names.count(name) > 1:
            raise ConfigError("is there twice", path=str(path), key=name, line=line)
    free = [name for name in columns if name not in names]
    for name in names:
        near = get_close_matches(name.lower(), free, 1, 0.8) if name not in columns else []
        if near:
            message = f'is not a column; did you mean "{near[0]}"?'
            raise ConfigError(message, path=str(path), key=name, line=line)
    for column in columns.values():
        if column.needed and column.name not in names:
            message = f"column is missing; the file has {', '.join(names) or 'no columns'}"
            raise ConfigError(message, path=str(path), key=column.name, line=line)


def _arrow_type(arrow: Any, column: Column) -> Any:
    if column.kind == "instant":
        return arrow.timestamp("ns", tz="UTC")
    return arrow.string() if column.kind == "text" else arrow.float64()


def _read_csv(arrow: Any, path: Path, columns: Mapping[str, Column]) -> tuple[list[str], Any]:
    names = _csv_header(path)
    _check_names(path, names, columns)
    present = [name for name in names if name in columns]
    source: Any = importlib.import_module("pyarrow.csv")
    convert = source.ConvertOptions(
        column_types={name: _arrow_type(arrow, columns[name]) for name in present},
        include_columns=present,
        null_values=_EMPTY,
        strings_can_be_null=True,
    )
    read = source.ReadOptions(column_names=names, skip_rows=1)
    try:
        return names, source.read_csv(path, read_options=read, convert_options=convert)
    except arrow.ArrowException as error:
        raise _csv_fault(arrow, source, path, names, columns, error) from error


def _csv_header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = [name.strip() for name in next(csv.reader(file), list[str]())]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"is not CSV in UTF-8: {error}", path=str(path), line=1) from error
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        raise ConfigError("separate the columns by commas", path=str(path), line=1)
    return names


def _csv_fault(
    arrow: Any,
    source: Any,
    path: Path,
    names: list[str],
    columns: Mapping[str, Column],
    error: BaseException,
) -> ConfigError:
    """Read the file again as text, and return its first fault."""
    odd: list[Any] = []

    def skip(row: Any) -> str:
        odd.append(row)
        return "skip"

    options = {
        "read_options": source.ReadOptions(column_names=names, skip_rows=1, use_threads=False),
        "parse_options": source.ParseOptions(invalid_row_handler=skip),
        "convert_options": source.ConvertOptions(
            column_types={name: arrow.string() for name in names}, check_utf8=False
        ),
    }
    try:
        table = source.read_csv(path, **options)
    except arrow.ArrowException:
        return ConfigError(f"is not CSV: {_first_line(error)}", path=str(path))
    if odd:
        message = f"has {odd[0].actual_columns} cells; the header has {odd[0].expected_columns}"
        return ConfigError(message, path=str(path), line=_line_of_text(path, odd[0].text))
    compute: Any = importlib.import_module("pyarrow.compute")
    found: list[tuple[int, str]] = []
    for name in names:
        kind = columns[name].kind if name in columns else "text"
        if kind == "text":
            continue
        cells = table.column(name)
        form = _NUMBER if kind == "number" else _INSTANT
        good = _booleans(compute.match_substring_regex(cells, form))
        bad = np.flatnonzero(~good & ~_booleans(compute.is_in(cells, arrow.array(_EMPTY))))
        if bad.size:
            found.append((int(bad[0]), name))
    if not found:
        return ConfigError(f"is not CSV: {_first_line(error)}", path=str(path))
    row, name = min(found)
    kind = "a number" if columns[name].kind == "number" else "a time such as 2026-01-31T12:00:00Z"
    return _fault(path, row, name, f"{str(table.column(name)[row])[:40]!r} is not {kind}")


def _read_parquet(arrow: Any, path: Path, columns: Mapping[str, Column]) -> tuple[list[str], Any]:
    source: Any = importlib.import_module("pyarrow.parquet")
    try:
        file = source.ParquetFile(path)
        names = [str(name) for name in file.schema_arrow.names]
        _check_names(path, names, columns)
        return names, file.read(columns=[name for name in names if name in columns])
    # Names that are no UTF-8 are found by Python, not by Arrow.
    except (arrow.ArrowException, UnicodeDecodeError) as error:
        raise ConfigError(f"is not Parquet: {_first_line(error)}", path=str(path)) from error


def _take(arrow: Any, table: Table, column: Column, cells: Any) -> None:
    """Put one column into the table, checked."""
    whole = arrow.types.is_integer(cells.type)
    try:
        cells = cells.cast(_arrow_type(arrow, column), safe=column.kind == "text")
        cells = cells.combine_chunks()
        empty = _booleans(cells.is_null())
        if column.kind == "text":
            table.texts[column.name] = _text(arrow, cells, whole)
        elif column.kind == "instant":
            filled = cells.cast(arrow.int64()).fill_null(0)
            table.instants[column.name] = _numpy(filled).astype(np.int64)
        else:
            values = _numpy(cells.fill_null(np.nan)).astype(np.float64)
            empty = empty | np.isnan(values)
            table.numbers[column.name] = values
    except UnicodeDecodeError as error:
        raise ConfigError("is not in UTF-8", path=str(table.path), key=column.name) from error
    except arrow.ArrowException as error:
        message = f"is of type {cells.type}, not {column.kind}"
        raise ConfigError(message, path=str(table.path), key=column.name) from error
    if column.full:
        table.refuse(empty & True, column.name, "is empty or not a number")
    if column.kind == "number":
        values = table.numbers[column.name]
        with np.errstate(invalid="ignore"):
            out = ~empty & ~((values >= column.low) & (values <= column.high) & np.isfinite(values))
        table.refuse(out, column.name, f"{{}} is not within {column.low:g} and {column.high:g}")


def _text(arrow: Any, cells: Any, whole: bool) -> Text:
    coded = cells.dictionary_encode()
    if hasattr(coded, "combine_chunks"):
        coded = coded.combine_chunks()
    codes = _numpy(coded.indices.cast(arrow.int64()).fill_null(-1)).astype(np.int64)
    return Text(codes, tuple(str(name).strip() for name in coded.dictionary.to_pylist()), whole)


def _numpy(cells: Any) -> NDArray[Any]:
    return np.asarray(cells.to_numpy(zero_copy_only=False))


def _booleans(cells: Any) -> NDArray[np.bool_]:
    """Return a boolean column, False where empty."""
    if hasattr(cells, "combine_chunks"):
        cells = cells.combine_chunks()
    return _numpy(cells.fill_null(False)).astype(np.bool_)


def _fault(path: Path, row: int, column: str, message: str) -> ConfigError:
    if path.suffix.lower() == ".csv":
        return ConfigError(message, path=str(path), key=column, line=_line_of_row(path, row))
    return ConfigError(f"row {row + 1}: {message}", path=str(path), key=column)


def _line_of_row(path: Path, row: int) -> int:
    """Return the line (1-based) of a row of data; empty lines are no rows."""
    seen = -1
    with path.open("rb") as file:
        for line, text in enumerate(file, 1):
            seen += bool(text.strip(b"\r\n"))
            if seen == row + 1:
                return line
    return 0


def _line_of_text(path: Path, text: str) -> int:
    wanted = text.encode("utf-8", "replace").strip()
    with path.open("rb") as file:
        for line, found in enumerate(file, 1):
            if line > 1 and found.strip() == wanted:
                return line
    return 0


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0][:200]
