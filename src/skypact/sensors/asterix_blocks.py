"""ASTERIX data blocks: the frame all categories share (EUROCONTROL-SPEC-0149 part 1).

A whole batch of datagrams is read at once, by `asterix.kernels` and the tables of the editions
asked for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from skypact.sensors.asterix.kernels import layout
from skypact.sensors.asterix.kernels.gather import gather, gather_repeated
from skypact.sensors.asterix.kernels.walk import walk
from skypact.sensors.asterix.program import Program

REFUSALS_MAX = layout.REFUSALS_MAX
REFUSALS_APART = 16
_FAULTS = {
    layout.SHORT: "insufficient data",
    layout.FSPEC_LONG: "more FSPEC than the edition has",
    layout.UNDEFINED: "FSPEC bit set where the edition has no item",
    layout.FX_BEYOND: "extended beyond what the edition has",
    layout.NO_LENGTH: "a length of zero",
    layout.WRONG_FRN: "no such field reference number",
}
_LENGTHS = (
    (re.compile(r" says .* left"), " of a wrong length"),
    (re.compile(r"\d+ bytes"), "bytes"),
)
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not decoded, and why. count: records, 1 when nobody can tell how many."""

    offset: int
    reason: str
    count: int = 1

    @property
    def kind(self) -> str:
        """Return the reason without what differs from one refusal to the next, for counting."""
        reason = self.reason
        for lengths, instead in _LENGTHS:
            reason = lengths.sub(instead, reason)
        return reason


def alike(offsets: I64, reason: str) -> tuple[Refusal, ...]:
    """Return the refusals of records for one reason: the last few each, those before as one, so
    that thousands in one datagram hold nobody up."""
    before = max(0, offsets.size - REFUSALS_APART)
    first = [Refusal(int(offsets[0]), reason, before)] if before else []
    return (*first, *(Refusal(offset, reason) for offset in offsets[before:].tolist()))


@dataclass(frozen=True, slots=True)
class UnknownCategory:
    """A data block of a category that is not read here."""

    offset: int
    category: int


