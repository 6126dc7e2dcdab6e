"""An ASTERIX recording in, a table of its records out: `skypact decode`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from skypact.core.errors import ConfigError, DecodeError
from skypact.edge.feeds.capture import CUT, DAMAGED, INCOMPLETE, Datagrams, read_pieces
from skypact.edge.feeds.frames import PCAP, PCAPNG
from skypact.edge.tables.records import record_writer
from skypact.sensors.asterix.tables import table
from skypact.sensors.asterix_rows import USUAL, RowReader

_CAPTURES = (".pcap", ".pcapng", ".cap")
_GZIP = b"\x1f\x8b"


@dataclass(slots=True)
class _Seen:
    """Counts of a recording's packets so far; see Datagrams."""

    datagrams: int = 0
    packets: int = 0
    passed_over: int = 0
    cut: int = 0
    damaged: int = 0
    fragments: int = 0
    incomplete: int = 0

    def take(self, piece: Datagrams) -> None:
        self.datagrams += len(piece.arrival_ns)
        self.packets += piece.packets
        self.passed_over += piece.passed_over
        self.cut += piece.cut
        self.damaged, self.fragments = piece.damaged, piece.fragments
        self.incomplete = piece.incomplete

    def faults(self) -> tuple[tuple[int, str], ...]:
        return (
            (self.damaged, DAMAGED),
            (self.incomplete, INCOMPLETE),
            (self.cut, CUT),
        )


def decode_file(
    source: Path, target: Path, editions: Mapping[int, str], tell: Callable[[float], None]
) -> dict[str, Any]:
    """Write the records of a recording to a file; return what was read and refused.

    editions: by category, of the others asterix_rows.USUAL; tell: called with the share done. The
    file appears only when it is whole. A capture cut short counts as a refusal after what came
    before.
    Raises ConfigError for a file or an edition that cannot be used, DecodeError when nothing in the
    file can be read.
    """
    _check_editions(editions)
    size = _checked_size(source)
    begun, begun_cpu = time.monotonic(), time.process_time()
    reader = RowReader(editions)
    part = target.with_name(f".{target.stem}.part{target.suffix}")
    try:
        writer = record_writer(part)
    except ConfigError as fault:
        raise ConfigError(fault.message, path=str(target)) from fault
    seen = _Seen()
    try:
        try:
            for piece in read_pieces(source):
                data = np.frombuffer(piece.data, np.uint8)
                rows, faulty = reader.read(data, piece.bounds, piece.arrival_ns)
                writer.write(rows, faulty, piece)
                seen.take(piece)
                tell(piece.read_bytes / max(size, 1))
        except DecodeError as fault:
            if not seen.packets:
                raise
            reader.counts.refuse(f"capture: {fault.message}")
        for count, reason in seen.faults():
            if count:
                reader.counts.refuse(reason, count)
        writer.close()
        part.replace(target)
    except OSError as error:
        raise ConfigError(
            f"{error.strerror or error}", path=str(error.filename or target)
        ) from error
    finally:
        part.unlink(missing_ok=True)
    report = _report(reader, seen)
    spent, cpu = time.monotonic() - begun, time.process_time() - begun_cpu
    report["records_per_s"] = round(report["records_total"] / max(spent, 1e-9))
    report["records_per_cpu_s"] = round(report["records_total"] / max(cpu, 1e-9))
    return report | {"wall_s": round(spent, 3), "cpu_s": round(cpu, 3)}


def _report(reader: RowReader, seen: _Seen) -> dict[str, Any]:
    counts = reader.counts
    records = {f"CAT{c:03d}": counts.records[c] for c in sorted(counts.records)}
    unknown = {f"CAT{c:03d}": counts.unknown_blocks[c] for c in sorted(counts.unknown_blocks)}
    return {
        "records": records,
        "records_total": sum(records.values()),
        "refused": counts.refused,
        "refused_total": sum(counts.refused.values()),
        "unknown_blocks": unknown,
        "datagrams": seen.datagrams,
        "fragments_joined": seen.fragments,
        "packets_passed_over": seen.passed_over,
    }


def _check_editions(editions: Mapping[int, str]) -> None:
    for category, edition in editions.items():
        if category not in USUAL:
            known = ", ".join(f"{c}" for c in USUAL)
            raise ConfigError(f"category {category} is not read, only {known}", path="--edition")
        known = table(category).editions
        if edition not in known:
            message = f"CAT{category:03d} has the editions {', '.join(known)}, not {edition}"
            raise ConfigError(message, path="--edition")


def _checked_size(source: Path) -> int:
    """Return the size of a recording; raises DecodeError when it is not what its name says."""
    try:
        with source.open("rb") as stream:
            head = stream.read(4)
        size = source.stat().st_size
    except OSError as error:
        raise DecodeError(str(error.strerror or error), feed=str(source)) from error
    if not size:
        raise DecodeError("the file is empty", feed=str(source))
    if head[:2] == _GZIP:
        raise DecodeError("this is compressed: unpack it first (gunzip)", feed=str(source))
    if source.suffix.lower() in _CAPTURES and head not in PCAP and head != PCAPNG:
        message = f"this is no capture: it begins with {head.hex(' ')}"
        raise DecodeError(message, feed=str(source))
    return size
