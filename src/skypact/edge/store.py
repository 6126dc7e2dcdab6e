"""The store: one SQLite file a node, one writer.

What must survive is committed here in one transaction: outbox rows, the partner's receipts, and
what edge/audit writes of them. Columns high in rate stay in the journal.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

import apsw

from skypact.core.errors import ConfigError, InvariantError

SQLITE_FIXED = 3_051_003  # WAL-reset corruption is fixed from 3.51.3 on

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outbox (
  partner TEXT NOT NULL, sequence INTEGER NOT NULL, frame BLOB NOT NULL,
  PRIMARY KEY (partner, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS receipt (partner TEXT PRIMARY KEY, upto INTEGER NOT NULL) STRICT;
"""


class DurableFrame(NamedTuple):
    """A frame that must reach its partner."""

    partner: str
    sequence: int
    frame: bytes


def _run(db: apsw.Connection, sql: str, values: tuple[str | int | bytes, ...] = ()) -> Any:
    # apsw's own type of `execute` is only partly known to a strict checker.
    return cast(Any, db).execute(sql, values)


def _connect(path: Path, flags: int) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(2_000)
    return connection


class Store:
    """The writer. Open it once a node, use it from one thread."""

    def __init__(self, path: Path) -> None:
        """Open or create; refuse an SQLite that can corrupt a WAL database."""
        if apsw.SQLITE_VERSION_NUMBER < SQLITE_FIXED:
            raise ConfigError(
                f"SQLite {apsw.sqlite_lib_version()} can corrupt this database, "
                "install apsw 3.54 or newer",
                path=str(path),
            )
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._db = _connect(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        _run(self._db, "PRAGMA journal_mode = wal")
        _run(self._db, "PRAGMA synchronous = full")
        with self._db:
            _run(self._db, _SCHEMA)

    def next_epoch(self) -> int:
        """Return an epoch that no earlier start had; it is on disk when this returns."""
        row: int | None = None
        with self._db:
            row = _run(
                self._db,
                "INSERT INTO meta VALUES ('epoch', 1) "
                "ON CONFLICT (key) DO UPDATE SET value = value + 1 RETURNING value",
            ).get
        return int(row or 0)

    @property
    def database(self) -> apsw.Connection:
        """Return the connection; what is written through it belongs into `commit`."""
        return self._db

    def commit(
        self,
        frames: Sequence[DurableFrame],
        receipts: Iterable[tuple[str, int]] = (),
        also: Callable[[], None] | None = None,
    ) -> None:
        """Commit frames to the outbox, drop what partners have on disk, and do `also` within the
        same transaction.

        Raises InvariantError when another frame already has the number of one of these.
        """
        with self._db:
            if also is not None:
                also()
            for item in frames:
                self._insert(item)
            for partner, upto in receipts:
                _run(
                    self._db,
                    "INSERT INTO receipt VALUES (?1, ?2) "
                    "ON CONFLICT (partner) DO UPDATE SET upto = max(upto, ?2)",
                    (partner, upto),
                )
                _run(
                    self._db,
                    "DELETE FROM outbox WHERE partner = ? AND sequence <= ?",
                    (partner, upto),
                )

    def recommit(self, frames: Sequence[DurableFrame], receipts: Iterable[tuple[str, int]]) -> None:
        """Commit what a replay produced after a kill: what is recorded stays as it was sent."""
        self.commit([f for f in frames if not self._holds(f)], receipts)

    def _holds(self, item: DurableFrame) -> bool:
        sql = "SELECT 1 FROM outbox WHERE partner = ? AND sequence = ?"
        return _run(self._db, sql, (item.partner, item.sequence)).get is not None

    def _insert(self, item: DurableFrame) -> None:
        upto = _run(self._db, "SELECT upto FROM receipt WHERE partner = ?", (item.partner,)).get
        if upto is not None and item.sequence <= upto:
            return
        held = _run(
            self._db,
            "SELECT frame FROM outbox WHERE partner = ? AND sequence = ?",
            (item.partner, item.sequence),
        ).get
        if held is not None:
            if held != item.frame:
                raise InvariantError(f"two frames for {item.partner} are numbered {item.sequence}")
            return
        _run(
            self._db,
            "INSERT INTO outbox VALUES (?, ?, ?)",
            (item.partner, item.sequence, item.frame),
        )

    def close(self) -> None:
        """Close the file."""
        self._db.close()


class OutboxReader:
    """Reads the outbox for the sender, on its own connection in its own thread."""

    def __init__(self, path: Path) -> None:
        self._db = _connect(path, apsw.SQLITE_OPEN_READONLY)

    def pending(self, partner: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Return up to `limit` (sequence, frame) of `partner` beyond `after`, in order."""
        rows = _run(
            self._db,
            "SELECT sequence, frame FROM outbox WHERE partner = ? AND sequence > ? "
            "ORDER BY sequence LIMIT ?",
            (partner, after, limit),
        )
        return [(int(s), bytes(f)) for s, f in rows]

    def waiting(self, partner: str) -> int:
        """Return how many frames `partner` has not yet on disk."""
        count = _run(self._db, "SELECT count(*) FROM outbox WHERE partner = ?", (partner,)).get
        return int(count)

    def close(self) -> None:
        """Close the connection."""
        self._db.close()
