"""What the tracker would not take, by name and count."""

from collections import deque
from collections.abc import Iterable, Mapping

_REASONS_MAX = 256
_LATEST_MAX = 16
_OTHERS = "other reasons"
_TELL_EVERY_NS = 60_000_000_000
_PLOTS_MAX = 100_000  # at once: a second of work


def too_many(count: int) -> str:
    """Return why so many plots at once are not taken, "" when they are."""
    return f"{count} plots at once; the limit is {_PLOTS_MAX}" if count > _PLOTS_MAX else ""


class Refusals:
    """Counts by reason (bounded), the latest reasons, and what is yet to be told."""

    def __init__(
        self,
        counts: Mapping[str, int] | None = None,
        latest: Iterable[str] = (),
        untold: Mapping[str, int] | None = None,
        told_ns: Mapping[str, int] | None = None,
    ) -> None:
        self.counts: dict[str, int] = dict(counts or {})
        self.latest: deque[str] = deque(latest, maxlen=_LATEST_MAX)
        self.untold: dict[str, int] = dict(untold or {})
        self.told_ns: dict[str, int] = dict(told_ns or {})

    def add(self, reason: str, count: int) -> None:
        """Count `count` refusals for `reason`."""
        if reason not in self.counts and len(self.counts) >= _REASONS_MAX:
            reason = _OTHERS
        self.counts[reason] = self.counts.get(reason, 0) + count
        self.untold[reason] = self.untold.get(reason, 0) + count
        self.latest.append(reason)

    def due(self, now_ns: int) -> list[tuple[str, int]]:
        """Return reasons to tell now with their counts: a new one at once, each at most once a
        minute."""
        if not self.untold:
            return []
        known = self.told_ns
        due = [w for w in self.untold if w not in known or now_ns - known[w] >= _TELL_EVERY_NS]
        known |= dict.fromkeys(due, now_ns)
        return [(why, self.untold.pop(why)) for why in due]

    @property
    def total(self) -> int:
        """Return how many were refused in all."""
        return sum(self.counts.values())
