"""Write decoded ASTERIX records, a batch at a time: .parquet, .csv or .ast."""

import importlib
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import ConfigError
from skypact.edge.feeds.capture import Datagrams
from skypact.sensors.asterix_columns import COLUMNS
from skypact.sensors.asterix_rows import Rows

I64 = NDArray[np.int64]
ROW_GROUP = 1 << 18
_HEADER_BYTES = 3
_SMALL: dict[str, str] = {"category": "uint8", "sac": "uint8", "sic": "uint8"}


class RecordWriter(Protocol):
    """Takes rows as they are decoded; `close` makes the file whole."""

    def write(self, rows: Rows, faulty: I64, sent: Datagrams) -> None: ...
    def close(self) -> None: ...


def record_writer(target: Path) -> RecordWriter:
    """Return the writer of a file; its suffix decides which.

    Raises ConfigError for another suffix and when the file cannot be written.
    """
    suffix = target.suffix.lower()
    if suffix not in (".parquet", ".csv", ".ast"):
        raise ConfigError("records go to .parquet, .csv or .ast", path=str(target))
    try:
        stream = target.open("wb")
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise ConfigError(message, path=str(target)) from error
    return BlockFile(stream) if suffix == ".ast" else TableFile(stream, csv=suffix == ".csv")


class TableFile:
    """A table, one row a record."""

    def __init__(self, stream: BinaryIO, *, csv: bool) -> None:
        self._arrow: Any = importlib.import_module("pyarrow")
        self._stream, self._kept, self._count = stream, list[Any](), 0
        self._datagrams = 0
        self._schema: Any = self._described()
        if csv:
            source: Any = importlib.import_module("pyarrow.csv")
            plain = source.WriteOptions(quoting_style="needed")
            self._writer = source.CSVWriter(stream, self._schema, write_options=plain)
        else:
            parquet: Any = importlib.import_module("pyarrow.parquet")
            self._writer = parquet.ParquetWriter(stream, self._schema)

    def write(self, rows: Rows, faulty: I64, sent: Datagrams) -> None:
        del faulty
        rows.values["datagram"] += self._datagrams
        self._datagrams += len(sent.arrival_ns)
        arrays = [self._column(name, rows) for name in self._schema.names]
        self._kept.append(self._arrow.record_batch(arrays, schema=self._schema))
        self._count += rows.count
        if self._count >= ROW_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()
        self._stream.close()

    def _flush(self) -> None:
        if self._kept:
            self._writer.write_table(self._arrow.Table.from_batches(self._kept))
        self._kept, self._count = [], 0

    def _described(self) -> Any:
        arrow = self._arrow
        first = [("time_ns", arrow.int64()), ("category", arrow.uint8())]
        last = [("arrival_ns", "int64"), ("datagram", "int64"), ("offset_bytes", "int32")]
        kinds = {"f8": "float64", "flag": "bool", "i8": "int32"}
        own = [(c.name, _SMALL.get(c.name, kinds.get(c.kind, "string"))) for c in COLUMNS]
        named = [(name, arrow.type_for_alias(kind)) for name, kind in (*own, *last)]
        return arrow.schema([*first, *named])

    def _column(self, name: str, rows: Rows) -> Any:
        arrow, values = self._arrow, rows.values[name]
        kind = self._schema.field(name).type
        if values.dtype.kind == "f":
            return arrow.array(values, kind, from_pandas=True)
        if values.dtype.kind == "S":
            return arrow.array(values, arrow.binary(), mask=values == b"").cast(kind)
        mask = ~rows.there[name] if name in rows.there else None
        if kind.bit_width < 64 and values.dtype.kind == "i":
            values = values.astype(kind.to_pandas_dtype())
        return arrow.array(values, kind, mask=mask)


class BlockFile:
    """The data blocks that were read, end to end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, rows: Rows, faulty: I64, sent: Datagrams) -> None:
        bounds = sent.bounds.tolist()
        bad = set(faulty.tolist())
        begun: dict[int, list[int]] = {number: [] for number in bad}
        odd = np.isin(rows.values["datagram"], faulty)
        for number, offset in zip(
            rows.values["datagram"][odd].tolist(),
            rows.values["offset_bytes"][odd].tolist(),
            strict=True,
        ):
            begun[number].append(offset)
        for number, (at, end) in enumerate(pairwise(bounds)):
            data = sent.data[at:end]
            self._stream.write(data if number not in bad else _read_blocks(data, begun[number]))

    def close(self) -> None:
        self._stream.close()


def _read_blocks(data: bytearray, offsets: list[int]) -> bytes:
    """Return the blocks of a datagram in which a record was read."""
    kept, at = bytearray(), 0
    while at + _HEADER_BYTES <= len(data):
        size = int.from_bytes(data[at + 1 : at + _HEADER_BYTES], "big")
        if size <= _HEADER_BYTES:
            break
        if at + _HEADER_BYTES in offsets:
            kept += data[at : at + size]
        at += size
    return bytes(kept)