@dataclass(frozen=True, slots=True)
class Records:
    """Records of one category, in order of arrival.

    offsets: of their first byte in the datagram, `datagrams` which that is; arrivals: ns UTC;
    values, has: (F, N), what the fields say and whether they are there, 0 where not; columns: path
    of a field -> its row; repeated: path of a field that may be there many times -> (records,
    values).
    """

    category: int
    offsets: I64
    arrivals: I64
    values: I64
    has: Flags
    columns: Mapping[str, int]
    datagrams: I64
    repeated: Mapping[str, tuple[I64, I64]]

    def __len__(self) -> int:
        return len(self.offsets)

    def value(self, path: str) -> I64:
        """Return a field as it stands in the bytes, shape (N,); 0 where it is missing."""
        return self.values[self.columns[path]]

    def present(self, path: str) -> Flags:
        """Return which records have a field, shape (N,)."""
        return self.has[self.columns[path]]

    def take(self, rows: Flags | I64) -> "Records":
        """Return the records whose flag is set, or those of the rows given, without `repeated`."""
        rows = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return replace(
            self,
            offsets=self.offsets[rows],
            arrivals=self.arrivals[rows],
            datagrams=self.datagrams[rows],
            repeated={},
            values=self.values[:, rows],
            has=self.has[:, rows],
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """What datagrams held. records: by category; refused: what was not, in order of arrival;
    faulty: for each of those, which datagram it was in."""

    records: dict[int, Records]
    refused: list[Refusal | UnknownCategory]
    faulty: I64 = field(default_factory=lambda: np.zeros(0, np.int64), compare=False)


def read(datagrams: Sequence[bytes], arrivals: Sequence[int], program: Program) -> Batch:
    """Return what datagrams hold; arrivals: ns UTC. No bytes at all make this fail.

    A data block is refused whole when one of its records does not parse: the records before the
    fault may already be misread. Blocks after it are read, for its length is its own.
    """
    data = np.frombuffer(bytearray().join(datagrams), np.uint8)
    bounds = np.zeros(len(datagrams) + 1, np.int64)
    np.cumsum([len(datagram) for datagram in datagrams], out=bounds[1:])
    return read_joined(data, bounds, np.array(arrivals, np.int64), program)


def read_joined(data: NDArray[np.uint8], bounds: I64, arrivals: I64, program: Program) -> Batch:
    """Return what datagrams hold that stand end to end. bounds: (N + 1,), where each begins, and
    the end; else as `read`."""
    walked = _walk(data, bounds, program)
    categories = np.ascontiguousarray(walked.records[:, layout.RECORD_CATEGORY])
    there = np.bincount(categories, minlength=256)
    rows = {c: np.flatnonzero(categories == c) for c in program.editions if there[c]}
    return Batch(
        {c: _gather(data, bounds, arrivals, walked, c, r, program) for c, r in rows.items()},
        [_refused(fault, data, bounds, program) for fault in walked.faults.tolist()],
        walked.faults[:, layout.FAULT_DATAGRAM],
    )


@dataclass(frozen=True, slots=True)
class _Walked:
    """Rows as `kernels` describes them."""

    records: I64
    events: I64
    faults: I64


def _walk(data: NDArray[np.uint8], bounds: I64, program: Program) -> _Walked:
    # A record has two bytes of source and one of FSPEC, an item and a fault at least one.
    sizes = {
        "records": (data.size // 3 + 1) * layout.RECORD_COLUMNS,
        "events": (data.size + 1) * layout.EVENT_COLUMNS,
        "faults": min(data.size, (REFUSALS_MAX + 1) * len(bounds)) * layout.FAULT_COLUMNS,
    }
    room = {name: np.empty(size, np.int64) for name, size in sizes.items()}
    state = np.zeros(layout.STATE_SIZE, np.int64)
    records, events, faults = walk(
        data, bounds, program.table, room["records"], room["events"], room["faults"], state
    )
    return _Walked(
        room["records"].reshape(-1, layout.RECORD_COLUMNS)[:records],
        room["events"].reshape(-1, layout.EVENT_COLUMNS)[:events],
        room["faults"].reshape(-1, layout.FAULT_COLUMNS)[:faults],
    )


def _gather(
    data: NDArray[np.uint8],
    bounds: I64,
    arrivals: I64,
    walked: _Walked,
    category: int,
    rows: I64,
    program: Program,
) -> Records:
    fields = program.fields[category]
    values = np.zeros((len(fields), rows.size), np.int64)
    has = np.zeros(values.shape, np.bool_)
    gather(data, walked.events, walked.records, rows, program.slots, program.places, values, has)
    found = walked.records[rows]
    datagram = found[:, layout.RECORD_DATAGRAM]
    return Records(
        category,
        found[:, layout.RECORD_AT] - bounds[datagram],
        arrivals[datagram],
        values,
        has,
        program.columns[category],
        datagram,
        _gather_repeated(data, walked, category, rows, program),
    )


def _gather_repeated(
    data: NDArray[np.uint8], walked: _Walked, category: int, rows: I64, program: Program
) -> dict[str, tuple[I64, I64]]:
    repeated = program.repeated[category]
    if not repeated:
        return {}
    places = (data, walked.events, walked.records, rows, program.slots, program.places)
    count = gather_repeated(*places, np.empty((0, 3), np.int64))
    found = np.empty((count, 3), np.int64)
    gather_repeated(*places, found)
    return {
        each.path: (found[found[:, 0] == column, 1], found[found[:, 0] == column, 2])
        for column, each in enumerate(repeated)
    }


def _refused(
    fault: list[int], data: NDArray[np.uint8], bounds: I64, program: Program
) -> Refusal | UnknownCategory:
    """Return a row of faults as what the operator is told."""
    code, datagram, at, category, name, count = fault
    offset = at - int(bounds[datagram])
    if code == layout.UNKNOWN:
        return UnknownCategory(offset, category)
    if code == layout.MANY:
        return Refusal(offset, f"the rest, {count} bytes, after too many faults")
    if code == layout.TRAILING:
        return Refusal(offset, f"{count} bytes after the last data block")
    edition = program.editions.get(category, "")
    if code == layout.NO_SOURCE:
        return Refusal(offset, f"CAT{category:03d} record: no data source (SAC, SIC)", count)
    if code == layout.WRONG_LENGTH:
        says = int(data[at + 1]) << 8 | int(data[at + 2])
        return Refusal(offset, f"CAT{category:03d} block says {says} bytes, {count} are left")
    where = program.names[name].removeprefix(f"CAT{category:03d}")
    item = f" I{category:03d}/{where}:" if where else ""
    reason = f"CAT{category:03d} edition {edition} record:{item} {_FAULTS[code]}"
    return Refusal(offset, reason, count)
