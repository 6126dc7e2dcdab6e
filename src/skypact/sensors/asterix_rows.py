"""ASTERIX of every category as rows of one table, for `skypact decode`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix.program import Program, Wanted, program
from skypact.sensors.asterix.tables import CATEGORIES
from skypact.sensors.asterix_blocks import I64, Batch, Flags, Records, UnknownCategory, read_joined
from skypact.sensors.asterix_columns import CELLS, COLUMNS, LSBS, TIMES, Column
from skypact.sensors.radar_clocks import RadarClocks
from skypact.sensors.settings import Editions

NO_TIME = -1
NOON_NS = 43_200_000_000_000
OFFSET_BITS = 20
REASONS_MAX = 1_000
USUAL: Mapping[int, str] = {category: Editions().of(category) for category in CATEGORIES}
"""Edition of each category where nobody says another: that of a feed."""
_UNITS: Mapping[str, float] = {
    **{"": 1.0, "m": 1.0, "s": 1.0, "m/s": 1.0, "°": 1.0},
    "NM": fields.NAUTICAL_MILE_M,
    "NM/s": fields.NAUTICAL_MILE_M,
    "FL": 100 * fields.FOOT_M,
    "ft": fields.FOOT_M,
    "ft/min": fields.FOOT_M / 60,
}
_OCTAL = np.array([f"{code:04o}" for code in range(4096)], "S4")
_HEX = np.array([f"{byte:02x}" for byte in range(256)], "S2")
# I048/020 TYP as bits of `detection`: 1 primary, 2 secondary.
_PLOT_KIND = np.array([0, 1, 2, 3, 2, 2, 3, 3], np.int64)


@dataclass(frozen=True, slots=True)
class Rows:
    """Records as columns, in order of arrival. values: a column each; there: of whole numbers and
    flags, which rows have it; a quantity that is not there is NaN, a text empty."""

    values: dict[str, NDArray[Any]]
    there: dict[str, Flags]
    count: int


@dataclass(slots=True)
class Counts:
    """What was read so far. records, unknown_blocks: by category; refused: by reason."""

    records: dict[int, int] = field(default_factory=dict[int, int])
    refused: dict[str, int] = field(default_factory=dict[str, int])
    unknown_blocks: dict[int, int] = field(default_factory=dict[int, int])

    def refuse(self, reason: str, count: int = 1) -> None:
        """Count by reason, of which there is a limit; the rest counts as others."""
        if reason not in self.refused and len(self.refused) >= REASONS_MAX:
            reason = "other reasons"
        self.refused[reason] = self.refused.get(reason, 0) + count


class RowReader:
    """Reads datagrams to rows. editions: by category; of the others USUAL."""

    def __init__(self, editions: Mapping[int, str]) -> None:
        """Raises ValueError for an edition that does not exist."""
        self._program = _program({**USUAL, **editions})
        self._clocks = RadarClocks()
        self._last_ns = NOON_NS
        self.counts = Counts()

    def read(self, data: NDArray[np.uint8], bounds: I64, arrivals: I64) -> tuple[Rows, I64]:
        """Return the rows of datagrams that stand end to end, and which of those were refused in
        part. arrivals: ns UTC; a file without times has NO_TIME everywhere: the day is then
        1970-01-01 and goes on where the time of day falls back."""
        batch = read_joined(data, bounds, arrivals, self._program)
        self._count(batch)
        parts = list(batch.records.values())
        keys = [part.datagrams << OFFSET_BITS | part.offsets for part in parts]
        count = sum(len(part) for part in parts)
        rank = np.empty(count, np.int64)
        rank[np.argsort(np.concatenate([np.zeros(0, np.int64), *keys]))] = np.arange(count)
        ends = np.cumsum([len(part) for part in parts]).tolist()
        places = [rank[end - len(part) : end] for part, end in zip(parts, ends, strict=True)]
        rows = _empty(count)
        for part, at in zip(parts, places, strict=True):
            self._fill(rows, part, at)
        self._fill_times(rows, parts, places)
        return rows, batch.faulty

    def _count(self, batch: Batch) -> None:
        for category, records in batch.records.items():
            before = self.counts.records.get(category, 0)
            self.counts.records[category] = before + len(records)
        for part in batch.refused:
            if isinstance(part, UnknownCategory):
                before = self.counts.unknown_blocks.get(part.category, 0)
                self.counts.unknown_blocks[part.category] = before + 1
            else:
                self.counts.refuse(part.kind, part.count)

    def _fill(self, rows: Rows, part: Records, at: I64) -> None:
        rows.values["category"][at] = part.category
        rows.values["offset_bytes"][at] = part.offsets
        rows.values["datagram"][at] = part.datagrams
        rows.values["arrival_ns"][at] = part.arrivals
        rows.there["arrival_ns"][at] = part.arrivals != NO_TIME
        for column in COLUMNS:
            paths = [p for p in CELLS[part.category].get(column.name, ()) if p in part.columns]
            if not paths:
                continue
            value, has = self._cell(part, column, paths)
            if column.name in rows.there:
                rows.there[column.name][at] = has
            rows.values[column.name][at] = value

    def _cell(self, part: Records, column: Column, paths: list[str]) -> tuple[Any, Flags]:
        has = np.logical_or.reduce([part.present(path) for path in paths])
        if column.kind == "flag":
            return np.logical_or.reduce([part.value(path) > 0 for path in paths]), has
        raw = np.zeros(len(part), np.int64)
        lsb = np.ones(len(part))
        for path in reversed(paths):
            here = part.present(path)
            each = self._program.fields[part.category][part.columns[path]]
            value = part.value(path)
            if each.unit == "FL" and each.width_bits == 14:
                value = fields.sign(value, 14)  # whatever the tables of older editions say
            raw = np.where(here, value, raw)
            step = LSBS.get((part.category, path), each.lsb)
            lsb = np.where(here, step * _UNITS[each.unit], lsb)
        if column.kind == "f8":
            return np.where(has, raw * lsb, np.nan), has
        if column.name == "detection" and part.category == 48:
            raw = _PLOT_KIND[raw]
        return _TEXTS.get(column.kind, _whole)(raw, has), has

    def _fill_times(self, rows: Rows, parts: list[Records], places: list[I64]) -> None:
        """Set `time_ns`: first of whole times of day, then of those cut short."""
        whole = np.zeros(rows.count, np.int64)
        timed = np.zeros(rows.count, np.bool_)
        for part, at in zip(parts, places, strict=True):
            if part.category == 1:
                continue
            for path in reversed([p for p in TIMES[part.category] if p in part.columns]):
                valid = part.present(path) & (part.value(path) < fields.TIME_OF_DAY_MAX)
                whole[at[valid]] = part.value(path)[valid]
                timed[at[valid]] = True
        arrivals = rows.values["arrival_ns"]
        times = np.zeros(rows.count, np.int64)
        no_arrivals = rows.count > 0 and arrivals[0] == NO_TIME
        if no_arrivals:
            times[timed] = self._unwrapped(whole[timed])
        else:
            times[timed] = fields.utc_ns(whole[timed], arrivals[timed])
        rows.values["time_ns"][:], rows.there["time_ns"][:] = times, timed
        references = self._carried(times, timed) if no_arrivals else arrivals
        for part, at in zip(parts, places, strict=True):
            if part.category == 2 and not no_arrivals:
                said = at[timed[at]]
                self._clocks.take(_sources(rows, said), times[said], arrivals[said])
        for part, at in zip(parts, places, strict=True):
            if part.category == 1:
                self._fill_truncated(rows, part, at, references)

    def _fill_truncated(self, rows: Rows, part: Records, at: I64, references: I64) -> None:
        near = self._clocks.references(_sources(rows, at), references[at])
        rows.values["time_ns"][at] = fields.truncated_utc_ns(part.value("141"), near)
        rows.there["time_ns"][at] = part.present("141")

    def _unwrapped(self, raw: I64) -> I64:
        """Return times of day as times of a first day and the days after it."""
        if not raw.size:
            return raw
        of_day = raw * fields.TIME_OF_DAY_LSB_NS
        steps = np.diff(of_day, prepend=self._last_ns % fields.DAY_NS)
        half = fields.DAY_NS // 2
        days = self._last_ns // fields.DAY_NS + np.cumsum((steps < -half).astype(np.int64))
        days -= np.cumsum((steps > half).astype(np.int64))
        times = np.maximum(days * fields.DAY_NS + of_day, 0)
        self._last_ns = int(times[-1])
        return times

    def _carried(self, times: I64, timed: Flags) -> I64:
        """Return of each row the time of the last row before that has one."""
        last = np.maximum.accumulate(np.where(timed, np.arange(len(times)), -1))
        return np.where(last >= 0, times[last], self._last_ns)


def _sources(rows: Rows, at: I64) -> I64:
    return rows.values["sac"][at] << 8 | rows.values["sic"][at]


def _program(editions: Mapping[int, str]) -> Program:
    wanted: dict[int, Wanted] = {}
    for category, edition in editions.items():
        if category not in CELLS:
            raise ValueError(f"CAT{category:03d} is not read here")
        own = {each.path for each in program({category: Wanted(edition)}).fields[category]}
        paths = [path for cell in CELLS[category].values() for path in cell]
        paths += TIMES[category]
        wanted[category] = Wanted(edition, tuple(p for p in dict.fromkeys(paths) if p in own))
    return program(wanted)


def _empty(count: int) -> Rows:
    whole = ("category", "datagram", "offset_bytes", "arrival_ns", "time_ns")
    values: dict[str, NDArray[Any]] = {name: np.zeros(count, np.int64) for name in whole}
    there = {name: np.zeros(count, np.bool_) for name in ("arrival_ns", "time_ns")}
    for name, kind in COLUMNS:
        values[name] = np.full(count, _BLANKS[kind], _TYPES[kind])
        if kind in ("i8", "flag"):
            there[name] = np.zeros(count, np.bool_)
    return Rows(values, there, count)


def _whole(raw: I64, has: Flags) -> NDArray[Any]:
    return np.where(has, raw, 0)


def _octal(raw: I64, has: Flags) -> NDArray[Any]:
    return np.where(has, _OCTAL[raw & 0xFFF], b"")


def _hexadecimal(raw: I64, has: Flags) -> NDArray[Any]:
    digits = np.stack([_HEX[raw >> shift & 255] for shift in (16, 8, 0)], axis=1)
    return np.where(has, digits.view("S6").reshape(-1), b"")


def _text(raw: I64, has: Flags) -> NDArray[Any]:
    return np.where(has, fields.callsigns(raw), b"")


_TEXTS = {"octal": _octal, "hex": _hexadecimal, "text": _text}
_TYPES = {"i8": "<i8", "f8": "<f8", "flag": "?", "octal": "S4", "hex": "S6", "text": "S8"}
_BLANKS: dict[str, Any] = {
    **{"i8": 0, "f8": np.nan, "flag": False},
    **{"octal": b"", "hex": b"", "text": b""},
}
