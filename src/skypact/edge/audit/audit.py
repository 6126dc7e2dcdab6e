"""The audit log as the driver uses it: note, write with the rest, tell partners, stay bounded."""

from collections.abc import Sequence

from skypact.core.messages import Message, PartnerAudit
from skypact.edge.audit.keeper import Keeper
from skypact.edge.audit.open import OpenFrames
from skypact.edge.audit.tables import OWN, LogRow, StoredTree
from skypact.edge.audit.talk import Talk
from skypact.sharing.audit.facts import Fact
from skypact.sharing.audit.log import subtree_of, tree_at

TRIM_EVERY_NS = 60_000_000_000
TRIM_ENTRIES = 2_000
"""At most so many entries of a log go at once: warnings wait behind it."""
UNFOLLOWED_TIMES = 3
"""What a partner has not followed is kept so many times as long."""
DAY_NS = 86_400_000_000_000


class Audit:
    """Belongs to the thread that writes the store, which calls `write` inside a transaction."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper, self._talk = keeper, Talk(keeper)
        self._heard: list[PartnerAudit] = []
        self._trimmed_ns, self._failed = 0, False

    @property
    def time_ns(self) -> int:
        """Return the time of the newest entry."""
        return self.keeper.time_ns

    def resume(self, end: int) -> None:
        """Pass over what is in the logs already when the journal is replayed. end: of the
        journal."""
        self.keeper.resume(end)

    def note(self, facts: Sequence[Fact], position: int, now_ns: int) -> None:
        """Take what an input was and led to."""
        self.keeper.note(facts, position, now_ns)

    def hear(self, told: Sequence[PartnerAudit]) -> None:
        """Take what partners tell of their logs."""
        self._heard += told

    def due(self, now_ns: int) -> bool:
        """Return whether there is something to write now, though nothing else is durable."""
        return bool(self._heard) or self.keeper.pressing or self._talk.due(now_ns)

    def write(self, now_ns: int, durable: bool) -> list[Message]:
        """Write all that was noted when something durable goes with it or a checkpoint is due, and
        take what partners told; return what partners and people are to be told once it is on disk.
        `settled` follows the commit, `failed` a failure."""
        if self._failed:
            self.keeper.unwritten()
            self._talk.undone()
            self._failed = False
        faults = self._talk.remind()
        if durable or self.keeper.pressing or self._talk.whole(now_ns):
            faults += self.keeper.write()
        for told in self._heard:
            faults += self._talk.take(told.partner, told.body)
        told_now = self._talk.tell(now_ns) if self._talk.due(now_ns) else []
        if now_ns - self._trimmed_ns >= TRIM_EVERY_NS:
            self._trimmed_ns = now_ns
            self.keeper.save_ends()
            self._trim(now_ns)
        self.keeper.save_ends()
        return [*faults, *told_now]

    def enter(self) -> None:
        """Write what was noted, nothing more; `settled` follows the commit."""
        self.keeper.write()
        self.keeper.save_ends()

    def settled(self) -> None:
        """Forget what is on disk now."""
        self.keeper.settled()
        self._heard = []

    def failed(self) -> None:
        """Go back to what is on disk, with the next write: now it may not be readable. What was
        noted is kept."""
        self._failed = True
        self._heard = []  # the partner tells it again

    def stop(self) -> None:
        """Write that the node ends in order, after all that was noted."""
        self.keeper.stop()

    def _trim(self, now_ns: int) -> None:
        keeper = self.keeper
        keep_ns = round(keeper.auditor.keep_days * DAY_NS)
        for partner, row in list(keeper.logs.items()):
            first = self._first_kept(row, now_ns, keep_ns)
            if first > row.first:
                before = tree_at(first, subtree_of(StoredTree(keeper.tables, row)))
                keeper.tables.drop(row, first, before)
            if partner != OWN:
                OpenFrames(keeper.tables.db, partner, now_ns).prune()
        keeper.tables.drop_notes(now_ns - keep_ns)
        keeper.reload_logs()

    def _first_kept(self, row: LogRow, now_ns: int, keep_ns: int) -> int:
        """Return the oldest entry to keep; the newest is never dropped."""
        tables, upto = self.keeper.tables, min(row.end.size - 1, row.first + TRIM_ENTRIES)
        old = tables.older(row.log, now_ns - keep_ns, upto)
        if row.partner == OWN or old <= row.known:
            return old
        return max(row.known, tables.older(row.log, now_ns - UNFOLLOWED_TIMES * keep_ns, upto))
