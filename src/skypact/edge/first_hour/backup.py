"""Backup of a whole node while it runs, and its return on another machine.

A backup is a tar of the node's folder: configuration, agreements, keys, the newest snapshots, the
store and the journal, with a manifest of checksums as its last member. Order makes it one
consistent state: snapshots first, then the store, then the journal up to its last complete entry.
A restored node then stands where a killed one stands, and starts the same way.
"""

import hashlib
import io
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast

import apsw
import msgspec

from skypact.core.errors import ConfigError, DecodeError
from skypact.edge import journal, snapshots

MANIFEST = "manifest.json"
STATE = "state"
EPOCHS_SKIPPED = 1_000_000
TRIES = 5
CHUNK_BYTES = 1 << 20
# Only these come out of an archive; nothing else a tar can name, no links, no devices.
MEMBER = re.compile(
    r"node\.toml|people\.toml(\.txt)?|card\.toml|skypact\.service|[\w-][\w.-]*\.geojson"
    r"|(agreements|blocs|procedures)/[\w-][\w.-]*\.toml(\.txt|\.sig)?|partners/[\w-]+\.toml"
    r"|keys/([\w-][\w.-]*/)*[\w-][\w.-]*"
    r"|state/store\.sqlite|state/snapshots/\d{20}\.snap|state/journal/\d{20}\.skj(\.gz)?"
)


class Backup(NamedTuple):
    """What a backup holds. position: of the journal's end; files: how many."""

    path: Path
    files: int
    size_bytes: int
    position: int


def backup(directory: Path, target: Path) -> Backup:
    """Write the node in `directory` to the tar `target`, which appears only when it is whole.

    The file can be read by its owner only: it holds the node's keys. Raises ConfigError when
    `directory` is not a node or `target` exists.
    """
    if not (directory / "node.toml").is_file():
        raise ConfigError("is not a node: it has no node.toml", path=str(directory))
    if target.exists():
        raise ConfigError("exists; a backup never overwrites another", path=str(target))
    partial = target.with_name(target.name + ".partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as tar:
                writer = _Writer(tar)
                position = _write_node(directory, writer)
                writer.add_manifest()
            out.flush()
            os.fsync(out.fileno())
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    _sync_folder(target.parent)
    return Backup(target, len(writer.sums), target.stat().st_size, position)


def restore(archive: Path, directory: Path) -> Backup:
    """Unpack `archive` into `directory`, which must not exist or be empty; check it before it
    appears.

    The epochs that the node may have used since the backup are skipped, so none is used twice.
    Raises ConfigError when there is something already, DecodeError when the archive is damaged.
    """
    if directory.exists() and any(directory.iterdir()):
        raise ConfigError("is not empty; restore into a new folder", path=str(directory))
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=directory.parent) as folder:
        whole = Path(folder) / "node"
        whole.mkdir(mode=0o700)
        files = _unpack(archive, whole)
        position = _check(whole, archive)
        if directory.exists():
            directory.rmdir()
        whole.rename(directory)
    _sync_folder(directory.parent)
    return Backup(archive, files, archive.stat().st_size, position)


class _Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """sha256: hexadecimal, by member name."""

    version: Literal[1] = 1
    sha256: dict[str, str]


class _Writer:
    """A tar whose last member lists the checksums of the others."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.sums: dict[str, str] = {}

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Add the first `size` bytes of `source` as `name`."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        hashed = _Hashed(source)
        self.tar.addfile(info, hashed)
        self.sums[name] = hashed.digest.hexdigest()

    def add_file(self, name: str, path: Path, size: int | None = None) -> None:
        """Add a file, or its first `size` bytes."""
        with path.open("rb") as source:
            self.add(name, source, path.stat().st_size if size is None else size)

    def add_manifest(self) -> None:
        """Add the list of checksums; nothing may follow it."""
        text = msgspec.json.encode(_Manifest(sha256=self.sums))
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(text), 0o600
        self.tar.addfile(info, io.BytesIO(text))


class _Hashed(io.RawIOBase):
    """Reads through and keeps the checksum."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.digest.update(data)
        return data


def _write_node(directory: Path, writer: _Writer) -> int:
    """Write all files of a node; return the position where its journal ends."""
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if path.is_file() and not name.startswith(f"{STATE}/") and MEMBER.fullmatch(name):
            writer.add_file(name, path)
    state = directory / STATE
    _write_snapshots(state / "snapshots", writer)
    if (state / "store.sqlite").is_file():
        _write_store(state / "store.sqlite", writer)
    if (state / "journal").is_dir():
        return _write_journal(state / "journal", writer)
    return 0


