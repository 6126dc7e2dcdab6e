"""System tracks: which reports make up one object, under which number.

A report is one nation's own track of an object. A system track has at most one report of each
nation; when tracks turn out to be one object, the lower number stays, everywhere.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.table import Table, TableState, among
from skypact.picture.numbers import PROVISIONAL, Numbers, NumbersState

I64 = NDArray[np.int64]
OWN = 0
REPORT_FIELDS = {
    "system": ("<i8", 1),
    "state": ("<f8", 6),
    "covariance": ("<f8", 21),
    "time_ns": ("<i8", 1),
    "received_ns": ("<i8", 1),
    "looked_ns": ("<i8", 1),
    "misfits": ("<i8", 1),
    "quality": ("|u1", 1),
    "detection": ("|u1", 1),
    "threat_class": ("|u1", 1),
    "address": ("<u4", 1),
    "callsign": ("|S8", 1),
    "term": ("<i8", 1),
}
SYSTEM_FIELDS = {
    "first_ns": ("<i8", 1),
    "detected_ns": ("<i8", 1),
    "confirmed_ns": ("<i8", 1),
    "threat_class": ("|u1", 1),
    "owner": ("<i8", 1),
    "owner_ns": ("<i8", 1),
    "term": ("<i8", 1),
    "gap": ("<i8", 1),
    "streak": ("<i8", 1),
}


def report_key(reporter: int, number: int) -> int:
    """Return the key of a report: reporter 0 is this nation; number is the reporter's."""
    return reporter << 32 | number


class Ended(msgspec.Struct, frozen=True):
    """A system track number that left the picture, or that our own sensors left."""

    number: int
    successor: int
    reason: str
    own: bool


class Changed(NamedTuple):
    """What left the picture, what our sensors left, rows of moved own reports, numbers touched;
    parted: split tracks, each (number of the rest, number of the report that left)."""

    ended: list[Ended]
    own_ended: list[Ended]
    own_moved: I64
    touched: list[int]
    parted: list[tuple[int, int]]


def _followed(ended: list[Ended]) -> list[Ended]:
    """Return the list with each successor that itself ended later replaced by its own."""
    after: dict[int, int] = {}
    out: list[Ended] = []
    for e in reversed(ended):
        successor = after.get(e.successor, e.successor) if e.successor else 0
        after[e.number] = successor
        out.append(msgspec.structs.replace(e, successor=successor))
    return out[::-1]


