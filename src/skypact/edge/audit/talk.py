"""What the node tells partners of its log, and what it makes of what they tell of theirs."""

from skypact.core.messages import AuditFault, Message, TellAudit
from skypact.core.notes import NoteError, is_signed, read
from skypact.edge.audit.keeper import Keeper
from skypact.edge.audit.open import OpenFrames
from skypact.edge.audit.tables import OWN, LogRow, StoredTree
from skypact.sharing.audit import exchange
from skypact.sharing.audit.checkpoint import checkpoint_of, cosign, sign, witnesses
from skypact.sharing.audit.exchange import LEAVES_BYTES_MAX, AuditBody
from skypact.sharing.audit.leaves import LeafError
from skypact.sharing.audit.log import Log, subtree_of, tree_at
from skypact.sharing.audit.merkle import Subtree, consistency_proof, leaf_hash
from skypact.sharing.audit.witness import Fault, FaultKind, Followed, judge

EVERY_NS = 10_000_000_000
URGENT_NS = 1_000_000_000
"""Checkpoints go this often; after a durable frame as soon as this."""
FIRST_ENTRIES = 1_000
"""A partner that has followed nothing begins this far from the end, or at the beginning."""
HASHES_KEPT = 10_000
S = 1_000_000_000
ACCUSED = "accused"


