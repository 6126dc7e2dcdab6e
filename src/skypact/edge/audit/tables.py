"""The audit log in the node's store: entries, inner hashes, signed heads, and what is still open.

Everything here runs inside the transaction of whoever calls; the store has one writer.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

import apsw
import msgspec

from skypact.core.messages import Stream
from skypact.sharing.audit.leaves import Numbered
from skypact.sharing.audit.log import CHAIN_START, Added, Log
from skypact.sharing.audit.merkle import HASH_BYTES, Range, leaf_hash
from skypact.sharing.audit.witness import Followed

OWN = ""
"""In the place of a partner: the nation's own log, which no partner sees."""
NOTES_EVERY_NS = 60_000_000_000
"""Of signed heads the newest is kept, and one for each span of this length."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS audit_log (
  log INTEGER PRIMARY KEY, partner TEXT NOT NULL UNIQUE, origin TEXT NOT NULL,
  size INTEGER NOT NULL, roots BLOB NOT NULL, chain BLOB NOT NULL, first INTEGER NOT NULL,
  first_roots BLOB NOT NULL, first_chain BLOB NOT NULL, known INTEGER NOT NULL,
  position INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS audit_entry (
  log INTEGER NOT NULL, number INTEGER NOT NULL, time_ns INTEGER NOT NULL, data BLOB NOT NULL,
  chain BLOB NOT NULL, PRIMARY KEY (log, number)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit_node (
  log INTEGER NOT NULL, level INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY (log, level, number)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit_note (
  origin TEXT NOT NULL, by TEXT NOT NULL, size INTEGER NOT NULL, time_ns INTEGER NOT NULL,
  note TEXT NOT NULL, PRIMARY KEY (origin, by, size)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS audit_note_time ON audit_note (time_ns);
CREATE TABLE IF NOT EXISTS audit_followed (
  partner TEXT PRIMARY KEY, state BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit_open (
  partner TEXT NOT NULL, way TEXT NOT NULL, stream TEXT NOT NULL, epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL, digest BLOB NOT NULL, due_ns INTEGER NOT NULL, at_ns INTEGER NOT NULL,
  PRIMARY KEY (partner, way, stream, epoch, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit_forgotten (
  partner TEXT NOT NULL, stream TEXT NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER NOT NULL,
  PRIMARY KEY (partner, stream, epoch)) STRICT, WITHOUT ROWID;
"""

CAME, WENT, CLAIMED = "came", "went", "claimed"
"""A frame that came and its log has not told; that we sent and its log has not told; that its log
tells and has not come."""

Value = str | int | bytes


def run(db: apsw.Connection, sql: str, values: Sequence[Value] = ()) -> Any:
    """Return the cursor of a statement."""
    # apsw's own type of `execute` is only partly known to a strict checker.
    return cast(Any, db).execute(sql, tuple(values))


class LogRow(NamedTuple):
    """A log as it is stored. first: oldest entry still held; before, first_chain: tree and chain up
    to there; known: how far the partner has followed it; position: in the journal, of the last
    input whose entries are here."""

    log: int
    partner: str
    end: Log
    first: int
    before: Range
    first_chain: bytes
    known: int
    position: int


class NoteRow(NamedTuple):
    """A signed head as it is stored. by: who cosigned it, OWN for nobody."""

    by: str
    size: int
    time_ns: int
    note: str


class EntryRow(NamedTuple):
    """An entry as it is stored."""

    number: int
    time_ns: int
    data: bytes
    chain: bytes


def joined(roots: Iterable[bytes]) -> bytes:
    """Return hashes as one value."""
    return b"".join(roots)


