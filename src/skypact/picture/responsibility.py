"""Reporting responsibility (R2): for one object exactly one of the nations that see it reports it.

Whoever reports an object says so with its tracks, with a term that rises at every hand-over. Of two
who say so the higher term stays, then a fixed order, so all who hear both agree without a vote. A
nation takes over when its track has been better by a margin for several looks, at most once a
minute, or when nobody reports any more. Nobody names another: each says what it reports itself.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.table import among
from skypact.picture.settings import PictureSettings
from skypact.picture.systems import OWN, Systems

I64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
S = 1_000_000_000
GRACE_NS = 1 * S
"""Who does not look best waits so long before it takes what nobody reports."""
SPREAD = 2_654_435_761


def ranks(numbers: I64, nations: Sequence[str], reporter: I64) -> I64:
    """Return the order of nations for objects (N,) among equal terms, below 2**32: another order
    for other objects."""
    seeds = [int.from_bytes(blake2b(n.encode(), digest_size=4).digest(), "big") for n in nations]
    mixed = (numbers * SPREAD) ^ np.array(seeds, np.int64)[reporter]
    return ((mixed ^ (mixed >> 15)) * SPREAD) & 0xFFFFFFFF


class _Objects(NamedTuple):
    """System tracks (G,): rows of who says so (-1 nobody) and of our own report (-1 none), who that
    is (0 nobody, else index + 1), whether our track looks best of those heard."""

    numbers: I64
    says: I64
    mine: I64
    who: I64
    best: Mask


class Responsibility:
    """Decides once a second what we report; changes the terms of our own reports."""

    def __init__(self, settings: PictureSettings, systems: Systems) -> None:
        self._settings, self._systems = settings, systems

    def begin(self, keys: I64, now_ns: int) -> None:
        """Report new own tracks that nobody else has."""
        table, held = self._systems.reports, self._systems.systems
        rows = table.rows(keys)
        at = held.rows(table["system"][rows])
        table["term"][rows], held["term"][at] = 1, 1
        held["owner"][at], held["owner_ns"][at] = OWN + 1, now_ns

    def look(self, now_ns: int, nations: Sequence[str], dead: Sequence[int]) -> None:
        """Take over and give up. nations: who reports, by index; dead: those not heard."""
        table, held = self._systems.reports, self._systems.systems
        if not len(table):
            return
        seen = self._objects(nations, dead)
        at = held.rows(seen.numbers)
        self._note_changes(seen, at, now_ns)
        ours = seen.mine >= 0
        lost = ours & (seen.who > OWN + 1) & (table["term"][seen.mine] > 0)
        table["term"][seen.mine[lost]] = 0
        vacant = ours & (seen.who == 0)
        waited = now_ns - held["owner_ns"][at] >= GRACE_NS
        takes = (vacant & (seen.best | waited)) | self._better(seen, at, now_ns)
        table["term"][seen.mine[takes]] = held["term"][at[takes]] + 1
        held["owner"][at[takes]], held["owner_ns"][at[takes]] = OWN + 1, now_ns
        held["term"][at[takes]] += 1
        held["streak"][at[takes]] = 0
        self._systems.retell(seen.numbers[lost | takes])

    def _objects(self, nations: Sequence[str], dead: Sequence[int]) -> _Objects:
        table = self._systems.reports
        order = np.argsort(table["system"], kind="stable")
        system, reporter = table["system"][order], table.keys[order] >> 32
        numbers, starts = np.unique(system, return_index=True)
        heard = ~among(reporter, dead)
        rank = ranks(system, nations, reporter)
        term = table["term"][order]
        claim = np.where(heard & (term > 0), (term << 32) | rank, 0)
        worth = np.where(heard, (table["quality"][order].astype(np.int64) + 1 << 32) | rank, 0)
        groups = np.repeat(np.arange(len(numbers)), np.diff(np.append(starts, len(system))))
        says = np.full(len(numbers), -1)
        top = np.flatnonzero((claim > 0) & (claim == np.maximum.reduceat(claim, starts)[groups]))
        says[groups[top]] = order[top]
        own = reporter[starts] == OWN
        who = np.where(says >= 0, (table.keys[says] >> 32) + 1, 0)
        best = own & (worth[starts] == np.maximum.reduceat(worth, starts))
        return _Objects(numbers, says, np.where(own, order[starts], -1), who, best)

    def _note_changes(self, seen: _Objects, at: I64, now_ns: int) -> None:
        """Remember who reports, since when, under which term; and how we compared when we lost."""
        table, held = self._systems.reports, self._systems.systems
        said = seen.says >= 0
        terms = np.where(said, table["term"][seen.says], 0)
        held["term"][at] = np.maximum(held["term"][at], terms)
        changed = held["owner"][at] != seen.who
        lost = changed & (held["owner"][at] == OWN + 1) & said & (seen.mine >= 0)
        held["gap"][at[changed]] = 0
        held["gap"][at[lost]] = np.maximum(self._gap(seen)[lost], 0)
        held["owner"][at[changed]], held["owner_ns"][at[changed]] = seen.who[changed], now_ns
        held["streak"][at[changed]] = 0

    def _gap(self, seen: _Objects) -> I64:
        """Return by how much our quality is above that of who reports (G,)."""
        quality = self._systems.reports["quality"].astype(np.int64)
        return quality[seen.mine] - quality[seen.says]

    def _better(self, seen: _Objects, at: I64, now_ns: int) -> Mask:
        """Return where ours has been better for long enough to take over."""
        held, s = self._systems.systems, self._settings
        partner = (seen.mine >= 0) & (seen.who > OWN + 1)
        # Partners may see our quality as coarser than it is: what was not enough to keep an object
        # is not enough to take it back.
        better = partner & (self._gap(seen) >= s.report_margin + held["gap"][at])
        held["streak"][at] = np.where(better, held["streak"][at] + 1, 0)
        rested = now_ns - held["owner_ns"][at] >= round(s.report_hold_s * S)
        return better & rested & (held["streak"][at] >= s.report_looks)
