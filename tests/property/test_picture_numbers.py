"""Whatever nations report: one object has one number, and who only listens stays right.

A listener that knows nothing but the messages must hold exactly the numbers of the view, and one
that hears only OwnTracks exactly the tracks our own sensors hold.
"""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from skypact.core.columns import array, fault
from skypact.core.messages import OwnTracks, SystemTracks, SystemTracksDeleted
from skypact.picture.numbers import PROVISIONAL
from tests.unit.picture.flights import T0, S, beside, ended, moved, own, partner, picture, state

TRUTHS = [state(i * 1500, i * 400, 200, 20 * i) for i in range(4)]
LABELS = st.sampled_from([101, 102, 103, 104, 105, 201, 202])
OBJECTS = st.integers(0, len(TRUTHS) - 1)
NATIONS = st.sampled_from(["borvia", "cestia"])


class Numbering(RuleBasedStateMachine):
    """Own tracks, two partners with careless numbers, a pool of four."""

    @initialize()
    def begin(self) -> None:
        self.room = picture(track_numbers=(103, 101, 301, 302), partner_hold_s=6, apart_s=3)
        self.now = T0
        self.mine: dict[int, int] = {}
        self.theirs: dict[tuple[str, int], int] = {}
        self.heard: set[int] = set()
        self.heard_own: set[int] = set()
        self.tracks = 0

    def hear(self, messages: Any) -> None:
        for m in messages:
            if isinstance(m, SystemTracksDeleted):
                assert len(m.numbers) == len(m.successors) == len(m.reasons) == len(m.own)
                self.heard -= set(m.numbers)
            elif isinstance(m, OwnTracks):
                assert fault(m) == ""
                self.heard_own -= set(m.ended)
                self.heard_own |= set(array(m, "number").tolist())
            elif isinstance(m, SystemTracks):
                assert fault(m) == ""
                assert m.count
                self.heard |= set(array(m, "number").tolist())

    def at(self, index: int, off_m: float) -> Any:
        return beside(moved(TRUTHS[index], (self.now - T0) / S), off_m)

    @rule(index=OBJECTS, off_m=st.sampled_from([0.0, 40.0]))
    def see(self, index: int, off_m: float) -> None:
        if index not in self.mine:
            self.tracks += 1
            self.mine[index] = self.tracks
        self.hear(
            self.room.handle(own([self.mine[index]], self.at(index, off_m), self.now), self.now)
        )

    @rule(index=OBJECTS)
    def lose(self, index: int) -> None:
        if index in self.mine:
            self.hear(self.room.handle(ended((self.mine.pop(index),), self.now), self.now))

    @rule(nation=NATIONS, label=LABELS, index=OBJECTS, off_m=st.sampled_from([0.0, 90.0, 700.0]))
    def told(self, nation: str, label: int, index: int, off_m: float) -> None:
        self.theirs[nation, label] = index
        batch = partner(nation, [label], self.at(index, off_m), self.now)
        self.hear(self.room.handle(batch, self.now))

    @rule(nation=NATIONS, old=LABELS, new=st.one_of(st.just(0), LABELS))
    def renumbered(self, nation: str, old: int, new: int) -> None:
        index = self.theirs.pop((nation, old), None)
        labels = [new] if new and index is not None else []
        states = self.at(index, 0) if labels else []
        batch = partner(nation, labels, states, self.now, (old,), (new if labels else 0,))
        self.hear(self.room.handle(batch, self.now))

    @rule(seconds=st.integers(1, 4))
    def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += S
            out = self.room.wake(self.now)
            assert fault(out[-1]) == ""
            self.hear(out)
            assert array(out[-1], "number").tolist() == sorted(self.heard)

    @invariant()
    def one_object_one_number(self) -> None:
        if not hasattr(self, "room"):
            return
        systems = self.room._systems
        reports, held = systems.reports, systems.systems
        assert set(reports["system"].tolist()) == set(held.keys.tolist()) == self.heard
        slots = list(zip(reports["system"].tolist(), (reports.keys >> 32).tolist(), strict=True))
        assert len(set(slots)) == len(slots)
        own_numbers = {n for n, nation in slots if nation == 0}
        assert {n for n in own_numbers if n < PROVISIONAL} == self.heard_own

    @invariant()
    def a_snapshot_is_the_whole_state(self) -> None:
        if hasattr(self, "room"):
            again = picture(track_numbers=(103, 101, 301, 302), partner_hold_s=6, apart_s=3)
            again.restore(self.room.snapshot())
            self.room = again


TestNumbering = Numbering.TestCase
TestNumbering.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
