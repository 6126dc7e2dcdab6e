"""The live driver: one worker thread runs the rooms, one makes things durable, one keeps snapshots.

Order of things for every input: appended to the journal, handled, then its outputs leave. Track
updates and views leave at once; warnings, deliveries and answers to people leave only when the
journal and the store have them on disk.
"""

import os
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import apsw
import msgspec

from skypact.core.codec import encode
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AgreementResumed,
    AgreementSuspended,
    AlertChanged,
    AuditFault,
    ClockStepped,
    CommandRefused,
    ConflictResolved,
    Delivery,
    FrameTaken,
    IdentityProposed,
    IdentitySet,
    InputQuarantined,
    Message,
    NodeStarted,
    Notice,
    NoticeStopped,
    OutboxAcknowledged,
    PartnerAudit,
    ReadinessChanged,
    Release,
    StorageFailed,
    Stream,
    TellAudit,
    ThreatClassified,
    Woken,
)
from skypact.edge import snapshots
from skypact.edge.audit.audit import Audit
from skypact.edge.clock import Clock
from skypact.edge.inbox import Done, Inbox, Item, Lane
from skypact.edge.journal import Journal, Kind, read
from skypact.edge.memory import keep_freed
from skypact.edge.replay import (
    Quarantine,
    RecordedConfig,
    digest,
    quarantined,
    replay,
    step,
)
from skypact.edge.store import DurableFrame, Store
from skypact.edge.supervise import attempt
from skypact.node import Node
from skypact.sharing.audit.facts import Fact, facts

# Far more often than the journal's size asks for: the tail is what a restart has to decode again.
SNAPSHOT_EVERY_NS = 10_000_000_000
SNAPSHOT_EVERY_BYTES = 64 * 1024 * 1024
DISCIPLINE_EVERY_NS = 1_000_000_000
DURABLE_LIMIT = 10_000
TICK_NS = 500_000_000
INNER = (FrameTaken, PartnerAudit)
"""What the audit log takes and nobody else."""


class _Durable(NamedTuple):
    """Work for the durable thread: outputs to commit and then let go, and what the audit log is to
    know of the input at a journal position."""

    outputs: list[Message]
    answer: tuple[Done, str] | None
    facts: list[Fact]
    told: list[PartnerAudit]
    position: int
    now_ns: int

    @property
    def pressing(self) -> bool:
        """Return whether somebody waits for it to be on disk."""
        return bool(self.outputs or self.answer)


def is_durable(message: Message) -> bool:
    """Return whether a message may leave only when it and its cause are on disk."""
    if isinstance(message, Release):
        return message.stream in (Stream.WARNING, Stream.RECEIPT)
    people = Delivery | CommandRefused | AgreementSuspended | AgreementResumed
    identity = IdentitySet | IdentityProposed | ConflictResolved
    alerts = Notice | NoticeStopped | AlertChanged | ReadinessChanged | ThreatClassified
    return isinstance(message, people | identity | alerts | OutboxAcknowledged)


def durable_frame(release: Release) -> DurableFrame:
    """Return the outbox row of a release."""
    return DurableFrame(release.partner, release.sequence, release.frame)