class SystemsState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a snapshot needs."""

    reports: TableState
    systems: TableState
    numbers: NumbersState


class Systems:
    """The reports, the system tracks they form, and what changed since `drain`."""

    def __init__(self, numbers: Numbers) -> None:
        self.reports, self.systems = Table(REPORT_FIELDS), Table(SYSTEM_FIELDS)
        self.numbers = numbers
        self.ended: list[Ended] = []
        self.own_ended: list[Ended] = []
        self.own_moved: dict[int, None] = {}
        self.touched: dict[int, None] = {}
        self.parted: list[tuple[int, int]] = []

    def rows_of(self, number: int) -> I64:
        """Return the rows of the reports of one system track, our own first."""
        return np.flatnonzero(self.reports["system"] == number)

    def reporters_of(self, number: int) -> I64:
        """Return who reports it, ascending."""
        return self.reports.keys[self.rows_of(number)] >> 32

    def exists(self, number: int) -> bool:
        """Say whether the picture has a system track of this number."""
        return int(self.systems.rows([number])[0]) >= 0

    def fresh(self, now_ns: int) -> int:
        """Return a number for a new object."""
        labels = self.reports.keys & 0xFFFFFFFF
        partner = self.reports.keys >> 32 > OWN

        def in_use(number: int) -> bool:
            return self.exists(number) or bool((partner & (labels == number)).any())

        return self.numbers.take(now_ns, in_use)

    def create(
        self, keys: I64, numbers: I64, detected_ns: I64, confirmed_ns: I64, now_ns: int
    ) -> None:
        """Start a system track for each report."""
        self.systems.put(
            numbers, first_ns=now_ns, detected_ns=detected_ns, confirmed_ns=confirmed_ns
        )
        self.reports["system"][self.reports.rows(keys)] = numbers
        self.touch(numbers.tolist())

    def touch(self, numbers: Iterable[int]) -> None:
        """Mark system tracks as changed."""
        self.touched.update(dict.fromkeys(numbers))

    def retell(self, numbers: I64) -> None:
        """Mark system tracks whose own report is to be told again: what we report has changed."""
        self.own_moved.update(dict.fromkeys(numbers.tolist()))

    def add(self, key: int, number: int) -> None:
        """Make a report that has no system track yet part of one."""
        self.reports["system"][self.reports.rows([key])] = number
        self.touch([number])

    def joinable(self, a: int, b: int) -> bool:
        """Say whether no nation reports both."""
        return a != b and not np.isin(self.reporters_of(a), self.reporters_of(b)).any()

    def join(self, a: int, b: int, now_ns: int) -> None:
        """Make two system tracks one under the lower number."""
        keep, gone = min(a, b), max(a, b)
        into, away = (int(r) for r in self.systems.rows([keep, gone]))
        for name in ("first_ns", "detected_ns", "confirmed_ns"):
            self.systems[name][into] = min(self.systems[name][into], self.systems[name][away])
        if not self.systems["threat_class"][into]:
            self.systems["threat_class"][into] = self.systems["threat_class"][away]
        self._move(gone, keep, "correlated", now_ns)
        self.systems.drop(self.systems.keys == gone)

    def renumber(self, old: int, new: int, reason: str, now_ns: int) -> None:
        """Give a system track another number, which must be free."""
        self._move(old, new, reason, now_ns)
        self.systems.rename(old, new)

    def _move(self, old: int, new: int, reason: str, now_ns: int) -> None:
        rows = self.rows_of(old)
        own = bool((self.reports.keys[rows] >> 32 == OWN).any())
        self.reports["system"][rows] = new
        self._gone(Ended(old, new, reason, own), now_ns)
        if own:
            self.own_moved[new] = None
            if old < PROVISIONAL:
                self.own_ended.append(Ended(old, new, reason, own))
        self.touch([new])

    def _gone(self, ended: Ended, now_ns: int) -> None:
        self.ended.append(ended)
        self.touched.pop(ended.number, None)
        self.numbers.retire(ended.number, now_ns)

    def adopt_lower(self, number: int, label: int, now_ns: int) -> int:
        """Take a partner's lower number for the object it reports; return the number now used."""
        if label >= number or self.exists(label):
            return number
        self.renumber(number, label, "correlated", now_ns)
        return label

    def part(self, key: int, now_ns: int) -> None:
        """Take a partner's report out of its system track.

        The number stays with whoever brought it: with the leaving report when that is the
        partner's own label and no number of ours, else with the rest.
        """
        row = int(self.reports.rows([key])[0])
        number, label = int(self.reports["system"][row]), key & 0xFFFFFFFF
        since = self.systems["first_ns"][self.systems.rows([number])]
        self.reports["system"][row] = 0
        if label == number and not self.numbers.owns(number):
            rest, mine = self.fresh(now_ns), number
            self.renumber(number, rest, "decorrelated", now_ns)
        else:
            rest, mine = number, self.fresh(now_ns) if self.exists(label) else label
        self.parted.append((rest, mine))
        self.touch([number] if self.exists(number) else [])
        at = np.array([now_ns])
        self.create(np.array([key]), np.array([mine]), np.minimum(since, at), at, now_ns)
        self.reports["misfits"][self.reports.rows([key])] = 0

    def end(self, keys: I64, reasons: list[str], now_ns: int) -> None:
        """Drop reports; a system track that loses its last one leaves the picture."""
        rows = self.reports.rows(keys)
        lost = self.reports["system"][rows].tolist()
        own = (keys >> 32 == OWN).tolist()
        gone = np.zeros(len(self.reports), np.bool_)
        gone[rows] = True
        self.reports.drop(gone)
        stays = among(lost, self.reports["system"]).tolist()
        for number, reason, mine, held in zip(lost, reasons, own, stays, strict=True):
            if mine and number < PROVISIONAL:
                self.own_ended.append(Ended(number, 0, reason, mine))
            if held:
                self.touch([number])
            else:
                self._gone(Ended(number, 0, reason, mine), now_ns)
        over = [number for number, held in zip(lost, stays, strict=True) if not held]
        self.systems.drop(among(self.systems.keys, over))

    def drain(self) -> Changed:
        """Return what changed since the last call; chains of renumbering are followed to the end.

        `own_moved` are rows of the reports table whose number changed.
        """
        moved = among(self.reports["system"], list(self.own_moved))
        rows = np.flatnonzero(moved & (self.reports.keys >> 32 == OWN))
        changed = Changed(
            _followed(self.ended),
            _followed(self.own_ended),
            rows,
            sorted(self.touched),
            self.parted,
        )
        self.ended, self.own_ended, self.own_moved, self.touched = [], [], {}, {}
        self.parted = []
        return changed

    def state(self) -> SystemsState:
        """Return the content for a snapshot; only valid when nothing waits to be drained."""
        return SystemsState(
            reports=self.reports.state(),
            systems=self.systems.state(),
            numbers=self.numbers.state(),
        )

    def restore(self, state: SystemsState) -> None:
        """Take over a state."""
        self.reports.restore(state.reports)
        self.systems.restore(state.systems)
        self.numbers.restore(state.numbers)
