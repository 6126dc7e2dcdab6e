"""How far each source is believed, learnt from what became of its reports.

A report that points at a track of the sensors was true, or false and pointing there by chance; one
that points at nothing where the sensors look was false. Each is shared between the two by Bayes'
rule: who points anywhere gains nothing under a crowded sky, nor who points beside a track on
purpose. Counts of a Beta distribution; Josang, Ismail 2002 (the beta reputation system).
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.table import Table, TableState

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

PRIOR = 1.0  # of either count: at first a source is believed by half
NEW_OUTCOMES = 8.0  # a source with fewer outcomes is new
MEMORY_OUTCOMES = 200.0  # older ones fade, so a source can change
SOURCES_MAX = 100_000
_FIELDS = {"true": ("<f8", 1), "false": ("<f8", 1), "heard_ns": ("<i8", 1)}


class ReliabilityState(msgspec.Struct, frozen=True, kw_only=True):
    """All that is remembered."""

    table: TableState


class Reliability:
    """Counts by source (a pseudonym, uint64). Those not heard for longest are forgotten first."""

    def __init__(self) -> None:
        self._table = Table(_FIELDS)

    def __len__(self) -> int:
        return len(self._table)

    def of(self, sources: NDArray[np.uint64]) -> tuple[F64, Flags]:
        """Return the probability that a report of each source is true, and which are new."""
        rows = self._table.rows(_keys(sources))
        known = rows >= 0
        true, false = np.zeros(len(rows)), np.zeros(len(rows))
        true[known], false[known] = (
            self._table["true"][rows[known]],
            self._table["false"][rows[known]],
        )
        return (PRIOR + true) / (2 * PRIOR + true + false), true + false < NEW_OUTCOMES

    def learn(self, sources: NDArray[np.uint64], ratio: F64, now_ns: int) -> None:
        """Take outcomes. ratio: how much likelier what was reported is if true than if false."""
        share = posterior(self.of(sources)[0], ratio)
        keys, index = np.unique(_keys(sources), return_inverse=True)
        self._table.put(keys, heard_ns=now_ns)
        rows = self._table.rows(keys)
        true = self._table["true"][rows] + np.bincount(index, share, len(keys))
        false = self._table["false"][rows] + np.bincount(index, 1 - share, len(keys))
        fade = np.minimum(1.0, MEMORY_OUTCOMES / np.maximum(true + false, 1.0))
        self._table["true"][rows], self._table["false"][rows] = true * fade, false * fade
        if len(self._table) > SOURCES_MAX:
            heard = self._table["heard_ns"]
            oldest = np.argsort(heard, kind="stable")[: len(heard) - SOURCES_MAX]
            gone = np.zeros(len(heard), np.bool_)
            gone[oldest] = True
            self._table.drop(gone)

    def state(self) -> ReliabilityState:
        """Return all that is remembered."""
        return ReliabilityState(table=self._table.state())

    def restore(self, state: ReliabilityState) -> None:
        """Take over what `state` returned."""
        self._table.restore(state.table)


def posterior(believed: F64, ratio: F64) -> F64:
    """Return the probability that reports are true, given what was believed before."""
    return believed * ratio / (believed * ratio + 1 - believed)


def _keys(sources: NDArray[np.uint64]) -> I64:
    return np.ascontiguousarray(sources).view(np.int64)