def _write_snapshots(folder: Path, writer: _Writer) -> None:
    for path in sorted(folder.glob("*.snap")):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            # The node keeps the newest two and has just cut another.
            continue
        writer.add(f"{STATE}/snapshots/{path.name}", io.BytesIO(data), len(data))


def _write_store(path: Path, writer: _Writer) -> None:
    """Write the database as one file, through SQLite's own copy of a database in use."""
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as copy:
        source = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        source.set_busy_timeout(5_000)
        target = apsw.Connection(copy.name)
        with target.backup("main", source, "main") as work:
            while not work.done:
                work.step(1_000)
        target.close()
        source.close()
        writer.add_file(f"{STATE}/store.sqlite", Path(copy.name))


def _write_journal(folder: Path, writer: _Writer) -> int:
    """Write every segment up to the last complete entry; return its end."""
    end = _firsts(folder)[-1]
    for entry in journal.read(folder, end):
        end = entry.end
    firsts = [first for first in _firsts(folder) if first <= end]
    begun = False
    for first, after in zip(firsts, [*firsts[1:], end], strict=True):
        written = _write_segment(folder, first, after - first + len(journal.MAGIC), writer)
        # The oldest may go at any time: the node keeps a stated size of journal.
        if begun and not written:
            raise DecodeError("a segment went away during the backup", feed=str(folder))
        begun = written
    return end


def _firsts(folder: Path) -> list[int]:
    """Return the first position of each segment, oldest first."""
    return sorted({int(path.name.partition(".")[0]) for path in folder.glob("[0-9]*.skj*")})


def _write_segment(folder: Path, first: int, size: int, writer: _Writer) -> bool:
    """Write a segment, open (its first `size` bytes) or compressed meanwhile (all of it)."""
    if size == len(journal.MAGIC):
        # The node has just made this file and perhaps not yet written its first bytes.
        magic = io.BytesIO(journal.MAGIC)
        writer.add(f"{STATE}/journal/{first:020d}.skj", magic, size)
        return True
    plain = folder / f"{first:020d}.skj"
    packed = folder / f"{first:020d}.skj.gz"
    for _ in range(TRIES):
        for path, part in ((plain, size), (packed, None)):
            try:
                writer.add_file(f"{STATE}/journal/{path.name}", path, part)
            except FileNotFoundError:
                continue
            return True
    return False


def _unpack(archive: Path, directory: Path) -> int:
    """Unpack what a node may hold; return how many files. Raises DecodeError."""
    sums: dict[str, str] = {}
    manifest: dict[str, str] | None = None
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                source = tar.extractfile(member) if member.isreg() else None
                if source is None:
                    raise DecodeError(f"{member.name} is no plain file", feed=str(archive))
                if member.name == MANIFEST:
                    manifest = msgspec.json.decode(source.read(), type=_Manifest).sha256
                elif MEMBER.fullmatch(member.name):
                    sums[member.name] = _copy(_Hashed(source), directory / member.name)
                else:
                    raise DecodeError(f"{member.name} is not part of a node", feed=str(archive))
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise DecodeError(f"is no backup of a node: {error}", feed=str(archive)) from error
    if manifest is None:
        raise DecodeError("is cut off: it has no manifest", feed=str(archive))
    for name in sorted(manifest.keys() | sums.keys()):
        if manifest.get(name) != sums.get(name):
            raise DecodeError(f"{name} is missing or damaged", feed=str(archive))
    return len(sums)


def _copy(source: _Hashed, path: Path) -> str:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        for chunk in _chunks(source):
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return source.digest.hexdigest()


def _chunks(source: _Hashed) -> Iterator[bytes]:
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


def _check(directory: Path, archive: Path) -> int:
    """Read what was unpacked as a starting node would; return the journal's end."""
    state = directory / STATE
    if not (directory / "node.toml").is_file():
        raise DecodeError("holds no node.toml", feed=str(archive))
    if (state / "store.sqlite").is_file():
        _check_store(state / "store.sqlite", archive)
    end = 0
    if (state / "journal").is_dir():
        for entry in journal.read(state / "journal"):
            end = entry.end
    if any((state / "snapshots").glob("*.snap")) and not snapshots.newest(state / "snapshots", end):
        raise DecodeError("no snapshot fits its journal", feed=str(archive))
    return end


def _check_store(path: Path, archive: Path) -> None:
    db = cast(Any, apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE))
    try:
        said = db.pragma("integrity_check")
        if said != "ok":
            raise DecodeError(f"its store is damaged: {said}", feed=str(archive))
        db.execute("UPDATE meta SET value = value + ? WHERE key = 'epoch'", (EPOCHS_SKIPPED,))
    except apsw.Error as error:
        raise DecodeError(f"its store is damaged: {error}", feed=str(archive)) from error
    finally:
        db.close()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
