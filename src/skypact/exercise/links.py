"""Links between nodes: delay, jitter, loss and partitions, from a seed.

Best-effort frames (TRACK, HEARTBEAT) can be lost, and are while the link is down. WARNING and
RECEIPT frames come from an outbox that sends until it succeeds: they come late but they come.
Frames of one kind keep their order, as in one connection.
"""

from numpy.random import Generator

from skypact.core.messages import Stream
from skypact.exercise.dice import generator
from skypact.exercise.scenario import Link, Scenario

SECOND_NS = 1_000_000_000
# An outbox waits for the answer and this long on top before it sends again (assumed).
RETRY_NS = 200_000_000
DURABLE = frozenset({Stream.WARNING, Stream.RECEIPT})


class Links:
    """All links of a scenario. Each direction has dice of its own."""

    def __init__(self, scenario: Scenario, seed: int, start_ns: int | None = None) -> None:
        """start_ns: when second 0 is; by default as the scenario says."""
        begin_ns = scenario.start_ns if start_ns is None else start_ns
        self._directions: dict[tuple[str, str], _Direction] = {}
        for link in scenario.links:
            for source, target in (link.between, link.between[::-1]):
                dice = generator(seed, "link", source, target)
                self._directions[source, target] = _Direction(link, dice, begin_ns)

    def arrival_ns(self, source: str, target: str, stream: Stream, sent_ns: int) -> int | None:
        """Return when a frame sent at `sent_ns` arrives, None when it never does: a best-effort
        frame that is lost, or no link from `source` to `target`."""
        direction = self._directions.get((source, target))
        if direction is None:
            return None
        if stream in DURABLE:
            return direction.durable_ns(sent_ns)
        return direction.best_effort_ns(sent_ns)


class _Direction:
    """One link, one way."""

    def __init__(self, link: Link, dice: Generator, begin_ns: int) -> None:
        self._dice = dice
        self._delay_ns = round(link.delay_s * SECOND_NS)
        self._jitter_ns = link.jitter_s * SECOND_NS
        self._loss = link.loss
        self._down = [
            (begin_ns + round(p.from_s * SECOND_NS), begin_ns + round(p.to_s * SECOND_NS))
            for p in link.partitions
        ]
        self._last_durable_ns = self._last_best_effort_ns = 0

    def best_effort_ns(self, sent_ns: int) -> int | None:
        """Return the arrival, None for a frame that is lost."""
        arrival_ns, lost = self._try(sent_ns)
        if lost:
            return None
        self._last_best_effort_ns = max(arrival_ns, self._last_best_effort_ns)
        return self._last_best_effort_ns

    def durable_ns(self, sent_ns: int) -> int:
        """Return the arrival of the first attempt that succeeds."""
        at_ns = sent_ns
        arrival_ns, lost = self._try(at_ns)
        while lost:
            up_ns = self._up_ns(at_ns)
            at_ns = up_ns if up_ns > at_ns else at_ns + 2 * self._delay_ns + RETRY_NS
            arrival_ns, lost = self._try(at_ns)
        self._last_durable_ns = max(arrival_ns, self._last_durable_ns)
        return self._last_durable_ns

    def _try(self, at_ns: int) -> tuple[int, bool]:
        """Return (arrival, lost) of one attempt; two draws, whatever comes of it."""
        late, chance = self._dice.exponential(), self._dice.random()
        arrival_ns = at_ns + self._delay_ns + round(late * self._jitter_ns)
        down = self._up_ns(at_ns) > at_ns or self._up_ns(arrival_ns) > arrival_ns
        return arrival_ns, down or chance < self._loss

    def _up_ns(self, at_ns: int) -> int:
        """Return `at_ns`, or the end of the partition it falls into."""
        for from_ns, to_ns in self._down:
            if from_ns <= at_ns < to_ns:
                return to_ns
        return at_ns
