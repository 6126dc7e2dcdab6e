"""System track numbers: taken from a leased pool, not given again for an hour. The lease stands in
the node's configuration, and the coordinator leases more over the network.

When every number was used within the hour, the one retired longest ago is given early; when every
number is on a live track, a track gets a provisional number. Provisional numbers never leave the
node. Both are counted.
"""

from collections import deque
from collections.abc import Callable, Iterable

import msgspec

PROVISIONAL = 0x8000_0000
NEVER = -1


class NumbersState(msgspec.Struct, frozen=True, kw_only=True):
    """free: (number, retired_ns) in the order of use, retired_ns -1 never used; granted: leased
    over the network."""

    free: list[tuple[int, int]]
    taken: list[int]
    provisional: int
    reused_early: int
    granted: list[int] = []


class Numbers:
    """The pool of one nation."""

    def __init__(self, leased: tuple[int, ...], hold_ns: int) -> None:
        self._leased, self._hold_ns = leased, hold_ns
        self._free: deque[tuple[int, int]] = deque((number, NEVER) for number in leased)
        self._taken: dict[int, None] = {}
        self._provisional = 0
        self._granted: dict[int, None] = {}
        self.reused_early = 0

    def lease(self, numbers: Iterable[int]) -> None:
        """Add numbers that the coordinator has leased."""
        held = {*self._leased, *self._granted}
        fresh = [number for number in numbers if number not in held]
        self._granted |= dict.fromkeys(fresh)
        self._free.extendleft((number, NEVER) for number in reversed(fresh))

    @property
    def held(self) -> tuple[int, ...]:
        """Return every number of the pool, in use or not."""
        return (*self._leased, *self._granted)

    def ready(self, now_ns: int) -> int:
        """Return how many numbers can be given without one coming back within the hour."""
        return sum(t == NEVER or now_ns - t >= self._hold_ns for _, t in self._free)

    def take(self, now_ns: int, in_use: Callable[[int], bool]) -> int:
        """Return a number; `in_use` says whether any track of the picture carries it."""
        for _ in range(len(self._free)):
            number, retired_ns = self._free.popleft()
            if in_use(number):
                # A partner still shows it: its hour starts when the partner stops.
                self._free.append((number, now_ns))
                continue
            if retired_ns != NEVER and now_ns - retired_ns < self._hold_ns:
                self.reused_early += 1
            self._taken[number] = None
            return number
        while True:
            number = PROVISIONAL | self._provisional
            self._provisional = (self._provisional + 1) % PROVISIONAL
            if not in_use(number):
                return number

    def owns(self, number: int) -> bool:
        """Say whether the number was taken from this pool."""
        return number in self._taken

    def retire(self, number: int, now_ns: int) -> None:
        """Give a number back; one that is not of this pool is ignored."""
        if number in self._taken:
            del self._taken[number]
            self._free.append((number, now_ns))

    @property
    def left(self) -> int:
        """Return how many numbers can still be taken."""
        return len(self._free)

    def state(self) -> NumbersState:
        """Return the content for a snapshot."""
        return NumbersState(
            free=list(self._free),
            taken=list(self._taken),
            provisional=self._provisional,
            reused_early=self.reused_early,
            granted=list(self._granted),
        )

    def restore(self, state: NumbersState) -> None:
        """Take over a state; numbers leased since then join at the end, others are given up."""
        self._granted = dict.fromkeys(state.granted)
        leased = dict.fromkeys(self.held)
        self._taken = {n: None for n in state.taken if n in leased}
        self._free = deque((n, t) for n, t in state.free if n in leased)
        known = {n for n, _ in self._free} | self._taken.keys()
        self._free.extend((n, NEVER) for n in self.held if n not in known)
        self._provisional, self.reused_early = state.provisional, state.reused_early
