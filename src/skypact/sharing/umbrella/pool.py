"""The coordinator's pool of system track numbers: each is leased once, to one nation, for good.

A nation says which numbers it holds already, so that none of them is leased to another.
"""

from collections.abc import Iterable, Sequence

import msgspec

LEASE_MAX = 1_000
"""Numbers of one lease."""


class PoolState(msgspec.Struct, frozen=True, kw_only=True):
    """leased: by nation, those held otherwise too."""

    leased: dict[str, list[int]] = {}


class Pool:
    """Numbers in the order of leasing. No nation gets more than its share while others may ask."""

    def __init__(self, order: Sequence[int], nations: int) -> None:
        """nations: how many may ask."""
        self._order, self._share = tuple(order), len(order) // max(1, nations)
        self._of: dict[int, str] = {}
        self._given: dict[str, int] = {}

    def note_held(self, nation: str, numbers: Iterable[int]) -> None:
        """Keep numbers that a nation has from elsewhere out of every lease."""
        for number in numbers:
            self._of.setdefault(number, nation)

    def lease(self, nation: str, wanted: int) -> tuple[int, ...]:
        """Return new numbers for a nation, as many as are left for it."""
        given = self._given.get(nation, 0)
        room = max(0, min(wanted, LEASE_MAX, self._share - given))
        free = (n for n in self._order if n not in self._of)
        numbers = tuple(number for number, _ in zip(free, range(room), strict=False))
        self._of |= dict.fromkeys(numbers, nation)
        self._given[nation] = given + len(numbers)
        return numbers

    def state(self) -> PoolState:
        """Return the content for a snapshot."""
        leased: dict[str, list[int]] = {}
        for number, nation in self._of.items():
            leased.setdefault(nation, []).append(number)
        return PoolState(leased=leased)

    def restore(self, state: PoolState) -> None:
        """Take over a state; the pool itself may have another order or be larger now."""
        self._of = {n: nation for nation, numbers in state.leased.items() for n in numbers}
        pool = frozenset(self._order)
        self._given = {
            nation: sum(n in pool for n in numbers) for nation, numbers in state.leased.items()
        }
