"""Frames between a node and one partner that the partner's log has not told yet.

A few seconds' worth in normal times: a frame is settled when both sides have told it.
"""

from enum import Enum, auto
from typing import Any

import apsw

from skypact.core.messages import Stream
from skypact.edge.audit.tables import CAME, CLAIMED, WENT, Key, key_of, run
from skypact.sharing.audit.leaves import Numbered

BEST_EFFORT_KEPT_NS = 3_600_000_000_000
DURABLE_KEPT_NS = 7 * 86_400_000_000_000
"""How long what was sent or came waits to be told by the partner's log, and what was told waits
to come."""


class Arrival(Enum):
    """NEW: the first under its number; AGAIN: a double; OTHER: not what came or was told before
    under its number."""

    NEW = auto()
    AGAIN = auto()
    OTHER = auto()


class OpenFrames:
    """Belongs to one partner (sharing/audit/witness.Open)."""

    def __init__(self, db: apsw.Connection, partner: str, now_ns: int) -> None:
        self._db, self._partner, self._now_ns = db, partner, now_ns

    def came(self, frame: Numbered) -> bytes | None:
        """Return what we got under this number; it is settled."""
        return self._take(CAME, key_of(frame))

    def went(self, frame: Numbered) -> bytes | None:
        """Return what we sent under this number; it is settled."""
        return self._take(WENT, key_of(frame))

    def claimed(self, frame: Numbered) -> None:
        """Note that the log tells a frame that has not come."""
        self._put(CLAIMED, frame, 0)

    def excused(self, frame: Numbered) -> bool:
        """Return whether what we sent was forgotten because it was never told for so long."""
        found = self._get(
            "SELECT sequence FROM audit_forgotten WHERE partner = ? AND stream = ? AND epoch = ?",
            (frame.stream, frame.epoch),
        )
        return found is not None and frame.sequence <= found

    def lost(self, before_epoch: int) -> int:
        """Settle best-effort frames of earlier epochs that the log lacks; return how many."""
        run(
            self._db,
            "DELETE FROM audit_open WHERE partner = ? AND way = ? AND stream != ? AND epoch < ?",
            (self._partner, CAME, Stream.WARNING.value, before_epoch),
        )
        return self._db.changes()

    def overdue(self, time_ns: int) -> tuple[str, Numbered] | None:
        """Return the first frame that a log up to a time must have told."""
        found: Any = run(
            self._db,
            "SELECT way, stream, epoch, sequence, digest FROM audit_open"
            " WHERE partner = ? AND due_ns > 0 AND due_ns < ? ORDER BY due_ns LIMIT 1",
            (self._partner, time_ns),
        ).fetchone()
        if found is None:
            return None
        way, stream, epoch, sequence, digest = found
        return way, Numbered(stream, epoch, sequence, bytes(digest))

    def forget(self, time_ns: int) -> None:
        """Forget what came or was due before the partner's log began."""
        run(
            self._db,
            "DELETE FROM audit_open WHERE partner = ? AND due_ns > 0 AND due_ns < ?",
            (self._partner, time_ns),
        )

    def sent(self, frame: Numbered) -> None:
        """Note a frame that left."""
        self._put(WENT, frame, 0)

    def arrived(self, frame: Numbered, sent_ns: int, told: bool) -> Arrival:
        """Note a frame that came. told: the partner's log has told this number already."""
        key = key_of(frame)
        claimed = self._take(CLAIMED, key)
        if claimed is not None:
            return Arrival.NEW if claimed == frame.digest else Arrival.OTHER
        held = self._find(CAME, key)
        if held is not None:
            return Arrival.AGAIN if held == frame.digest else Arrival.OTHER
        if told:
            return Arrival.AGAIN
        self._put(CAME, frame, sent_ns)
        return Arrival.NEW

    def confirmed(self, upto: int, said_ns: int) -> None:
        """Note that the partner says it has our WARNING frames: its log must tell them."""
        run(
            self._db,
            "UPDATE audit_open SET due_ns = ? WHERE partner = ? AND way = ? AND stream = ?"
            " AND sequence <= ? AND due_ns = 0",
            (said_ns, self._partner, WENT, Stream.WARNING.value, upto),
        )

    def prune(self) -> None:
        """Forget what was not told for very long, and remember that it was forgotten."""
        old = "partner = ? AND at_ns < CASE WHEN stream = ? THEN ? ELSE ? END"
        values = (
            self._partner,
            Stream.WARNING.value,
            self._now_ns - DURABLE_KEPT_NS,
            self._now_ns - BEST_EFFORT_KEPT_NS,
        )
        run(
            self._db,
            "INSERT INTO audit_forgotten SELECT partner, stream, epoch, max(sequence)"
            f" FROM audit_open WHERE way = 'went' AND {old} GROUP BY stream, epoch"
            " ON CONFLICT (partner, stream, epoch)"
            " DO UPDATE SET sequence = max(sequence, excluded.sequence)",
            values,
        )
        run(self._db, f"DELETE FROM audit_open WHERE {old}", values)

    def _put(self, way: str, frame: Numbered, due_ns: int) -> None:
        run(
            self._db,
            "INSERT OR IGNORE INTO audit_open VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (self._partner, way, *key_of(frame), frame.digest, due_ns, self._now_ns),
        )

    def _find(self, way: str, key: Key) -> bytes | None:
        found = self._get(
            "SELECT digest FROM audit_open WHERE partner = ? AND way = ? AND stream = ?"
            " AND epoch = ? AND sequence = ?",
            (way, *key),
        )
        return None if found is None else bytes(found)

    def _take(self, way: str, key: Key) -> bytes | None:
        found = self._find(way, key)
        if found is not None:
            run(
                self._db,
                "DELETE FROM audit_open WHERE partner = ? AND way = ? AND stream = ?"
                " AND epoch = ? AND sequence = ?",
                (self._partner, way, *key),
            )
        return found

    def _get(self, sql: str, values: tuple[str | int, ...]) -> Any:
        return run(self._db, sql, (self._partner, *values)).get