def split(hashes: bytes) -> list[bytes]:
    """Return the hashes of one value."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


class Tables:
    """Reads and writes the tables of one store."""

    def __init__(self, db: apsw.Connection) -> None:
        self.db = db

    def logs(self) -> dict[str, LogRow]:
        """Return every log by its partner."""
        rows = run(
            self.db,
            "SELECT log, partner, origin, size, roots, chain, first, first_roots, first_chain,"
            " known, position FROM audit_log ORDER BY log",
        )
        found: dict[str, LogRow] = {}
        for log, partner, origin, size, roots, chain, first, before, first_chain, *rest in rows:
            end = Log(origin, Range(size, split(roots)), bytes(chain))
            tree = Range(first, split(before))
            found[partner] = LogRow(log, partner, end, first, tree, bytes(first_chain), *rest)
        return found

    def create(self, partner: str, origin: str) -> LogRow:
        """Begin a log."""
        run(
            self.db,
            "INSERT INTO audit_log (partner, origin, size, roots, chain, first, first_roots,"
            " first_chain, known, position) VALUES (?, ?, 0, x'', ?, 0, x'', ?, 0, -1)",
            (partner, origin, CHAIN_START, CHAIN_START),
        )
        number = int(run(self.db, "SELECT log FROM audit_log WHERE partner = ?", (partner,)).get)
        return LogRow(number, partner, Log(origin), 0, Range(), CHAIN_START, 0, -1)

    def add(self, log: int, added: Added, time_ns: int) -> None:
        """Store an entry and the inner hashes that it completes."""
        run(
            self.db,
            "INSERT INTO audit_entry VALUES (?, ?, ?, ?, ?)",
            (log, added.number, time_ns, added.data, added.chain),
        )
        for level, number, value in added.nodes:
            run(
                self.db,
                "INSERT INTO audit_node VALUES (?, ?, ?, ?)",
                (log, level, number, value),
            )

    def save_end(self, log: int, end: Log) -> None:
        """Store where a log ends now."""
        run(
            self.db,
            "UPDATE audit_log SET size = ?, roots = ?, chain = ? WHERE log = ?",
            (end.size, joined(end.tree.roots), end.chain, log),
        )

    def save_known(self, log: int, known: int) -> None:
        """Store how far the partner has followed a log."""
        run(self.db, "UPDATE audit_log SET known = ? WHERE log = ?", (known, log))

    def entries(self, log: int, begin: int, end: int) -> list[EntryRow]:
        """Return entries begin <= number < end, in order."""
        rows = run(
            self.db,
            "SELECT number, time_ns, data, chain FROM audit_entry"
            " WHERE log = ? AND number >= ? AND number < ? ORDER BY number",
            (log, begin, end),
        )
        return [EntryRow(number, time_ns, bytes(d), bytes(c)) for number, time_ns, d, c in rows]

    def beyond(self, log: int, after: int, limit: int) -> list[EntryRow]:
        """Return up to `limit` entries beyond number `after`, in order."""
        rows = run(
            self.db,
            "SELECT number, time_ns, data, chain FROM audit_entry"
            " WHERE log = ? AND number > ? ORDER BY number LIMIT ?",
            (log, after, limit),
        )
        return [EntryRow(number, time_ns, bytes(d), bytes(c)) for number, time_ns, d, c in rows]

    def older(self, log: int, time_ns: int, upto: int) -> int:
        """Return the number after the last entry before a time, at most `upto`."""
        found = run(
            self.db,
            "SELECT number FROM audit_entry WHERE log = ? AND number < ? AND time_ns < ?"
            " ORDER BY number DESC LIMIT 1",
            (log, upto, time_ns),
        ).get
        return 0 if found is None else int(found) + 1

    def drop(self, row: LogRow, first: int, before: Range) -> None:
        """Drop the entries before `first`; before: the tree up to there."""
        last = self.entries(row.log, first - 1, first)[0]
        run(
            self.db,
            "UPDATE audit_log SET first = ?, first_roots = ?, first_chain = ? WHERE log = ?",
            (first, joined(before.roots), last.chain, row.log),
        )
        run(self.db, "DELETE FROM audit_entry WHERE log = ? AND number < ?", (row.log, first))
        run(
            self.db,
            "DELETE FROM audit_node WHERE log = ? AND (number + 1) << level <= ?",
            (row.log, first),
        )

    def put_note(self, origin: str, by: str, size: int, time_ns: int, note: str) -> None:
        """Store a signed head; the one before goes when it is of the same span. by: who cosigned
        it, OWN for nobody."""
        last = run(
            self.db,
            "SELECT size, time_ns FROM audit_note WHERE origin = ? AND by = ? AND size <= ?"
            " ORDER BY size DESC LIMIT 1",
            (origin, by, size),
        ).fetchone()
        if last is not None and last[0] == size:
            return
        if last is not None and last[1] // NOTES_EVERY_NS == time_ns // NOTES_EVERY_NS:
            run(
                self.db,
                "DELETE FROM audit_note WHERE origin = ? AND by = ? AND size = ?",
                (origin, by, last[0]),
            )
        run(
            self.db,
            "INSERT INTO audit_note VALUES (?, ?, ?, ?, ?)",
            (origin, by, size, time_ns, note),
        )

    def notes(self, origin: str) -> list[NoteRow]:
        """Return the signed heads of a log, oldest first."""
        rows = run(
            self.db,
            "SELECT by, size, time_ns, note FROM audit_note WHERE origin = ? ORDER BY size, by",
            (origin,),
        )
        return [NoteRow(*row) for row in rows]

    def drop_notes(self, time_ns: int) -> None:
        """Drop the signed heads from before a time."""
        run(
            self.db,
            "DELETE FROM audit_note WHERE time_ns < ?1 AND size < (SELECT max(size)"
            " FROM audit_note AS newer WHERE newer.origin = audit_note.origin"
            " AND newer.by = audit_note.by)",
            (time_ns,),
        )

    def followed(self) -> dict[str, Followed]:
        """Return how far each partner's log was followed."""
        rows = run(self.db, "SELECT partner, state FROM audit_followed ORDER BY partner")
        return {p: msgspec.msgpack.decode(state, type=Followed) for p, state in rows}

    def save_followed(self, partner: str, state: Followed) -> None:
        """Store how far a partner's log was followed."""
        values = (partner, msgspec.msgpack.encode(state))
        run(self.db, "INSERT OR REPLACE INTO audit_followed VALUES (?, ?)", values)

    def epoch(self) -> int:
        """Return the epoch of the running start."""
        return int(run(self.db, "SELECT value FROM meta WHERE key = 'epoch'").get or 0)

    def entered_epoch(self) -> int:
        """Return the epoch of the last start that was entered, 0 for none."""
        return int(run(self.db, "SELECT value FROM meta WHERE key = 'audit_epoch'").get or 0)

    def save_entered_epoch(self, epoch: int) -> None:
        """Store the epoch of a start that is entered."""
        run(self.db, "INSERT OR REPLACE INTO meta VALUES ('audit_epoch', ?)", (epoch,))

    def save_position(self, log: int, position: int) -> None:
        """Store the journal position of the last input whose entries a log has."""
        run(self.db, "UPDATE audit_log SET position = ? WHERE log = ?", (position, log))


