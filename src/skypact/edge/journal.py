"""The journal: every input of a node, appended before it is handled.

A journal is a folder of segments named by the position of their first byte (20 digits, `.skj`;
closed ones compressed, `.skj.gz`). A segment is an 8-byte magic, then records:

  length  u4  bytes of the payload
  crc32   u4  of kind, now_ns and payload
  kind    u1  CONFIG, INPUT, OUTPUT or QUARANTINE
  now_ns  i8
  payload

A position counts record bytes (not magics) since the journal began, so it survives compression
and retention. A torn last record, left by a kill, is cut off when the journal is opened.
"""

import gzip
import itertools
import os
import struct
import threading
import zlib
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

from skypact.core.errors import DecodeError

MAGIC = b"SKYJNL1\n"
SEGMENT_BYTES = 64 * 1024 * 1024
PAYLOAD_BYTES_MAX = 64 * 1024 * 1024
_HEADER = struct.Struct("<IIBq")
_CHECKED = struct.Struct("<Bq")


class Kind(IntEnum):
    """CONFIG: what the node was built from; INPUT: a message about to be handled; OUTPUT: digest
    of what it led to; QUARANTINE: position of an input that broke an invariant, and why."""

    CONFIG = 1
    INPUT = 2
    OUTPUT = 3
    QUARANTINE = 4


class Entry(NamedTuple):
    """position: of the record's first byte; end: of the byte after its last."""

    position: int
    end: int
    kind: Kind
    now_ns: int
    payload: bytes


def _segments(directory: Path) -> list[tuple[int, Path]]:
    """Return (first position, path), oldest first. A compressed twin of an open one is unfinished
    work of a killed process and is ignored."""
    found: dict[int, Path] = {}
    for path in sorted(directory.glob("*.skj*")):
        name, _, suffix = path.name.partition(".")
        if name.isdigit() and (suffix == "skj" or (suffix == "skj.gz" and int(name) not in found)):
            found[int(name)] = path
    return sorted(found.items())


def _records(data: bytes, first: int) -> Iterator[Entry]:
    offset = len(MAGIC)
    while offset + _HEADER.size <= len(data):
        length, crc, kind, now_ns = _HEADER.unpack_from(data, offset)
        end = offset + _HEADER.size + length
        if length > PAYLOAD_BYTES_MAX or end > len(data):
            return
        payload = data[offset + _HEADER.size : end]
        if zlib.crc32(payload, zlib.crc32(_CHECKED.pack(kind, now_ns))) != crc:
            return
        base = first - len(MAGIC)
        yield Entry(base + offset, base + end, Kind(kind), now_ns, payload)
        offset = end


def read(directory: Path, start: int = 0) -> Iterator[Entry]:
    """Yield the entries from position `start` on.

    Raises DecodeError when a record before the very end is damaged or a segment is missing: a
    journal that lies is worse than one that stops.
    """
    segments = _segments(directory)
    for index, (first, path) in enumerate(segments):
        after = segments[index + 1][0] if index + 1 < len(segments) else None
        if after is not None and after <= start:
            continue
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if data[: len(MAGIC)] != MAGIC[: len(data)]:
            raise DecodeError("this is not a journal segment", feed=str(path))
        end = first
        for entry in _records(data, first):
            end = entry.end
            if entry.position >= start:
                yield entry
        if after is not None and end != after:
            raise DecodeError("the record is damaged", feed=str(path), offset=end - first)


class Journal:
    """The journal of a running node. One thread appends and flushes; any thread may sync."""

    def __init__(self, directory: Path, segment_bytes: int = SEGMENT_BYTES) -> None:
        """Open for appending; cut off a torn last record."""
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory, self._segment_bytes = directory, segment_bytes
        self._lock = threading.Lock()
        self._closed: list[int] = []
        self._pending = bytearray()
        self.torn_bytes = 0
        segments = _segments(directory)
        for leftover in directory.glob("*.partial"):
            leftover.unlink()
        if not segments:
            self._first, self._end = 0, 0
            self._file = self._create(0)
            return
        self._first, path = segments[-1]
        if path.suffix == ".gz":
            self._end = self._first + len(gzip.decompress(path.read_bytes())) - len(MAGIC)
            self._first, self._file = self._end, self._create(self._end)
            return
        data = path.read_bytes()
        self._end = self._first
        for entry in _records(data, self._first):
            self._end = entry.end
        keep = len(MAGIC) + self._end - self._first
        self.torn_bytes = max(0, len(data) - keep)
        self._file = os.open(path, os.O_RDWR)
        if len(data) < len(MAGIC):
            os.pwrite(self._file, MAGIC, 0)
        os.ftruncate(self._file, keep)
        os.lseek(self._file, keep, os.SEEK_SET)

    def _create(self, first: int) -> int:
        path = self._directory / f"{first:020d}.skj"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(descriptor, MAGIC)
        folder = os.open(self._directory, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        return descriptor

    @property
    def position(self) -> int:
        """Return the position after the last appended record."""
        return self._end + len(self._pending)

    def append(self, kind: Kind, now_ns: int, payload: bytes) -> int:
        """Append a record; return its position. It reaches the file with `flush`."""
        position = self.position
        crc = zlib.crc32(payload, zlib.crc32(_CHECKED.pack(kind, now_ns)))
        self._pending += _HEADER.pack(len(payload), crc, kind, now_ns)
        self._pending += payload
        return position

    def flush(self) -> None:
        """Hand what was appended to the operating system: a kill no longer loses it."""
        if not self._pending:
            return
        view = memoryview(bytes(self._pending))
        while view:
            view = view[os.write(self._file, view) :]
        self._end += len(self._pending)
        self._pending.clear()
        if self._end - self._first >= self._segment_bytes:
            with self._lock:
                os.fdatasync(self._file)
                os.close(self._file)
                self._closed.append(self._first)
                self._first, self._file = self._end, self._create(self._end)

    def sync(self) -> None:
        """Make what was flushed survive a power cut."""
        with self._lock:
            os.fdatasync(self._file)

    def tidy(self, keep_bytes: int, needed_from: int) -> int:
        """Compress closed segments and delete the oldest beyond `keep_bytes`, never one that holds
        `needed_from` (the newest snapshot) or later. Return the bytes now on disk."""
        while self._closed:
            path = self._directory / f"{self._closed[0]:020d}.skj"
            partial = path.with_suffix(".partial")
            with partial.open("wb") as out:
                out.write(gzip.compress(path.read_bytes(), 1))
                out.flush()
                os.fsync(out.fileno())
            partial.rename(path.with_name(path.name + ".gz"))
            path.unlink()
            self._closed.pop(0)
        segments = _segments(self._directory)
        total = sum(path.stat().st_size for _, path in segments)
        for (_, path), (after, _) in itertools.pairwise(segments):
            if total <= keep_bytes or after > needed_from:
                break
            total -= path.stat().st_size
            path.unlink()
        return total

    def close(self) -> None:
        """Flush, sync and close."""
        self.flush()
        self.sync()
        os.close(self._file)
