"""The life of warnings under any order of events, doubled and late messages included."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from skypact.core.codec import encode
from skypact.core.messages import (
    AirWarning,
    CommandRefused,
    Delivery,
    Message,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningEvent,
    WarningRaised,
    WarningState,
)
from skypact.warning.settings import WarningSettings
from tests.unit.warning.world import (
    SECOND_NS,
    START_NS,
    acknowledge,
    all_clear,
    answer,
    cruise_away,
    cruise_to_alder,
    lost,
    of_kind,
    own,
    partner_warning,
    room,
    shown,
    started,
    state,
    tracks,
)

SETTINGS = WarningSettings(acknowledge_within_s=8, partner_acknowledge_within_s=12, clear_after_s=6)
OVER_ALDER = state(-32, -18.3, 100, 240, 90)  # first Alder, then Birch
NAMES = ("auria-w1", "auria-w2", "auria-w3", "auria-w4", "borvia-1", "borvia-2")
OPEN = set(WarningState) - {WarningState.CLEARED, WarningState.SUPERSEDED}
PARTNER_STATES = (
    WarningState.RAISED,
    WarningState.CLEAR_PROPOSED,
    WarningState.CLEARED,
    WarningState.SUPERSEDED,
)


class Lives(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = START_NS
        self.room, self.twin = room(SETTINGS), room(SETTINGS)
        self.twin_follows = False
        self.held: dict[str, AirWarning] = {}
        self.renumbered: dict[int, int] = {}
        self.number = 100

    def tell(self, message: Message) -> list[Message]:
        out = list(self.room.handle(message, self.now))
        if self.twin_follows:
            twin = self.twin.handle(message, self.now)
            assert [encode(m) for m in twin] == [encode(m) for m in out]
        self.check(out)
        return out

    def check(self, out: list[Message]) -> None:
        for event in of_kind(out, *WarningEvent.__args__):
            new = event.warning
            old = self.held.get(new.warning_id)
            if isinstance(event, WarningRaised):
                assert old is None, "raised twice"
                alive = [
                    w
                    for w in self.held.values()
                    if w.state in OPEN and (w.track, w.nation) == (new.track, new.nation)
                ]
                assert new.origin != "auria" or not [w for w in alive if w.origin == "auria"]
            else:
                assert old is not None
                assert old.state in OPEN, "something happened after the all-clear"
                assert new.version > old.version
                if old.acknowledged_by:
                    assert not isinstance(event, WarningEscalated)
                    assert new.acknowledged_by == old.acknowledged_by
            if isinstance(event, WarningCleared):
                assert new.cleared_by
            if new.state is WarningState.SUPERSEDED and new.origin == "auria":
                alive = [w for k, w in self.held.items() if k != new.warning_id and w.state in OPEN]
                about = {(w.track, w.nation) for w in alive if w.origin == "auria"}
                assert (new.track, new.nation) in about, "nothing stands for it"
            if isinstance(event, WarningAcknowledged):
                assert new.acknowledged_by
            self.held[new.warning_id] = new

    @rule(seconds=st.floats(0.5, 20))
    def pass_time(self, seconds: float) -> None:
        """Nothing that is due is left lying, and silence has escalated."""
        goal = self.now + round(seconds * SECOND_NS)
        for _ in range(1000):
            due = self.room.next_wake_ns()
            if self.twin_follows:
                assert self.twin.next_wake_ns() == due
            if due is None or due > goal:
                break
            self.now = max(self.now, due)
            out = list(self.room.wake(self.now))
            if self.twin_follows:
                assert [encode(m) for m in self.twin.wake(self.now)] == [encode(m) for m in out]
            self.check(out)
        else:
            raise AssertionError("the room wants to wake for ever")
        self.now = goal
        for warning in self.held.values():
            if warning.state is WarningState.RAISED and not warning.acknowledged_by:
                assert warning.acknowledge_by_ns > self.now, "silence went unnoticed"

    @rule(
        track=st.integers(1, 3),
        motion=st.sampled_from([cruise_to_alder(), cruise_to_alder(30), OVER_ALDER, cruise_away()]),
        ours=st.booleans(),
    )
    def see(self, track: int, motion: object, ours: bool) -> None:
        number = self.renumbered.get(track, track)
        if ours:
            self.tell(own(self.now, number))
        self.tell(tracks(self.now, [(number, motion)]))  # pyright: ignore[reportArgumentType]

    @rule(track=st.integers(1, 3), goal=st.integers(0, 4))
    def lose(self, track: int, goal: int) -> None:
        """goal: 0 gone, 1-3 merged with another track, 4 a new number."""
        number = self.renumbered.get(track, track)
        self.number += 1
        successor = self.number if goal == 4 else self.renumbered.get(goal, goal)
        if successor == number:
            return
        self.tell(lost(self.now, number, successor))
        for key in [k for k in (1, 2, 3) if self.renumbered.get(k, k) == number]:
            self.renumbered[key] = successor or self.number

    @rule(name=st.sampled_from(NAMES), person=st.sampled_from(["Ana", "Bo", " "]))
    def answer(self, name: str, person: str) -> None:
        held = self.held.get(name)
        may = (
            person.strip()
            and held is not None
            and held.nation == "auria"
            and held.state in OPEN
            and not held.acknowledged_by
        )
        out = self.tell(acknowledge(self.now, name, person))
        assert bool(of_kind(out, CommandRefused)) != bool(may)
        assert bool(of_kind(out, WarningAcknowledged)) == bool(may)

    @rule(name=st.sampled_from(NAMES), person=st.sampled_from(["Ana", ""]))
    def clear(self, name: str, person: str) -> None:
        held = self.held.get(name)
        may = person and held is not None and held.origin == "auria" and held.state in OPEN
        out = self.tell(all_clear(self.now, name, person))
        assert bool(of_kind(out, CommandRefused)) != bool(may)
        assert bool(of_kind(out, WarningCleared)) == bool(may)

    @rule(
        name=st.sampled_from(("borvia-1", "borvia-2")),
        version=st.integers(1, 6),
        state=st.sampled_from(PARTNER_STATES),
        track=st.integers(1, 3),
        twice=st.booleans(),
    )
    def hear(self, name: str, version: int, state: WarningState, track: int, twice: bool) -> None:
        number = self.renumbered.get(track, track)
        message = partner_warning(self.now, version, state, name, track=number)
        self.tell(message)
        if twice:
            assert not self.tell(message), "a doubled message did something"

    @rule(name=st.sampled_from(NAMES[:4]), person=st.sampled_from(["Bo Lind", ""]))
    def hear_answer(self, name: str, person: str) -> None:
        acknowledged_ns = self.now if person else 0
        self.tell(answer(self.now, name, person=person, acknowledged_ns=acknowledged_ns))

    @rule(name=st.sampled_from(NAMES))
    def show(self, name: str) -> None:
        self.tell(shown(self.now, name))

    @rule()
    def restart(self) -> None:
        """A room restored from the snapshot goes on as if nothing had been."""
        saved = self.room.snapshot()
        fresh = room(SETTINGS)
        fresh.restore(saved)
        assert fresh.snapshot() == saved
        self.twin, self.twin_follows = fresh, True
        out = self.tell(started(self.now))
        restated = {d.warning.warning_id for d in of_kind(out, Delivery)}
        assert restated == {k for k, w in self.held.items() if w.state in OPEN}


Lives.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLives = Lives.TestCase
