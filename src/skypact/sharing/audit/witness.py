"""Following a partner's log: does it only grow, and does it tell what this nation has seen?

A nation cosigns a partner's checkpoint only when nothing here finds a fault. After a fault it
follows that log no further until a person says so: two stories don't become one again.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

import msgspec

from skypact.core.messages import Stream
from skypact.core.notes import Note, NoteError, Verifier, is_signed, read
from skypact.sharing.audit import leaves
from skypact.sharing.audit.checkpoint import Checkpoint, checkpoint_of
from skypact.sharing.audit.exchange import AuditBody
from skypact.sharing.audit.leaves import (
    Leaf,
    LeafError,
    Numbered,
    ReceivedLeaf,
    SentLeaf,
    StartedLeaf,
)
from skypact.sharing.audit.merkle import Range, is_consistent, leaf_hash


class FaultKind(StrEnum):
    """What is wrong with a log."""

    SIGNATURE = "signature"
    UNREADABLE = "unreadable"
    ROLLBACK = "rollback"
    TWO_FACED = "two-faced"
    ALTERED = "altered"
    DROPPED = "dropped"
    REORDERED = "reordered"
    INVENTED = "invented"
    UNRECORDED = "unrecorded"


HONEST = (FaultKind.UNRECORDED,)
"""Told, but no reason to stop: after a power cut a node may lack its last seconds, and says so."""
PASSING = (FaultKind.SIGNATURE, FaultKind.UNREADABLE)
"""Nothing is known of the log itself: the next checkpoint may be right."""


class Fault(NamedTuple):
    """number: of the first entry concerned; time_ns: of that entry, 0 unknown; text: one
    sentence."""

    kind: FaultKind
    number: int
    time_ns: int
    text: str


class Mark(msgspec.Struct, frozen=True):
    """The newest frame of a stream that the log told as sent."""

    epoch: int
    sequence: int


class Followed(msgspec.Struct, kw_only=True):
    """How far a partner's log was followed. roots: of its complete subtrees; marks: by stream;
    since: our epoch when it began; note: the newest one that we cosigned; fault: why it is followed
    no further, "" while it is."""

    origin: str = ""
    size: int = 0
    roots: list[bytes] = []
    time_ns: int = 0
    marks: dict[str, Mark] = {}
    since: int = 0
    note: str = ""
    fault: str = ""

    def tree(self) -> Range:
        """Return the log's tree as far as it was followed."""
        return Range(self.size, self.roots)


class Open(Protocol):
    """Frames that the partner's log has not told yet, and told ones that have not come yet."""

    def came(self, frame: Numbered) -> bytes | None:
        """Return what we got under this number (its digest), None for nothing; it is settled."""
        ...

    def claimed(self, frame: Numbered) -> None:
        """Note that the log tells a frame that has not come; it is compared when it comes."""
        ...

    def went(self, frame: Numbered) -> bytes | None:
        """Return what we sent under this number, None for nothing; it is settled."""
        ...

    def excused(self, frame: Numbered) -> bool:
        """Return whether we may have sent a frame without remembering it."""
        ...

    def lost(self, before_epoch: int) -> int:
        """Settle best-effort frames of earlier epochs that the log lacks; return how many."""
        ...

    def overdue(self, time_ns: int) -> tuple[str, Numbered] | None:
        """Return ("came" or "went", the first frame that a log up to time_ns must tell), None."""
        ...

    def forget(self, time_ns: int) -> None:
        """Forget what came or went before a log began."""
        ...


class Judged(NamedTuple):
    """followed: how far now; grown: whether the note may be cosigned; faults: what was found."""

    followed: Followed
    grown: bool
    faults: list[Fault]


def judge(held: Followed, body: AuditBody, by: Verifier, open_: Open) -> Judged:
    """Look at a partner's checkpoint and leaves. by: the key on its card."""
    try:
        note = read(body.note)
        seen = checkpoint_of(note)
    except NoteError as error:
        fault = Fault(FaultKind.UNREADABLE, held.size, 0, f"its checkpoint cannot be read: {error}")
        return Judged(held, False, [fault])
    wrong = _wrong_head(held, note, seen, by)
    if wrong is not None:
        return Judged(held, False, [wrong])
    if body.gone and held.size:
        text = f"it no longer holds what came after its first {held.size} entries"
        return Judged(held, False, [Fault(FaultKind.DROPPED, held.size, held.time_ns, text)])
    fresh = held.size == 0 and body.begin > 0
    if seen.size == held.size or (body.begin != held.size and not fresh):
        return Judged(held, seen.size == held.size, [])  # told again, or from where we are not
    return _follow(held, body, seen, open_)


def _wrong_head(held: Followed, note: Note, seen: Checkpoint, by: Verifier) -> Fault | None:
    def fault(kind: FaultKind, text: str) -> Fault:
        return Fault(kind, min(seen.size, held.size), held.time_ns, text)

    if not is_signed(note, by):
        return fault(FaultKind.SIGNATURE, "its checkpoint is not signed by the key on its card")
    if held.origin and seen.origin != held.origin:
        text = f"it shows the log {seen.origin} instead of {held.origin}"
        return fault(FaultKind.TWO_FACED, text)
    if seen.size < held.size:
        text = f"it went back from {held.size} to {seen.size} entries"
        return fault(FaultKind.ROLLBACK, text)
    if seen.size == held.size and held.size and seen.head != held.tree().head():
        text = f"its first {held.size} entries are not those that it showed before"
        return fault(FaultKind.TWO_FACED, text)
    return None


