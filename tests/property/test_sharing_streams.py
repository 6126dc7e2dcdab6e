"""However frames are lost, doubled and reordered, and whoever restarts: every warning exactly once
and in order, tracks never older than what is held, and the outbox is pruned of what is on disk."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from skypact.core.columns import array
from skypact.core.messages import (
    OutboxAcknowledged,
    PartnerTracks,
    PartnerWarning,
    Release,
    Stream,
)
from tests.unit.picture.flights import T0, S, moved
from tests.unit.sharing.treaty import X, arrived, everything, own, raised, sharing, started

TREATIES = (everything(), everything("borvia", "auria"))


class Exchange(RuleBasedStateMachine):
    """auria warns and reports, borvia listens; between them a bad network and two disks."""

    @initialize()
    def begin(self) -> None:
        self.rooms = {n: sharing(*TREATIES, nation=n) for n in ("auria", "borvia")}
        self.epochs = {"auria": 1, "borvia": 1}
        self.now, self.raised, self.taken = T0, 0, []
        self.outbox: dict[int, Release] = {}
        self.air: list[Release] = []
        self.newest = 0
        self.pruned = 0

    def keep(self, messages: Any) -> None:
        for m in messages:
            if isinstance(m, Release):
                if m.stream is Stream.WARNING:
                    self.outbox[m.sequence] = m
                self.air.append(m)
            elif isinstance(m, PartnerWarning):
                self.taken.append(m.warning.version)
            elif isinstance(m, PartnerTracks) and m.count:
                time_ns = int(array(m, "time_ns")[0])
                assert time_ns >= self.newest
                self.newest = time_ns
            elif isinstance(m, OutboxAcknowledged):
                self.pruned = m.upto_sequence
                assert self.pruned <= len(self.taken)
                self.outbox = {n: r for n, r in self.outbox.items() if n > self.pruned}

    @rule()
    def warn(self) -> None:
        self.raised += 1
        self.keep(self.rooms["auria"].handle(raised(self.now, version=self.raised), self.now))

    @rule()
    def second(self) -> None:
        self.now += S
        x = moved(X, (self.now - T0) / S)
        self.rooms["auria"].handle(own([105], x, self.now), self.now)
        for room in self.rooms.values():
            self.keep(room.wake(self.now))

    def deliver(self, release: Release) -> None:
        room = self.rooms[release.partner]
        self.keep(room.handle(arrived(release, self.now), self.now))

    @rule(data=st.data())
    def arrive(self, data: st.DataObject) -> None:
        if self.air:
            self.deliver(self.air.pop(data.draw(st.integers(0, len(self.air) - 1))))

    @rule(data=st.data())
    def arrive_twice(self, data: st.DataObject) -> None:
        if self.air:
            self.deliver(self.air[data.draw(st.integers(0, len(self.air) - 1))])

    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        if self.air:
            self.air.pop(data.draw(st.integers(0, len(self.air) - 1)))

    @rule(nation=st.sampled_from(["auria", "borvia"]))
    def restart(self, nation: str) -> None:
        state = self.rooms[nation].snapshot()
        self.rooms[nation] = sharing(*TREATIES, nation=nation)
        self.rooms[nation].restore(state)
        self.epochs[nation] += 1
        self.rooms[nation].handle(started(self.now, self.epochs[nation]), self.now)

    @rule()
    def heal(self) -> None:
        """The outbox sends all it still has; now nothing is missing."""
        for release in list(self.outbox.values()):
            self.deliver(release)
        for release in [r for r in self.air if r.stream is Stream.RECEIPT]:
            self.deliver(release)
        assert self.taken == list(range(1, self.raised + 1))
        assert not self.outbox

    @invariant()
    def once_and_in_order(self) -> None:
        if hasattr(self, "taken"):
            assert self.taken == list(range(1, len(self.taken) + 1))


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
