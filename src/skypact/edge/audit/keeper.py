"""The node's audit log: what is noted, and when it becomes entries.

Facts are held in memory until the next write. A write happens with whatever else must be durable,
else every ten seconds, and is part of the caller's transaction: log and outbox are never at odds.
The journal position of the newest fact is written with it, so a start enters what a kill left out.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

import apsw
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skypact.core.ids import Issuer
from skypact.core.messages import AuditFault, Context, Stream
from skypact.core.notes import Verifier
from skypact.edge.audit.open import Arrival, OpenFrames
from skypact.edge.audit.tables import OWN, LogRow, begun
from skypact.sharing.audit import entries, leaves
from skypact.sharing.audit.checkpoint import sign
from skypact.sharing.audit.entries import (
    DecidedEntry,
    Entry,
    ExchangedEntry,
    FaultEntry,
    RefusedEntry,
    StartedEntry,
    StoppedEntry,
)
from skypact.sharing.audit.facts import Began, Confirmed, Decided, Fact, Received, Sent, Turned
from skypact.sharing.audit.leaves import Leaf, Numbered, ReceivedLeaf, SentLeaf, StartedLeaf
from skypact.sharing.audit.witness import HONEST, PASSING, Fault, FaultKind, Followed

HELD_MAX = 200_000
"""Facts kept in memory while the disk fails; what is more is counted."""


class Auditor(NamedTuple):
    """Who keeps the log. name, key: under which it signs; verifiers: the key on each partner's
    card; secret: from which names come that tell nothing; keep_days: how long entries are kept;
    configuration: SHA-256 of what the node is built from."""

    nation: str
    context: Context
    name: str
    key: Ed25519PrivateKey
    verifiers: Mapping[str, Verifier]
    secret: bytes
    keep_days: float
    configuration: bytes

    @property
    def verifier(self) -> Verifier:
        """Return the own key as partners have it."""
        return Verifier(self.name, self.key.public_key())

    def origin(self, partner: str) -> str:
        """Return the name of the log for a partner, which tells no other who that is."""
        place = f"skypact/{self.nation}.{self.context}"
        if partner == OWN:
            return f"{place}/own"
        digest = blake2b(f"audit log {partner}".encode(), key=self.secret, digest_size=8)
        return f"{place}/{digest.hexdigest()}"


class _Pending:
    """What went to and came from one partner since the last write."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.received: list[Received] = []
        self.confirmed: list[Confirmed] = []


