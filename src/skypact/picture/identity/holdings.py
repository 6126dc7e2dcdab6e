"""Claims by track, their history, and what numbers became: the memory of identities."""

import msgspec

from skypact.core.messages import IdentityStep
from skypact.picture.identity.claims import Held
from skypact.picture.systems import Systems

S = 1_000_000_000
LOST_NS = 3600 * S
"""A partner's claim waits so long for its track; an old number is remembered as long."""
CLAIMS_MAX = 5_000
"""Claims kept of one nation; the oldest without a track go first."""


class HoldingsState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a snapshot needs. successors: number, number, when."""

    held: list[Held] = []
    steps: dict[int, list[IdentityStep]] = {}
    successors: list[tuple[int, int, int]] = []


class Holdings:
    """What is held, by claim."""

    def __init__(self, systems: Systems, steps_max: int) -> None:
        self._systems, self._steps_max = systems, steps_max
        self.held: dict[str, Held] = {}
        self._steps: dict[int, list[IdentityStep]] = {}
        self._successors: dict[int, tuple[int, int]] = {}

    def put(self, held: Held) -> None:
        """Keep a claim in place of its older version."""
        nation = held.claim.nation
        self.held[held.claim.claim_id] = held
        theirs = [h for h in self.held.values() if h.claim.nation == nation]
        if len(theirs) > CLAIMS_MAX:
            oldest = min(theirs, key=lambda h: (h.system > 0, h.claim.since_ns, h.claim.claim_id))
            self.drop(oldest)

    def drop(self, held: Held) -> None:
        """Forget a claim."""
        del self.held[held.claim.claim_id]

    def of(self, number: int) -> list[Held]:
        """Return what is held of one track."""
        return [h for h in self.held.values() if h.system == number]

    def by_track(self) -> dict[int, list[Held]]:
        """Return what is held, by ascending track."""
        tracks: dict[int, list[Held]] = {}
        for held in self.held.values():
            if held.system:
                tracks.setdefault(held.system, []).append(held)
        return dict(sorted(tracks.items()))

    def rename(self, old: int, new: int, now_ns: int) -> list[Held]:
        """Let a track go on under another number; return what is held of it."""
        self._successors[old] = (new, now_ns)
        steps = [*self._steps.get(new, []), *self._steps.pop(old, [])]
        if steps:
            self._steps[new] = sorted(steps, key=lambda s: s.time_ns)[-self._steps_max :]
        moved = self.of(old)
        for held in moved:
            held.system = new
        return moved

    def latest(self, number: int) -> int:
        """Return what a number is called now."""
        for _ in self._successors:
            if self._systems.exists(number) or number not in self._successors:
                break
            number = self._successors[number][0]
        return number

    def note(self, number: int, text: str, now_ns: int) -> None:
        """Add a line to the history of a track."""
        steps = self._steps.setdefault(number, [])
        steps.append(IdentityStep(time_ns=now_ns, text=text))
        del steps[: -self._steps_max]

    def history(self, number: int) -> tuple[IdentityStep, ...]:
        """Return the history of a track, oldest first."""
        return tuple(self._steps.get(number, ()))

    def forget(self, number: int) -> None:
        """Drop the history of a track that is gone."""
        self._steps.pop(number, None)

    def forget_old(self, now_ns: int) -> None:
        """Drop claims whose track never came, and old numbers."""
        for held in list(self.held.values()):
            late = held.lost_ns and now_ns - held.lost_ns > LOST_NS
            if late or (held.claim.ended and not held.system):
                self.drop(held)
        self._successors = {
            old: (new, at) for old, (new, at) in self._successors.items() if now_ns - at < LOST_NS
        }

    def state(self) -> HoldingsState:
        """Return the content for a snapshot."""
        return HoldingsState(
            held=list(self.held.values()),
            steps=self._steps,
            successors=[(old, new, at) for old, (new, at) in self._successors.items()],
        )

    def restore(self, state: HoldingsState) -> None:
        """Take over a state."""
        self.held = {h.claim.claim_id: h for h in state.held}
        self._steps = dict(state.steps)
        self._successors = {old: (new, at) for old, new, at in state.successors}
