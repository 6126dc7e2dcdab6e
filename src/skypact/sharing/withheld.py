"""What did not leave, counted per partner and reason, told at most once a second."""

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import ReleaseWithheld


class WithheldState(msgspec.Struct, frozen=True, kw_only=True):
    """counts of the running second, and the counts told last."""

    counts: list[tuple[str, str, str, int]]
    told: list[tuple[str, str, str, int]]


class Withheld:
    """Counts since the last `tell`; a count that stays the same is told once."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._counts: dict[tuple[str, str, str], int] = {}
        self._told: dict[tuple[str, str, str], int] = {}

    def count(self, partner: str, what: str, reason: str, number: int) -> None:
        """Add to a count."""
        if number:
            key = (partner, what, reason)
            self._counts[key] = self._counts.get(key, 0) + number

    def tell(self, now_ns: int) -> list[ReleaseWithheld]:
        """Return the counts that differ from what was told last."""
        news = [(k, n) for k, n in self._counts.items() if self._told.get(k) != n]
        self._told, self._counts = self._counts, {}
        return [
            ReleaseWithheld(
                **self._issuer.header(now_ns, now_ns),
                partner=partner,
                what=what,
                reason=reason,
                withheld=number,
            )
            for (partner, what, reason), number in news
        ]

    def state(self) -> WithheldState:
        """Return the content for a snapshot."""
        return WithheldState(
            counts=[(*k, n) for k, n in self._counts.items()],
            told=[(*k, n) for k, n in self._told.items()],
        )

    def restore(self, state: WithheldState) -> None:
        """Take over a state."""
        self._counts = {(p, w, r): n for p, w, r, n in state.counts}
        self._told = {(p, w, r): n for p, w, r, n in state.told}