class Keeper:
    """Belongs to the thread that writes the store. urgent: something durable left since the last
    checkpoint; pressing: it, or something durable that came, is not yet written."""

    def __init__(self, db: apsw.Connection, auditor: Auditor, issuer: Issuer) -> None:
        self.auditor, self.issuer = auditor, issuer
        self.tables = begun(db)
        self._pending: dict[str, _Pending] = {}
        self._entries: list[Entry] = []
        self._began: tuple[Began, int] | None = None
        self._position, self._start_ns, self._held = -1, 0, 0
        self._written: set[str] = set()
        self.urgent = self.pressing = False
        self.reload()
        self._entered: dict[str, int] = {}
        last = self._last_own()
        self.time_ns = last.time_ns if last is not None else 0
        self._clean = last is None or isinstance(last, StoppedEntry)

    def reload(self) -> None:
        """Take over what is on disk."""
        self.reload_logs()
        self.followed = self.tables.followed()

    def unwritten(self) -> None:
        """Go back to what is on disk; what was noted is kept for the next write."""
        self._written = set()
        self.reload()

    def reload_logs(self) -> None:
        """Take over the logs as they are stored; their ends must be saved before."""
        self.logs = self.tables.logs()

    def _last_own(self) -> Entry | None:
        own = self.logs.get(OWN)
        if own is None or own.end.size == 0:
            return None
        (row,) = self.tables.entries(own.log, own.end.size - 1, own.end.size)
        return entries.decoder.decode(row.data)

    def resume(self, end: int) -> None:
        """Pass over what is in the logs already when the journal is replayed. end: of the
        journal."""
        self._entered = {p: min(row.position, end - 1) for p, row in self.logs.items()}

    def note(self, found: Iterable[Fact], position: int, now_ns: int) -> None:
        """Take what an input was and led to. position: of the input in the journal."""
        self._position, self.time_ns = position, max(now_ns, self.time_ns)
        for fact in found:
            with_partner = isinstance(fact, Sent | Received | Confirmed)
            if position <= self._entered.get(fact.partner if with_partner else OWN, -1):
                continue
            self._held += 1
            if self._held > HELD_MAX:
                continue
            match fact:
                case Sent():
                    self._of(fact.partner).sent.append(fact)
                    durable = fact.frame.stream == Stream.WARNING.value
                    self.urgent, self.pressing = self.urgent | durable, self.pressing | durable
                case Received():
                    self._of(fact.partner).received.append(fact)
                    self.pressing |= fact.frame.stream == Stream.WARNING.value
                case Confirmed():
                    self._of(fact.partner).confirmed.append(fact)
                case Turned():
                    self._entries.append(
                        RefusedEntry(time_ns=now_ns, partner=fact.partner, reason=fact.reason)
                    )
                case Decided():
                    self._entries.append(_decided(fact, now_ns))
                case Began():
                    self._began = fact, now_ns

    def _of(self, partner: str) -> _Pending:
        return self._pending.setdefault(partner, _Pending())

    def write(self) -> list[AuditFault]:
        """Make entries of all that was noted, inside the caller's transaction; return what is
        wrong with frames that came. `settled` follows the commit, `reload` a failure."""
        if self._began is not None:
            self._start(*self._began)
        for entry in self._entries:
            self.add_own(entry)
        faults: list[AuditFault] = []
        for partner in [*self._pending]:
            faults += self._exchange(partner)
        if self._held > HELD_MAX:
            text = f"{self._held - HELD_MAX} facts could not be kept while the disk failed"
            self.add_own(
                FaultEntry(time_ns=self.time_ns, partner=OWN, fault="unrecorded", size=0, text=text)
            )
        for partner, row in self.logs.items():
            self.tables.save_position(row.log, self._position)
            self._written.add(partner)
        self._written.add(OWN)
        return faults

    def write_with(self, partner: str) -> list[AuditFault]:
        """Make entries of what was noted with one partner, as `write` does with all."""
        if self._began is not None and OWN not in self._written:
            return self.write()
        row, faults = self.log_of(partner), self._exchange(partner)
        self.tables.save_position(row.log, self._position)
        return faults

    def save_ends(self) -> None:
        """Store where all logs end now."""
        for row in self.logs.values():
            self.tables.save_end(row.log, row.end)

    def settled(self) -> None:
        """Forget what is now on disk."""
        for partner in self._written:
            self._pending.pop(partner, None)
        if OWN in self._written:
            self._entries, self._began, self.pressing, self._held = [], None, False, 0
        self._written = set()

    def stop(self) -> None:
        """Write the last entry of a node that ends in order, inside the caller's transaction."""
        self.add_own(StoppedEntry(time_ns=self.time_ns))
        self.save_ends()

    def _start(self, began: Began, now_ns: int) -> None:
        """Enter a start. Epochs between this and the last one entered were skipped by the restoring
        of a backup, or passed without an entry: then it is not known what left."""
        self._clean &= began.epoch == self.tables.entered_epoch() + 1 or OWN not in self.logs
        self.tables.save_entered_epoch(began.epoch)
        self.add_own(
            StartedEntry(
                time_ns=now_ns,
                epoch=began.epoch,
                version=began.version,
                configuration=self.auditor.configuration,
                clean=self._clean,
            )
        )
        self._start_ns = now_ns
        for partner in [p for p in self.logs if p != OWN]:
            leaf = StartedLeaf(time_ns=now_ns, epoch=began.epoch, clean=self._clean)
            self._add(partner, leaf)
        for partner in self.auditor.verifiers:
            self.log_of(partner)
        if not self._clean:
            # What we sent in our last moments may not be remembered here: nobody invented it.
            for partner, state in self.followed.items():
                state.since = began.epoch
                self.tables.save_followed(partner, state)

    def _exchange(self, partner: str) -> list[AuditFault]:
        """Enter what went and came, and note what the partner's log must tell of it."""
        pending = self._pending.get(partner) if partner not in self._written else None
        if pending is None:
            return []
        self._written.add(partner)
        open_ = OpenFrames(self.tables.db, partner, self.time_ns)
        self.log_of(partner)
        faults: list[AuditFault] = []
        came: list[Numbered] = []
        for fact in pending.received:
            arrival = open_.arrived(fact.frame, fact.sent_ns, self._told(partner, fact.frame))
            if arrival is Arrival.NEW:
                came.append(fact.frame)
            elif arrival is Arrival.OTHER:
                faults.append(self.fault(partner, _two_frames(fact.frame)))
        for fact in pending.sent:
            open_.sent(fact.frame)
        for fact in pending.confirmed:
            open_.confirmed(fact.upto, fact.said_ns)
        for leaf in leaves.leaves(ReceivedLeaf, came, self.time_ns):
            self._add(partner, leaf)
        clauses = tuple(dict.fromkeys(c for fact in pending.sent for c in fact.clauses))
        length = sum(fact.length for fact in pending.sent)
        sent = [fact.frame for fact in pending.sent]
        for leaf in leaves.leaves(SentLeaf, sent, self.time_ns):
            self._add(partner, leaf, clauses, length)
        return faults

    def _told(self, partner: str, frame: Numbered) -> bool:
        """Return whether the partner's log has told a number already."""
        state = self.followed.get(partner)
        mark = state.marks.get(frame.stream) if state is not None else None
        if mark is None:
            return False
        if frame.stream == Stream.WARNING.value:
            return frame.sequence <= mark.sequence
        return (frame.epoch, frame.sequence) <= (mark.epoch, mark.sequence)

    def log_of(self, partner: str) -> LogRow:
        """Return the log for a partner; a new one begins with the start of the node."""
        if partner not in self.logs:
            self.logs[partner] = self.tables.create(partner, self.auditor.origin(partner))
            if partner != OWN:
                # All that left since the start is noted, so the log begins there.
                time_ns, epoch = self._start_ns or self.time_ns, self.tables.epoch()
                leaf = StartedLeaf(time_ns=time_ns, epoch=epoch, clean=True)
                self._add(partner, leaf)
        return self.logs[partner]

    def _add(
        self, partner: str, leaf: Leaf, clauses: tuple[str, ...] = (), length: int = 0
    ) -> None:
        row = self.log_of(partner)
        added = row.end.append(leaves.encode(leaf))
        self.tables.add(row.log, added, leaf.time_ns)
        self.add_own(
            ExchangedEntry(
                time_ns=leaf.time_ns,
                partner=partner,
                number=added.number,
                leaf=added.leaf,
                clauses=clauses,
                length=length,
            )
        )

    def add_own(self, entry: Entry) -> None:
        """Add an entry to the nation's own log."""
        row = self.log_of(OWN)
        self.tables.add(row.log, row.end.append(entries.encode(entry)), entry.time_ns)

    def decide(self, entry: DecidedEntry) -> None:
        """Enter a decision while the node rests, inside the caller's transaction; an orderly end
        stays one."""
        self.add_own(entry)
        self.time_ns = entry.time_ns
        if self._clean:
            self.add_own(StoppedEntry(time_ns=entry.time_ns))
        self.save_ends()

    def fault(self, partner: str, fault: Fault) -> AuditFault:
        """Enter a fault of a partner's log and return it for people; from now on the log is
        followed no further, unless the fault is one of those that pass."""
        state = self.followed.get(partner) or Followed(since=self.tables.epoch())
        if fault.kind not in (*HONEST, *PASSING) and not state.fault:
            state.fault = f"{fault.kind}: {fault.text}"
        self.followed[partner] = state
        self.tables.save_followed(partner, state)
        self.add_own(
            FaultEntry(
                time_ns=self.time_ns,
                partner=partner,
                fault=fault.kind.value,
                size=fault.number,
                text=fault.text,
            )
        )
        return AuditFault(
            **self.issuer.header(self.time_ns, self.time_ns),
            partner=partner,
            fault=fault.kind.value,
            number=fault.number,
            entry_ns=fault.time_ns,
            text=fault.text,
        )

    def checkpoint(self) -> None:
        """Sign where each log ends, inside the caller's transaction."""
        for row in self.logs.values():
            head = row.end.checkpoint()
            note = sign(head, self.auditor.name, self.auditor.key)
            self.tables.put_note(head.origin, OWN, head.size, self.time_ns, note)


def _decided(fact: Decided, now_ns: int) -> DecidedEntry:
    return DecidedEntry(
        time_ns=now_ns,
        what=fact.what,
        about=fact.about,
        person=fact.person,
        message=fact.digest,
        refused=fact.refused,
    )


def _two_frames(frame: Numbered) -> Fault:
    text = (
        f"{frame.stream} {frame.sequence} of epoch {frame.epoch} is not the frame that came, or "
        "was told, under this number before"
    )
    return Fault(FaultKind.TWO_FACED, frame.sequence, 0, text)
