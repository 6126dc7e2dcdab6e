"""Reading the audit log of a node's store, whether the node runs or not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import apsw
import msgspec

from skypact.core.errors import ConfigError
from skypact.core.notes import NoteError, Verifier, is_signed, read
from skypact.edge.audit.keeper import Auditor
from skypact.edge.audit.tables import OWN, EntryRow, LogRow, NoteRow, Tables, run
from skypact.sharing.audit import entries, leaves, verify
from skypact.sharing.audit.checkpoint import Checkpoint, checkpoint_of, witnesses
from skypact.sharing.audit.entries import ExchangedEntry
from skypact.sharing.audit.leaves import LeafError
from skypact.sharing.audit.verify import Expected, Finding, Head, Wrong
from skypact.sharing.audit.witness import Followed

ROWS_A_READ = 2_000
Progress = Callable[[int], None]


class Report(NamedTuple):
    """What was read of one log. partner: OWN for the nation's own; cosigned: signed heads with a
    partner's cosignature."""

    partner: str
    origin: str
    first: int
    size: int
    heads: int
    cosigned: int
    findings: tuple[Finding, ...]


def opened(path: Path) -> Tables:
    """Return the tables of a store as they are now; raises ConfigError."""
    try:
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        db.set_busy_timeout(2_000)
        run(db, "BEGIN")  # a running node writes on; what is read here stays as it is
        tables = Tables(db)
        tables.logs()
    except apsw.Error as error:
        raise ConfigError(f"has no audit log that can be read: {error}", path=str(path)) from error
    return tables


def entry_count(tables: Tables) -> int:
    """Return how many entries are held, of all logs."""
    return sum(row.end.size - row.first for row in tables.logs().values())