class Driver:
    """Runs one node on the live clock. `emit` is called from both threads and must not block."""

    def __init__(
        self,
        make_node: Callable[[], Node],
        state: Path,
        recorded: RecordedConfig,
        issuer: Issuer,
        clock: Clock,
        emit: Callable[[Sequence[Message]], None],
        keep_journal_bytes: int,
        make_audit: Callable[[Store], Audit] | None = None,
    ) -> None:
        """make_node: called by `recover`, it may load or compile kernels; state: folder of journal,
        snapshots and store; recorded: what the node is built from; make_audit: opens the audit log
        of a node that meets partners."""
        self._make_node, self._state, self._recorded = make_node, state, recorded
        self._clock, self._emit, self._issuer = clock, emit, issuer
        self._keep_bytes = keep_journal_bytes
        self._make_audit = make_audit
        self._audit: Audit | None = None
        self.inbox = Inbox(issuer)
        self.journal_bytes = 0
        self.failure: Exception | None = None
        self._stopping = threading.Event()
        self._queue: queue.Queue[_Durable | None] = queue.Queue(DURABLE_LIMIT)
        self._cuts: queue.Queue[tuple[int, bytes] | None] = queue.Queue(1)
        self._snapshot_ns = clock.now_ns()
        self._disciplined_ns = clock.now_ns()
        self._ticked_ns = 0
        self._last_ns = 0
        self._storage_failed = False

    def recover(self) -> int | None:
        """Bring the node to where the journal ends; return how many inputs were replayed after the
        newest snapshot, None when there was nothing to restore: a first start."""
        self._node = self._make_node()
        directory = self._state / "journal"
        self._journal = Journal(directory)
        self._store = Store(self._state / "store.sqlite")
        if self._make_audit is not None:
            self._audit = self._make_audit(self._store)
            self._last_ns = self._audit.time_ns
            self._audit.resume(self._journal.position)
        start = 0
        held = snapshots.newest(self._state / "snapshots", self._journal.position)
        if held is not None:
            start, state = held
            self._node.restore(state)
        replayed = 0
        skip = quarantined(read(directory, start))
        for done in replay(self._node, read(directory, start), skip):
            replayed += 1
            self._last_ns = max(self._last_ns, done.now_ns)
            self._store.recommit(*_rows(done.outputs))
            if self._audit is not None:
                self._audit.note(facts(done.message, done.outputs), done.position, done.now_ns)
        self._enter_replayed()
        self._snapshot_position = start
        self._journal.append(
            Kind.CONFIG, self._clock.now_ns(), msgspec.msgpack.encode(self._recorded)
        )
        epoch = self._store.next_epoch()
        self._issuer.room = f"edge{epoch}"
        header = self._issuer.header(self._clock.now_ns(), self._clock.now_ns())
        self.inbox.put(
            Lane.HUMAN, NodeStarted(**header, epoch=epoch, version=self._recorded.version)
        )
        return replayed if replayed or held is not None else None

    def _enter_replayed(self) -> None:
        """Enter into the audit log what a kill left out; partners hear of it later."""
        if self._audit is not None:
            self._store.commit([], [], self._audit.enter)
            self._audit.settled()

    def start(self) -> None:
        """Start the threads. Call `recover` first."""
        keep_freed()
        self._worker = self._thread("rooms", self._work)
        self._durable = self._thread("durable", self._make_durable)
        self._keeper = self._thread("keeper", self._keep)
        for thread in (self._keeper, self._durable, self._worker):
            thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Handle what is being handled, make it durable, close."""
        self._stopping.set()
        self.inbox.interrupt()
        self._worker.join(timeout_s)
        self._queue.put(None)
        self._durable.join(timeout_s)
        with suppress(queue.Full):  # the keeper has ended; `alive` has told
            self._cuts.put(None, timeout=timeout_s)
        self._keeper.join(timeout_s)
        self._journal.close()
        if self.failure is None:
            # An empty tail lets other code or another configuration take over the state.
            snapshots.save(self._state / "snapshots", self._journal.position, self._node.snapshot())
        self._store.close()

    @property
    def alive(self) -> bool:
        """Return whether the rooms are still being run."""
        return all(t.is_alive() for t in (self._worker, self._durable, self._keeper))

    def _thread(self, name: str, run: Callable[[], None]) -> threading.Thread:
        def guarded() -> None:
            self.failure = attempt(run) or self.failure

        return threading.Thread(target=guarded, name=name, daemon=True)

    def _work(self) -> None:
        while not self._stopping.is_set():
            due_ns = self._node.next_wake_ns()
            now_ns = self._now_ns()
            wait_s = 0.25 if due_ns is None else (due_ns - now_ns) / 1e9
            item = self.inbox.take(min(max(wait_s, 0.0), 0.25), self._clock.now_ns)
            now_ns = self._now_ns()
            if item is not None:
                self._handle(item, now_ns)
            due_ns = self._node.next_wake_ns()
            if due_ns is not None and due_ns <= now_ns:
                header = self._issuer.header(now_ns, now_ns)
                self._handle(Item(Woken(**header), None), now_ns)
            self._housekeep(now_ns)

    def _now_ns(self) -> int:
        # Journal time never goes back, not even over a restart after UTC was set back.
        self._last_ns = max(self._last_ns, self._clock.now_ns())
        return self._last_ns

    def _handle(self, item: Item, now_ns: int) -> None:
        position = self._journal.append(Kind.INPUT, now_ns, encode(item.message))
        self._journal.flush()
        outputs: list[Message] = []
        failure = attempt(lambda: outputs.extend(step(self._node, item.message, now_ns)))
        if failure is not None:
            self._quarantine(position, now_ns, failure)
        # Reaches the file with the next input: losing it to a kill loses a check, not a fact.
        self._journal.append(Kind.OUTPUT, now_ns, digest(outputs))
        prompt = [m for m in outputs if not is_durable(m) and not isinstance(m, INNER)]
        if prompt:
            self._emit(prompt)
        answer: tuple[Done, str] | None = None
        if item.done is not None:
            refused = [m.reason for m in outputs if isinstance(m, CommandRefused)]
            answer = (item.done, refused[0] if refused else "")
        self._follow_up(item.message, outputs, answer, position, now_ns)

    def _follow_up(
        self,
        message: Message,
        outputs: list[Message],
        answer: tuple[Done, str] | None,
        position: int,
        now_ns: int,
    ) -> None:
        """Hand on what must be durable or belongs into the audit log."""
        audited = self._audit is not None
        work = _Durable(
            [m for m in outputs if is_durable(m)],
            answer,
            facts(message, outputs) if audited else [],
            [m for m in outputs if isinstance(m, PartnerAudit)] if audited else [],
            position,
            now_ns,
        )
        if work.pressing or work.facts or work.told:
            self._queue.put(work)

    def _quarantine(self, position: int, now_ns: int, failure: Exception) -> None:
        """Mark the input and stop: the state may be half changed, so the node starts again from
        disk and skips the input that broke it."""
        reason = f"{type(failure).__name__}: {failure}"
        entry = Quarantine(position=position, reason=reason)
        self._journal.append(Kind.QUARANTINE, now_ns, msgspec.msgpack.encode(entry))
        self._journal.flush()
        self._journal.sync()
        header = self._issuer.header(now_ns, now_ns)
        self._emit([InputQuarantined(**header, position=position, reason=reason)])
        raise failure

    def _housekeep(self, now_ns: int) -> None:
        if self._audit is not None and now_ns - self._ticked_ns >= TICK_NS:
            self._ticked_ns = now_ns
            position = self._journal.position - 1
            self._queue.put(_Durable([], None, [], [], position, now_ns))
        if now_ns - self._disciplined_ns >= DISCIPLINE_EVERY_NS:
            self._disciplined_ns = now_ns
            step_ns = self._clock.discipline()
            if step_ns:
                header = self._issuer.header(now_ns, now_ns)
                self._handle(Item(ClockStepped(**header, step_ns=step_ns), None), now_ns)
        grown = self._journal.position - self._snapshot_position
        due = now_ns - self._snapshot_ns >= SNAPSHOT_EVERY_NS or grown >= SNAPSHOT_EVERY_BYTES
        if due and self._cuts.empty():
            self._snapshot_ns, self._snapshot_position = now_ns, self._journal.position
            self._journal.flush()
            self._cuts.put((self._journal.position, self._node.snapshot()))

    def _keep(self) -> None:
        """Write snapshots and tidy the journal, apart from what people wait for."""
        # Compressing a segment takes a second of a core: it takes what others leave.
        if sys.platform == "linux":  # elsewhere a thread has no priority of its own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
        while (cut := self._cuts.get()) is not None:
            try:
                self._journal.sync()
                snapshots.save(self._state / "snapshots", *cut)
                self.journal_bytes = self._journal.tidy(self._keep_bytes, cut[0])
            except OSError as error:
                self._report_storage(f"{type(error).__name__}: {error}")

    def _make_durable(self) -> None:
        stopping = False
        while not stopping:
            batch = [self._queue.get()]
            while not self._queue.empty() and len(batch) < 500:
                batch.append(self._queue.get_nowait())
            work = [b for b in batch if b is not None]
            stopping = len(work) < len(batch)
            told: list[Message] = []
            try:
                told = self._commit(work, stopping)
            except (OSError, apsw.Error) as error:
                # A warning that cannot be recorded still goes out; silence would be worse.
                if self._audit is not None:
                    self._audit.failed()
                self._report_storage(f"{type(error).__name__}: {error}")
            self._emit([m for b in work for m in b.outputs])
            self._tell(told)
            for answer in (b.answer for b in work if b.answer):
                answer[0](answer[1])

    def _tell(self, told: Sequence[Message]) -> None:
        """Let go what the audit log has for partners, by the rooms, and for our people."""
        for message in told:
            if isinstance(message, TellAudit):
                self.inbox.put(Lane.RELEASE, message)
        self._emit([m for m in told if isinstance(m, AuditFault)])

    def _commit(self, work: Sequence[_Durable], stopping: bool) -> list[Message]:
        """Make work durable; return what the audit log has to tell."""
        frames, receipts = _rows([m for b in work for m in b.outputs])
        audit, told = self._audit, list[Message]()
        now_ns = work[-1].now_ns if work else 0
        wanted = bool(frames or receipts)
        if audit is not None:
            for part in work:
                audit.note(part.facts, part.position, part.now_ns)
                audit.hear(part.told)
            wanted |= stopping or audit.due(now_ns)
        if not wanted and not any(b.pressing for b in work):
            return told
        self._journal.sync()
        if wanted:

            def also() -> None:
                if audit is not None:
                    told.extend(audit.write(now_ns, bool(frames or receipts) or stopping))
                    if stopping:
                        audit.stop()

            self._store.commit(frames, receipts, also)
            if audit is not None:
                audit.settled()
        self._storage_failed = False
        return told

    def _report_storage(self, reason: str) -> None:
        if not self._storage_failed:
            self._storage_failed = True
            now_ns = self._clock.now_ns()
            self._emit([StorageFailed(**self._issuer.header(now_ns, now_ns), reason=reason)])


def _rows(outputs: Sequence[Message]) -> tuple[list[DurableFrame], list[tuple[str, int]]]:
    frames = [
        durable_frame(m) for m in outputs if isinstance(m, Release) and m.stream is Stream.WARNING
    ]
    receipts = [(m.partner, m.upto_sequence) for m in outputs if isinstance(m, OutboxAcknowledged)]
    return frames, receipts
