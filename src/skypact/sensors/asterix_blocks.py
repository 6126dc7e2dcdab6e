"""ASTERIX data blocks: the frame all categories share (EUROCONTROL-SPEC-0149 part 1).

libasterix is the codec. Importing it takes two seconds and 90 MB, so that waits for first use.
"""

import gc
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

HEADER_BYTES = 3
# A crafted datagram of thousands of wrong blocks must not hold up the others.
REFUSALS_MAX = 16


@dataclass(frozen=True, slots=True)
class Record:
    """One parsed record. offset: of its first byte in the datagram; items: libasterix items."""

    category: int
    offset: int
    arrival_ns: int
    items: Mapping[str, Any]

    def raw(self, item: str) -> bytes:
        """Return the bytes of an item, b"" when the record does not have it."""
        found = self.items.get(item)
        return b"" if found is None else found.unparse().to_bytes()

    @property
    def source(self) -> tuple[int, int]:
        """Return (SAC, SIC); a record without them is never made."""
        raw = self.raw("010")
        return raw[0], raw[1]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not decoded, and why. count: records, 1 when nobody can tell how many."""

    offset: int
    reason: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class UnknownCategory:
    """A data block of a category that is not read here."""

    offset: int
    category: int


@cache
def _generated() -> Any:
    loaded = importlib.import_module("asterix.generated")
    # Its 280,000 objects never die; walked by every full collection they halve the decode rate.
    gc.freeze()
    return loaded


@cache
def category_class(category: int, edition: str) -> Any:
    """Return the libasterix class of a category and edition such as (48, "1.32")."""
    return getattr(_generated(), f"Cat_{category:03d}_{edition.replace('.', '_')}")


@cache
def expansion_class(category: int, edition: str) -> Any:
    """Return the libasterix class of a Reserved Expansion field."""
    return getattr(_generated(), f"Ref_{category:03d}_{edition.replace('.', '_')}")


@cache
def _base() -> Any:
    return importlib.import_module("asterix.base")


def bits(data: bytes) -> Any:
    """Return a libasterix bit string."""
    return _base().Bits.from_bytes(data)


def block(category: int, edition: str, records: Sequence[Mapping[str, Any]]) -> bytes:
    """Return one data block; each record maps item names to what libasterix `create` takes."""
    kind = category_class(category, edition)
    made = [kind.cv_record.create(dict(record)) for record in records]
    return kind.create(made).unparse().to_bytes()


def parse(
    datagram: bytes, arrival_ns: int, editions: Mapping[int, str]
) -> Iterator[Record | Refusal | UnknownCategory]:
    """Yield what a datagram holds. `editions`: category -> edition.

    A data block is refused whole when one of its records does not parse: the records before the
    fault may already be misread. Blocks after it are read, for its length is its own.
    """
    at = refused = 0
    while at < len(datagram):
        if refused == REFUSALS_MAX:
            yield Refusal(at, f"the rest, {len(datagram) - at} bytes, after too many faults")
            return
        if at + HEADER_BYTES > len(datagram):
            yield Refusal(at, f"{len(datagram) - at} bytes after the last data block")
            return
        category = datagram[at]
        length = int.from_bytes(datagram[at + 1 : at + 3], "big")
        if length <= HEADER_BYTES or at + length > len(datagram):
            left = len(datagram) - at
            yield Refusal(at, f"CAT{category:03d} block says {length} bytes, {left} are left")
            return
        if category in editions:
            parts = _parse_block(datagram, at, length, arrival_ns, editions[category])
            refused += isinstance(parts[0], Refusal)
            yield from parts
        else:
            refused += 1
            yield UnknownCategory(at, category)
        at += length


def _parse_block(
    datagram: bytes, at: int, length: int, arrival_ns: int, edition: str
) -> list[Record] | list[Refusal]:
    category = datagram[at]
    record_class = category_class(category, edition).cv_record
    strict = _base().ParsingMode.StrictParsing
    rest = bits(datagram[at + HEADER_BYTES : at + length])
    records: list[Record] = []
    while len(rest):
        offset = at + length - len(rest) // 8
        parsed = record_class.parse(strict, rest)
        if isinstance(parsed, ValueError):
            reason = f"CAT{category:03d} edition {edition} record: {parsed}"
            return [Refusal(offset, reason, count=len(records) + 1)]
        record, rest = parsed
        if "010" not in record.items_regular:
            reason = f"CAT{category:03d} record: no data source (SAC, SIC)"
            return [Refusal(offset, reason, count=len(records) + 1)]
        records.append(Record(category, offset, arrival_ns, record.items_regular))
    return records