class Reader:
    """Verifies the logs of one store. checkpoints: notes that partners hand over."""

    def __init__(
        self, tables: Tables, who: Auditor, checkpoints: Mapping[str, str], progress: Progress
    ) -> None:
        self._tables, self._who, self._progress = tables, who, progress
        self._handed = dict(checkpoints)
        self._told: dict[str, dict[int, bytes]] = {}
        self._bad_times: dict[str, list[Finding]] = {}

    def reports(self, only: str = "") -> Iterator[Report]:
        """Yield a report for each log, the own first: it tells the leaves of the others."""
        logs = self._tables.logs()
        own = logs.pop(OWN, None)
        if own is not None:
            yield self._report(own)
        for partner in self._told:
            if partner not in logs:
                text = f"the whole log for {partner} is not there"
                finding = Finding(Wrong.DROPPED, 0, len(self._told[partner]), 0, text)
                yield Report(partner, self._who.origin(partner), 0, 0, 0, 0, (finding,))
        for partner, row in logs.items():
            if not only or partner == only:
                yield self._report(row)

    def _report(self, row: LogRow) -> Report:
        heads, findings = self._heads(row)
        expected = Expected(
            first=row.first,
            before=row.before,
            chain=row.first_chain,
            size=row.end.size,
            root=row.end.tree.head(),
            end_chain=row.end.chain,
            heads=heads,
            leaves=self._told.get(row.partner, {}),
            nodes=self._nodes(row),
        )
        if row.end.origin != self._who.origin(row.partner):
            text = f"the log is named {row.end.origin}, not {self._who.origin(row.partner)}"
            findings.append(Finding(Wrong.ALTERED, 0, row.end.size, 0, text))
        findings += verify.check(expected, self._rows(row))
        findings += self._bad_times.pop(row.partner, [])
        cosigned = sum("cosigned" in head.who for head in heads)
        return Report(
            row.partner,
            row.end.origin,
            row.first,
            row.end.size,
            len(heads),
            cosigned,
            tuple(sorted(findings, key=lambda f: f.first)),
        )

    def _rows(self, row: LogRow) -> Iterator[EntryRow]:
        """Yield the entries as they lie there, reading what the own log tells of the others."""
        after, found = -1, True
        while found:
            found = False
            for entry in self._tables.beyond(row.log, after, ROWS_A_READ):
                found, after = True, entry.number
                self._learn(row.partner, entry)
                yield entry
            self._progress(ROWS_A_READ)

    def _learn(self, partner: str, entry: EntryRow) -> None:
        try:
            if partner != OWN:
                time_ns = leaves.decode(entry.data).time_ns
            else:
                said = entries.decoder.decode(entry.data)
                time_ns = said.time_ns
                if isinstance(said, ExchangedEntry):
                    self._told.setdefault(said.partner, {})[said.number] = said.leaf
        except (LeafError, msgspec.DecodeError, UnicodeDecodeError):
            return  # chain and tree say whether that is how it was logged
        if time_ns != entry.time_ns:
            text = f"entry {entry.number} is stored under another time than its own"
            finding = Finding(Wrong.ALTERED, entry.number, entry.number + 1, time_ns, text)
            self._bad_times.setdefault(partner, []).append(finding)

    def _nodes(self, row: LogRow) -> dict[tuple[int, int], bytes]:
        found = run(
            self._tables.db,
            "SELECT level, number, hash FROM audit_node WHERE log = ?",
            (row.log,),
        )
        return {(level, number): bytes(value) for level, number, value in found}

    def _heads(self, row: LogRow) -> tuple[list[Head], list[Finding]]:
        """Return the signed heads of a log, and those whose signature does not hold."""
        heads: list[Head] = []
        findings: list[Finding] = []
        for note in self._tables.notes(row.end.origin):
            by = "" if note.by == OWN else note.by
            head, wrong = _head(note.note, self._who.verifier, self._who.verifiers.get(by), by)
            if wrong or head is None or head.size != note.size:
                text = wrong or f"a signed head is stored under the size {note.size}"
                findings.append(Finding(Wrong.SIGNATURE, note.size, note.size, note.time_ns, text))
                continue
            who = f"{by} cosigned" if by else "this node signed"
            heads.append(Head(head.size, head.head, note.time_ns, who))
        for name, text in self._handed.items():
            head, wrong = _head(text, self._who.verifier, None, "")
            if head is not None and head.origin == row.end.origin:
                if wrong:
                    findings.append(Finding(Wrong.SIGNATURE, head.size, head.size, 0, wrong))
                else:
                    heads.append(Head(head.size, head.head, 0, f"{name} holds"))
        return heads, findings

    def followed(self, only: str = "") -> Iterator[Report]:
        """Yield a report for each partner's log that this node followed: its signed heads, ours
        and those handed over, must tell one story."""
        for partner, state in self._tables.followed().items():
            if state.origin and (not only or partner == only):
                notes = self._tables.notes(state.origin)
                findings = tuple(self._stories(partner, state, notes))
                size, count = state.size, len(notes)
                yield Report(partner, state.origin, 0, size, count, count, findings)

    def _stories(
        self, partner: str, state: Followed, notes: Sequence[NoteRow]
    ) -> Iterator[Finding]:
        told = [(n.note, self._who.nation, "is stored here", n.time_ns) for n in notes]
        told += [(text, "", f"{name} holds", 0) for name, text in self._handed.items()]
        seen = {state.size: (state.tree().head(), "was followed")}
        for text, by, where, time_ns in told:
            witness = self._who.verifier if by else None
            head, wrong = _head(text, self._who.verifiers.get(partner), witness, by)
            if head is None or head.origin != state.origin:
                continue
            if wrong:
                yield Finding(Wrong.SIGNATURE, head.size, head.size, time_ns, wrong)
                continue
            known = seen.setdefault(head.size, (head.head, where))
            if known[0] != head.head:
                said = f"two heads of {head.size} entries: one {known[1]}, another {where}"
                yield Finding(Wrong.TWO_FACED, head.size, head.size, time_ns, said)
            elif by and head.size > state.size:
                said = f"{state.size} entries were followed, but a head of {head.size} {where}"
                yield Finding(Wrong.CUT, state.size, head.size, time_ns, said)
        if state.fault:
            said = f"it is followed no further: {state.fault}"
            yield Finding(Wrong.TWO_FACED, state.size, state.size, state.time_ns, said)


def _head(
    text: str, key: Verifier | None, witness: Verifier | None, by: str
) -> tuple[Checkpoint | None, str]:
    """Return the head of a note, and what is wrong with its signatures."""
    try:
        note = read(text)
        head = checkpoint_of(note)
    except NoteError as error:
        return None, f"a signed head cannot be read: {error}"
    if key is None or not is_signed(note, key):
        return head, f"the head of {head.size} entries is not signed by the key of its log"
    if by and (witness is None or not witnesses(note, {witness.name: witness.key})):
        return head, f"the head of {head.size} entries is not cosigned by {by}"
    return head, ""