def _follow(held: Followed, body: AuditBody, seen: Checkpoint, open_: Open) -> Judged:
    """Follow new leaves to the head that was signed."""
    try:
        tree = Range(body.begin, body.roots if held.size == 0 else held.roots)
    except ValueError as error:
        return _bad(held, FaultKind.UNREADABLE, body.begin, str(error))
    if held.size:
        proven = is_consistent(held.size, tree.head(), seen.size, seen.head, body.proof)
        if not proven:
            text = f"its first {held.size} entries are not those that it showed before"
            return _bad(held, FaultKind.TWO_FACED, held.size, text)
    for data in body.leaves:
        tree.append(leaf_hash(data))
    if tree.size != seen.size or tree.head() != seen.head:
        text = "the entries that it gives are not those that it signed"
        return _bad(held, FaultKind.TWO_FACED, held.size, text)
    now = Followed(
        origin=seen.origin,
        size=seen.size,
        roots=tree.roots,
        time_ns=held.time_ns,
        marks=dict(held.marks),
        since=held.since,
        note=held.note,
    )
    try:
        read_leaves = [leaves.decode(data) for data in body.leaves]
    except LeafError as error:
        return _bad(held, FaultKind.UNREADABLE, held.size, f"an entry cannot be read: {error}")
    return _told(held, now, read_leaves, open_)


def _told(held: Followed, now: Followed, told: Sequence[Leaf], open_: Open) -> Judged:
    """Compare what new leaves tell with what came and went."""
    faults: list[Fault] = []
    if held.size == 0 and told:
        open_.forget(told[0].time_ns)
    for number, leaf in enumerate(told, now.size - len(told)):
        found = _leaf_faults(now, leaf, number, open_)
        faults += found
        if any(f.kind not in HONEST for f in found):
            return Judged(held, False, faults)
        now.time_ns = leaf.time_ns
    late = open_.overdue(now.time_ns)
    if late is not None:
        faults.append(_missing(now, *late))
        return Judged(held, False, faults)
    return Judged(now, True, faults)


def _bad(held: Followed, kind: FaultKind, number: int, text: str) -> Judged:
    return Judged(held, False, [Fault(kind, number, held.time_ns, text)])


def _missing(now: Followed, way: str, frame: Numbered) -> Fault:
    what = f"{frame.stream} {frame.sequence} of epoch {frame.epoch}"
    text = f"it lacks {what}, which came from it"
    if way == "went":
        text = f"it lacks {what}, which it said it had got"
    return Fault(FaultKind.DROPPED, now.size, now.time_ns, text)


def _leaf_faults(now: Followed, leaf: Leaf, number: int, open_: Open) -> list[Fault]:
    """Return what of one leaf cannot be; move the marks."""

    def fault(kind: FaultKind, text: str) -> Fault:
        return Fault(kind, number, leaf.time_ns, text)

    if leaf.time_ns < now.time_ns:
        return [fault(FaultKind.REORDERED, "an entry is older than the one before it")]
    match leaf:
        case StartedLeaf():
            lost = 0 if leaf.clean else open_.lost(leaf.epoch)
            text = f"it lacks {lost} frames from before its node broke off, as it says itself"
            return [fault(FaultKind.UNRECORDED, text)] if lost else []
        case SentLeaf():
            check = _sent_fault
        case ReceivedLeaf():
            check = _received_fault
    for run in leaf.runs:
        for frame in run.frames():
            wrong = check(now, frame, open_)
            if wrong is not None:
                return [fault(*wrong)]
    return []


def _named(frame: Numbered) -> str:
    return f"{frame.stream} {frame.sequence} of epoch {frame.epoch}"


def _sent_fault(now: Followed, frame: Numbered, open_: Open) -> tuple[FaultKind, str] | None:
    mark = now.marks.get(frame.stream)
    if mark is not None:
        goes_on = frame.epoch == mark.epoch or frame.stream == Stream.WARNING
        wanted = mark.sequence + 1 if goes_on else 1
        back = frame.epoch < mark.epoch or (goes_on and frame.sequence < wanted)
        if back:
            return FaultKind.REORDERED, f"{_named(frame)} comes again or too late"
        if frame.sequence != wanted:
            return FaultKind.DROPPED, f"{frame.stream} {wanted} is missing before {_named(frame)}"
    now.marks[frame.stream] = Mark(frame.epoch, frame.sequence)
    came = open_.came(frame)
    if came is None:
        open_.claimed(frame)
    elif came != frame.digest:
        return FaultKind.ALTERED, f"{_named(frame)} is not the frame that came"
    return None


def _received_fault(now: Followed, frame: Numbered, open_: Open) -> tuple[FaultKind, str] | None:
    went = open_.went(frame)
    if went is None:
        if frame.epoch < now.since or open_.excused(frame):
            return None
        return FaultKind.INVENTED, f"{_named(frame)} was never sent to it, or is there twice"
    if went != frame.digest:
        return FaultKind.ALTERED, f"{_named(frame)} is not the frame that was sent to it"
    return None