class Talk:
    """Checkpoints to and from all partners. Belongs to the thread that writes the store."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._told_ns, self._reminded = 0, False
        self._hashes: dict[str, dict[tuple[int, int], bytes]] = {}
        self._replies: dict[str, None] = {}
        self._said: dict[str, str] = {}

    def due(self, now_ns: int) -> bool:
        """Return whether it is time to write and tell."""
        return bool(self._replies) or self.whole(now_ns)

    def whole(self, now_ns: int) -> bool:
        """Return whether checkpoints are due, not only answers to partners."""
        every_ns = URGENT_NS if self._keeper.urgent else EVERY_NS
        return now_ns - self._told_ns >= every_ns

    def tell(self, now_ns: int) -> list[Message]:
        """Return what partners are told now, inside the caller's transaction; all that is told is
        entered before."""
        keeper, whole = self._keeper, self.whole(now_ns)
        if whole:
            self._told_ns, keeper.urgent = now_ns, False
            keeper.checkpoint()
        partners = [p for p in keeper.logs if p != OWN and p in keeper.auditor.verifiers]
        bodies = {p: self._body(p, whole) for p in partners if whole or p in self._replies}
        self._replies = {}
        return [
            TellAudit(**keeper.issuer.header(now_ns, now_ns), partner=p, body=exchange.encode(body))
            for p, body in bodies.items()
        ]

    def _body(self, partner: str, whole: bool) -> AuditBody:
        keeper = self._keeper
        state = keeper.followed.get(partner, Followed())
        back = AuditBody(known=state.size, cosigned=state.note, refused=state.fault[:500])
        row = keeper.logs[partner]
        return self._news(row, back) if whole else back

    def _news(self, row: LogRow, back: AuditBody) -> AuditBody:
        """Return a body with a checkpoint and what led to it from where the partner is."""
        begin, size = row.known, row.end.size
        subtree = self._subtree(row)
        gone = 0 < begin < row.first
        anew = gone or begin == 0
        if anew:
            begin = max(row.first, size - FIRST_ENTRIES)
        tree = tree_at(begin, subtree)
        roots = tuple(tree.roots) if anew else ()
        data: list[bytes] = []
        for entry in self._keeper.tables.entries(row.log, begin, size):
            if sum(map(len, data)) + len(entry.data) > LEAVES_BYTES_MAX and data:
                break
            data.append(entry.data)
            tree.append(leaf_hash(entry.data))
        head = Log(row.end.origin, tree).checkpoint()
        proof = () if anew else consistency_proof(begin, head.size, subtree)
        auditor = self._keeper.auditor
        return AuditBody(
            note=sign(head, auditor.name, auditor.key),
            begin=begin,
            proof=tuple(proof),
            roots=roots,
            leaves=tuple(data),
            gone=gone,
            known=back.known,
            cosigned=back.cosigned,
            refused=back.refused,
        )

    def _subtree(self, row: LogRow) -> Subtree:
        """Return how proofs find hashes; complete subtrees never change, so they are kept."""
        plain = subtree_of(StoredTree(self._keeper.tables, row))
        known = self._hashes.setdefault(row.partner, {})
        if len(known) > HASHES_KEPT:
            known.clear()

        def subtree(level: int, begin: int) -> bytes:
            found = known.get((level, begin))
            if found is None:
                found = known[level, begin] = plain(level, begin)
            return found

        return subtree

    def undone(self) -> None:
        """Forget what a failed write took back: hashes over its entries, and what it would have
        told, which nobody heard."""
        self._hashes, self._said = {}, {}
        self._told_ns, self._reminded = 0, False

    def take(self, partner: str, data: bytes) -> list[AuditFault]:
        """Take what a partner tells, inside the caller's transaction; return what is wrong."""
        keeper = self._keeper
        by = keeper.auditor.verifiers.get(partner)
        if by is None:
            return []
        try:
            body = exchange.decode(data)
        except LeafError as error:
            text = f"what it tells of its log cannot be read: {error}"
            return self._once(partner, Fault(FaultKind.UNREADABLE, 0, 0, text))
        keeper.log_of(partner)
        faults = [*self._accused(partner, body.refused), *self._take_known(partner, body)]
        state = keeper.followed.get(partner) or Followed(since=keeper.tables.epoch())
        if not body.note or state.fault:
            return faults
        self._replies[partner] = None
        # It may tell of frames that are only noted here so far.
        faults += keeper.write_with(partner)
        judged = judge(state, body, by, OpenFrames(keeper.tables.db, partner, keeper.time_ns))
        keeper.followed[partner] = now = judged.followed
        for fault in judged.faults:
            faults += self._once(partner, fault)
        if judged.grown and not now.fault:
            self._said.pop(partner, None)
            auditor = keeper.auditor
            now.note = cosign(body.note, auditor.name, auditor.key, keeper.time_ns // S)
            keeper.tables.put_note(now.origin, auditor.nation, now.size, keeper.time_ns, now.note)
        keeper.tables.save_followed(partner, now)
        return faults

    def remind(self) -> list[AuditFault]:
        """Return what was wrong before this start, once: people must not forget it."""
        if self._reminded:
            return []
        self._reminded = True
        found: list[AuditFault] = []
        for partner, state in self._keeper.followed.items():
            kind, _, text = state.fault.partition(": ")
            found += self._told_once(partner, kind, state.size, text)
        return found

    def _once(self, partner: str, fault: Fault) -> list[AuditFault]:
        """Return a fault for people, but not the same again and again."""
        if self._said.get(partner) == fault.text:
            return []
        self._said[partner] = fault.text
        return [self._keeper.fault(partner, fault)]

    def _accused(self, partner: str, reason: str) -> list[AuditFault]:
        """Tell people that a partner no longer cosigns our log."""
        text = f"cosigns this nation's log no longer: {reason}" if reason else ""
        return self._told_once(partner, ACCUSED, 0, text)

    def _told_once(self, partner: str, fault: str, number: int, text: str) -> list[AuditFault]:
        """Tell people once of a fault that is no new entry of our log."""
        key, keeper = f"{fault} {partner}", self._keeper
        if self._said.get(key, "") == text:
            return []
        self._said[key] = text
        if not text:
            return []
        return [
            AuditFault(
                **keeper.issuer.header(keeper.time_ns, keeper.time_ns),
                partner=partner,
                fault=fault,
                number=number,
                entry_ns=0,
                text=text,
            )
        ]

    def _take_known(self, partner: str, body: AuditBody) -> list[AuditFault]:
        """Note how far the partner has followed, and keep what it has cosigned."""
        keeper = self._keeper
        row, auditor = keeper.logs[partner], keeper.auditor
        if body.known <= row.end.size and body.known != row.known:
            keeper.logs[partner] = row._replace(known=body.known)
            keeper.tables.save_known(row.log, body.known)
        if not body.cosigned:
            return []
        try:
            note = read(body.cosigned)
            head = checkpoint_of(note)
        except NoteError:
            return []
        by = auditor.verifiers[partner]
        ours = head.origin == row.end.origin and is_signed(note, auditor.verifier)
        if not ours or not witnesses(note, {by.name: by.key}):
            return []
        if head.size > row.end.size:
            text = (
                f"this nation's log for it went back: it holds a checkpoint of {head.size} entries "
                f"that this node signed, and here are {row.end.size}"
            )
            return self._told_once(partner, FaultKind.ROLLBACK.value, row.end.size, text)
        keeper.tables.put_note(head.origin, partner, head.size, keeper.time_ns, body.cosigned)
        return []
