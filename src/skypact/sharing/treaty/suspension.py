"""Which agreements and clauses a party has suspended. What either party suspends does not flow."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from skypact.core.messages import AgreementResumed, AgreementSuspended
from skypact.sharing.treaty.agreements import Agreement

S = 1_000_000_000


class Suspension(msgspec.Struct, frozen=True, kw_only=True):
    """clause: "" for the whole agreement; party: who suspended it; since_ns: UTC."""

    agreement: str
    clause: str
    party: str
    reason: str
    since_ns: int

    def words(self) -> str:
        """Return it for a person."""
        since = datetime.fromtimestamp(self.since_ns // S, UTC)
        name = f"{self.agreement}/{self.clause}" if self.clause else self.agreement
        return f"{name} suspended by {self.party} since {since:%Y-%m-%d %H:%M:%S}Z: {self.reason}"


class Suspensions:
    """All suspensions in force."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str, str], Suspension] = {}

    def take(self, event: AgreementSuspended | AgreementResumed) -> None:
        """Note what a party did; a second suspension only changes the reason."""
        key = (event.agreement, event.clause, event.party)
        if isinstance(event, AgreementResumed):
            self._held.pop(key, None)
            return
        held = self._held.get(key)
        self._held[key] = Suspension(
            agreement=event.agreement,
            clause=event.clause,
            party=event.party,
            reason=event.reason,
            since_ns=held.since_ns if held else event.observed_ns,
        )

    def has(self, agreement: str, clause: str, party: str) -> bool:
        """Return whether a party has suspended this."""
        return (agreement, clause, party) in self._held

    def of(self, agreement: str) -> list[Suspension]:
        """Return the suspensions of an agreement."""
        return [s for s in self._held.values() if s.agreement == agreement]

    def between(self, nations: set[str], agreements: Sequence[Agreement]) -> tuple[str, ...]:
        """Return in words what is suspended between two nations."""
        names = dict.fromkeys(a.name for a in agreements if {a.owner, a.partner} == nations)
        return tuple(s.words() for name in names for s in self.of(name))

    def state(self) -> list[Suspension]:
        """Return the content for a snapshot."""
        return list(self._held.values())

    def restore(self, state: Sequence[Suspension]) -> None:
        """Take over a state."""
        self._held = {(s.agreement, s.clause, s.party): s for s in state}