def begun(db: apsw.Connection) -> Tables:
    """Return the tables of a store, made when they are not there yet."""
    with db:
        run(db, SCHEMA)
    return Tables(db)


class StoredTree:
    """A log in the store as proofs need it (sharing/audit/log.Kept)."""

    def __init__(self, tables: Tables, row: LogRow) -> None:
        self._tables, self._row = tables, row
        self.first, self.before = row.first, row.before

    def node(self, level: int, number: int) -> bytes | None:
        """Return an inner hash that was kept."""
        found = run(
            self._tables.db,
            "SELECT hash FROM audit_node WHERE log = ? AND level = ? AND number = ?",
            (self._row.log, level, number),
        ).get
        return None if found is None else bytes(found)

    def leaf_hashes(self, begin: int, end: int) -> list[bytes]:
        """Return the hashes of the leaves begin <= number < end."""
        rows = self._tables.entries(self._row.log, begin, end)
        if len(rows) != end - begin:
            raise ValueError(f"entries {begin} to {end - 1} are not all there")
        return [leaf_hash(row.data) for row in rows]


def is_best_effort(stream: str) -> bool:
    """Return whether frames of a stream may be lost on the way."""
    return stream != Stream.WARNING.value


Key = tuple[str, int, int]


def key_of(frame: Numbered) -> Key:
    """Return what a frame is known by."""
    return frame.stream, frame.epoch, frame.sequence
