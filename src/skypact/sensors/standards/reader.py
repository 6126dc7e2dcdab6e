"""A feed whose standard is a decoder: pieces in, columns that are sure to be acceptable out."""

import struct
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import numpy as np

from skypact.core.columns import HasColumns, fault, pack
from skypact.core.errors import InvariantError
from skypact.core.messages import Bearings, PositionReports, Scan
from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.standards.standard import Columns, Decoded, Standard

RECORD_BYTES_MAX = 65_536
SECOND_NS = 1_000_000_000
FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    InvariantError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)
"""What a decoder that was not written here may raise at bytes it did not expect."""


@dataclass(slots=True)
class Reading:
    """What pieces held. positions: under the name ""; unknown: sensors that are not here."""

    parts: dict[type[HasColumns], dict[str, list[Columns]]] = field(
        default_factory=lambda: {PositionReports: {}, Scan: {}, Bearings: {}}
    )
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    unknown: dict[str, int] = field(default_factory=dict[str, int])
    records: int = 0

    def columns(self, kind: type[HasColumns]) -> dict[str, Columns]:
        """Return the columns of one kind of message, by sensor, in order of arrival."""
        return {
            name: {key: np.concatenate([part[key] for part in parts]) for key in kind.COLUMNS}
            for name, parts in self.parts[kind].items()
        }


def records(
    pending: bytes, pieces: Iterable[tuple[bytes, int]], ends_with: bytes
) -> tuple[list[tuple[bytes, int]], bytes, list[Refusal]]:
    """Return pieces, (bytes, arrival_ns) each, cut after whole records; what is left for the next
    call; and what was too long to be a record. ends_with: b"" leaves each piece as it is."""
    if not ends_with:
        return list(pieces), pending, []
    whole, refusals = list[tuple[bytes, int]](), list[Refusal]()
    for data, arrival_ns in pieces:
        pending += data
        end = pending.rfind(ends_with) + len(ends_with)
        if end >= len(ends_with):
            whole.append((pending[:end], arrival_ns))
            pending = pending[end:]
        if len(pending) > RECORD_BYTES_MAX:
            refusals.append(Refusal(0, f"a record of more than {RECORD_BYTES_MAX} bytes"))
            pending = b""
    return whole, pending, refusals


def read(
    standard: Standard,
    pieces: Iterable[tuple[bytes, int]],
    sensors: Collection[str],
    clock_error_max_s: float,
) -> Reading:
    """Return what pieces held, (bytes, arrival_ns) each; no bytes and no decoder make this fail."""
    reading, clock_error_max_ns = Reading(), round(clock_error_max_s * SECOND_NS)
    for data, arrival_ns in pieces:
        try:
            decoded = standard.decode(data, arrival_ns)
            _take(reading, decoded, arrival_ns, sensors, clock_error_max_ns)
        except FAULTS as error:
            reason = f"the decoder failed: {type(error).__name__}: {error}"
            reading.refusals.append(Refusal(0, reason))
    return reading


def _take(
    reading: Reading,
    decoded: Decoded,
    arrival_ns: int,
    sensors: Collection[str],
    clock_error_max_ns: int,
) -> None:
    reading.refusals += decoded.refusals
    tables: list[tuple[type[HasColumns], str, Columns]] = []
    if decoded.positions is not None:
        tables.append((PositionReports, "", decoded.positions))
    tables += [(Scan, name, columns) for name, columns in decoded.plots.items()]
    tables += [(Bearings, name, columns) for name, columns in decoded.bearings.items()]
    for kind, name, columns in tables:
        sound, rows = _sound(kind, columns)
        if name and name not in sensors:
            reading.unknown[name] = reading.unknown.get(name, 0) + rows
            continue
        used = np.abs(sound["time_ns"] - arrival_ns) <= clock_error_max_ns
        if late := rows - int(used.sum()):
            reason = "time too far from the arrival: is the sender's clock right?"
            reading.refusals.append(Refusal(0, reason, late))
        if used.any():
            part = {key: column[used] for key, column in sound.items()}
            reading.parts[kind].setdefault(name, []).append(part)
            reading.records += int(used.sum())


def _sound(kind: type[HasColumns], columns: Columns) -> tuple[Columns, int]:
    """Return the columns as the message has them and how many rows; raises InvariantError when the
    message could not be sent."""
    packed, sound = pack(kind, **columns), Columns()
    for key, column in kind.COLUMNS.items():
        values = np.frombuffer(packed[key], column.dtype)
        sound[key] = values.reshape(-1, column.width) if column.width > 1 else values
    rows = len(sound["time_ns"])
    message = SimpleNamespace(COLUMNS=kind.COLUMNS, count=rows, **packed)
    wrong = fault(cast(HasColumns, message))
    if wrong:
        raise InvariantError(wrong)
    return sound, rows
