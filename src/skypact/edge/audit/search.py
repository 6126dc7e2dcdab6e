"""Finding a frame in a partner's log, with what proves it."""

from typing import NamedTuple

from skypact.edge.audit.tables import OWN, EntryRow, LogRow, StoredTree, Tables
from skypact.sharing.audit import leaves
from skypact.sharing.audit.leaves import LeafError, ReceivedLeaf, SentLeaf
from skypact.sharing.audit.log import subtree_of
from skypact.sharing.audit.merkle import inclusion_proof

ROWS_A_READ = 500


class Found(NamedTuple):
    """An entry, its inclusion proof, and the signed head that the proof leads to."""

    entry: EntryRow
    path: list[bytes]
    note: str
    cosigned: bool


def found_frame(
    tables: Tables,
    row: LogRow,
    kind: type[SentLeaf] | type[ReceivedLeaf],
    stream: str,
    epoch: int | None,
    sequence: int,
) -> Found | None:
    """Return the newest entry with a frame, under the oldest head that covers it, a cosigned one
    if there is any; None when there is no such entry or no head covers it yet."""
    for end in range(row.end.size, row.first, -ROWS_A_READ):
        for entry in reversed(tables.entries(row.log, max(row.first, end - ROWS_A_READ), end)):
            if _has(entry, kind, stream, epoch, sequence):
                return _proved(tables, row, entry)
    return None


def _has(
    entry: EntryRow,
    kind: type[SentLeaf] | type[ReceivedLeaf],
    stream: str,
    epoch: int | None,
    sequence: int,
) -> bool:
    try:
        leaf = leaves.decode(entry.data)
    except LeafError:
        return False
    if not isinstance(leaf, kind):
        return False
    return any(
        run.stream == stream
        and (epoch is None or run.epoch == epoch)
        and any(frame.sequence == sequence for frame in run.frames())
        for run in leaf.runs
    )


def _proved(tables: Tables, row: LogRow, entry: EntryRow) -> Found | None:
    notes = [n for n in tables.notes(row.end.origin) if n.size > entry.number]
    notes.sort(key=lambda n: (n.by == OWN, n.size))
    if not notes:
        return None
    best = notes[0]
    subtree = subtree_of(StoredTree(tables, row))
    path = inclusion_proof(entry.number, best.size, subtree)
    return Found(entry, path, best.note, best.by != OWN)
