"""Bytes to records: one a line, a JSON object or comma-separated values in a fixed order.

A CSV line begins with its kind; then come the fields of that kind in the order of its Struct, empty
or left out at the end where there is nothing to say. Lines that are empty or begin with # are
passed over.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.lines.bearing import BearingLine
from skypact.sensors.lines.launch import LaunchLine
from skypact.sensors.lines.plot import PlotLine
from skypact.sensors.lines.position import PositionLine
from skypact.sensors.lines.sighting import SightingLine

Record = PlotLine | PositionLine | BearingLine | SightingLine | LaunchLine

KINDS: Mapping[str, Mapping[str, type[Record]]] = {
    "lines": {"plot": PlotLine, "position": PositionLine, "bearing": BearingLine},
    "sightings": {"sighting": SightingLine},
    "launches": {"launch": LaunchLine},
}
"""Format of a feed: which kinds of line it takes."""

LINE_BYTES_MAX = 4_096
_BEGINS = b"|".join([rb"\{\"", *(k.encode() + b"," for kinds in KINDS.values() for k in kinds)])
_FLIPPED = b"".join(re.escape(bytes([10 ^ 1 << bit])) for bit in range(8))
_DAMAGED_END = re.compile(b"[" + _FLIPPED + b"](?=" + _BEGINS + b")")
"""An end of a line with one bit flipped, before what a line begins with: the next line is still
found. One byte, as the end is."""
EXAMPLE_CHARACTERS = 60


def split(
    pending: bytes, chunk: bytes, stream: bool
) -> tuple[list[tuple[int, bytes]], list[Refusal], bytes]:
    """Return the lines of `pending` + `chunk` with their offsets in the chunk, what was refused,
    and the new `pending`.

    stream: the last line goes on in the next chunk unless it has an end; else it ends here. An
    offset is negative when the line began in an earlier chunk.
    """
    data = pending + chunk
    *whole, rest = data.split(b"\n")
    if not stream:
        whole, rest = [*whole, rest], b""
    lines: list[tuple[int, bytes]] = []
    refusals: list[Refusal] = []
    at = -len(pending)
    for ended in whole:
        apart = len(ended) > LINE_BYTES_MAX or ended.lstrip().startswith(b"#")
        for start, line in _parts(ended, at) if apart else [(at, ended)]:
            text = line.strip()
            if len(line) > LINE_BYTES_MAX:
                refusals.append(_too_long(start))
            elif text and not text.startswith(b"#"):
                lines.append((start, text))
        at += len(ended) + 1
    if len(rest) > LINE_BYTES_MAX:
        # One byte too many stays, so that its end is refused too, not read as a line.
        rest = rest[: LINE_BYTES_MAX + 1]
    return lines, refusals, rest


def records(offset: int, line: bytes, form: str) -> Iterator[tuple[int, Record | Refusal]]:
    """Yield what stands in a line, with its offset: one record, one refusal, or more where it holds
    what may be a damaged end. A line that can be read as it stands has none, whatever its texts
    say; one of which no part can be read is refused once."""
    whole = _read(offset, line, form)
    found = [whole]
    if isinstance(whole[1], Refusal):
        parts = [_read(at, part, form) for at, part in _parts(line, offset)]
        if not all(isinstance(said, Refusal) for _, said in parts):
            found = parts
    yield from found


def _read(offset: int, line: bytes, form: str) -> tuple[int, Record | Refusal]:
    try:
        return offset, record(line, form)
    except ValueError as error:
        return offset, Refusal(offset, str(error))


def _parts(line: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Yield what stands between damaged ends, with its offset."""
    for part in _DAMAGED_END.split(line):
        yield offset, part
        offset += len(part) + 1


def record(line: bytes, form: str) -> Record:
    """Return what a line says; raises ValueError with a sentence that ends in an example."""
    try:
        if line.startswith(b"{"):
            return _decoder(form).decode(line)
        return _from_csv(line.decode(), KINDS[form])
    except (ValueError, RecursionError) as error:
        example = line[:EXAMPLE_CHARACTERS].decode("utf-8", "backslashreplace")
        raise ValueError(f"{error}: {example}") from None


def _from_csv(line: str, kinds: Mapping[str, type[Record]]) -> Record:
    name, *values = (value.strip() for value in line.split(","))
    if name not in kinds:
        raise ValueError(f"a line here begins with {{ or one of {', '.join(kinds)}")
    fields = [field.encode_name for field in msgspec.structs.fields(kinds[name])]
    if len(values) > len(fields):
        raise ValueError(f"{len(values)} values where a {name} has {len(fields)}")
    said = {field: value for field, value in zip(fields, values, strict=False) if value}
    return msgspec.convert(said, kinds[name], strict=False)


@cache
def _decoder(form: str) -> msgspec.json.Decoder[Any]:
    kinds = tuple(KINDS[form].values())
    union: Any = kinds[0]
    for kind in kinds[1:]:
        union = union | kind
    return msgspec.json.Decoder(union)


def _too_long(offset: int) -> Refusal:
    return Refusal(offset, f"a line of more than {LINE_BYTES_MAX} bytes")
