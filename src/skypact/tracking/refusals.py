"""What the tracker would not take, by name and count."""

from collections import deque
from collections.abc import Iterable, Mapping

_REASONS_MAX = 256
_LATEST_MAX = 16
_OTHERS = "other reasons"


class Refusals:
    """Counts by reason (bounded) and the latest reasons."""

    def __init__(self, counts: Mapping[str, int] | None = None, latest: Iterable[str] = ()) -> None:
        self.counts: dict[str, int] = dict(counts or {})
        self.latest: deque[str] = deque(latest, maxlen=_LATEST_MAX)

    def add(self, reason: str, count: int) -> None:
        """Count `count` refusals for `reason`."""
        if reason not in self.counts and len(self.counts) >= _REASONS_MAX:
            reason = _OTHERS
        self.counts[reason] = self.counts.get(reason, 0) + count
        self.latest.append(reason)

    @property
    def total(self) -> int:
        """Return how many were refused in all."""
        return sum(self.counts.values())
