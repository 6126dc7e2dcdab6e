"""Whatever channels lose, double, delay or reorder: nobody stays open, nobody who has answered is
called again, and those who were told are told the end. A planted fault is found."""

import random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core.messages import (
    AcknowledgeWarning,
    CancelAlert,
    DeliveryState,
    Notice,
    NoticeFailure,
    NoticeReported,
    NoticeStopped,
    Outcome,
    ReleaseStep,
    Stage,
)
from skypact.warning.alerting import going
from tests.unit.warning.alerting.night import ISSUER, Night, S, notices, procedure, with_step

WARNS = (Stage.PREPARE, Stage.TAKE_COVER)
END_S = 3_600.0


class Unruly:
    """Channels that answer as they like: late, twice, out of order, not at all."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.on_their_way: list[tuple[int, NoticeReported]] = []

    def take(self, notice: Notice, now_ns: int) -> None:
        ends = ["acknowledged", "acknowledged", "rejected", "failed", "expired", ""]
        story = ["sent", "delivered", "heard", self._dice.choice(ends)]
        if not notice.answer:
            story = ["sent", "delivered"]
        if self._dice.random() < 0.2:
            story = story[: self._dice.randrange(len(story))]
        for state in filter(None, story):
            for _ in range(self._dice.choice([0, 1, 1, 1, 1, 2])):
                at_ns = now_ns + round(self._dice.expovariate(1 / 8) * S)
                failure = self._dice.choice([*NoticeFailure]) if state == "failed" else None
                header = ISSUER.header(now_ns, now_ns)
                report = NoticeReported(
                    **header,
                    notice_id=notice.notice_id,
                    attempt=notice.attempt,
                    state=DeliveryState(state),
                    evidence=state,
                    failure=failure,
                )
                self.on_their_way.append((at_ns, report))

    def due(self, now_ns: int) -> list[NoticeReported]:
        ready = [r for at_ns, r in self.on_their_way if at_ns <= now_ns]
        self.on_their_way = [(t, r) for t, r in self.on_their_way if t > now_ns]
        self._dice.shuffle(ready)
        return ready


def played(seed: int) -> tuple[Night, list[tuple[int, object]]]:
    """Play a raid under one seed; return the night and all that was said, with the time."""
    dice = random.Random(seed)
    release = dice.choice(["", "automatic", "one"])
    night = Night(
        procedure(
            steps=with_step(
                "duty", tell=("officer", "deputy"), unless_answered=dice.random() < 0.5
            ).steps[:1]
            + with_step("public", release=release).steps[1:]
        )
    )
    channels, said = Unruly(dice), list[tuple[int, object]]()

    def hear(messages: list) -> None:
        for message in messages:
            said.append((night.now_ns, message))
            if isinstance(message, Notice):
                channels.take(message, night.now_ns)

    events = sorted(
        (dice.uniform(0, 300), dice.randrange(7), dice.randrange(1, 4)) for _ in range(9)
    )
    hear(night.raised(1, dice.uniform(50, 700)))
    for second in range(0, 600, 2):
        while events and events[0][0] <= second:
            _, kind, number = events.pop(0)
            hear(_event(night, dice, kind, number))
        hear(night.after(2.0))
        for report in channels.due(night.now_ns):
            hear(night.take(report))
    for number in (1, 2, 3):
        hear(night.cleared(number))
    if night.alert.pending:
        for one in night.alert.pending:
            hear(
                night.say(
                    ReleaseStep,
                    alert_id=night.alert.alert_id,
                    step=one.step,
                    person="Z. Last",
                    post="duty",
                )
            )
    for _ in range(60):
        hear(night.after(10.0))
        for report in channels.due(night.now_ns):
            hear(night.take(report))
    hear(night.after(END_S))
    return night, said


def _event(night: Night, dice: random.Random, kind: int, number: int) -> list:
    if kind <= 1:
        places = dice.choice([{"Harbour": 300.0}, {"Airfield": 200.0, "Harbour": 90.0}])
        return night.raised(number, places=places)
    if kind == 2:
        return night.updated(1, dice.uniform(20, 500))
    if kind == 3:
        return night.cleared(number)
    if kind == 4:
        return night.restart()
    if kind == 5 and dice.random() < 0.3:
        given = {"alert_id": night.alert.alert_id, "person": "B. Noor", "post": "duty"}
        return night.say(CancelAlert, reason="wrong", **given)
    person = {"warning_id": "auria-w1", "person": "I. Maren", "post": "duty"}
    return [*night.say(AcknowledgeWarning, **person), *night.acknowledged(1)]


def faults(night: Night) -> list[str]:
    """Return what must never be."""
    found: list[str] = []
    final = {}
    for message in night.out:
        if type(message).__name__ == "AlertChanged":
            final[message.alert.alert_id] = message.alert
    for alert in final.values():
        found += [f"{r.recipient} is open" for r in alert.reaches if r.outcome is Outcome.OPEN]
        warned = {r.recipient for r in alert.reaches if r.queued_ns and r.stage in WARNS}
        ended = {r.recipient for r in alert.reaches if r.stage not in WARNS}
        if alert.state.value in ("cleared", "cancelled") and warned != ended:
            found.append(f"told {sorted(warned)}, told the end {sorted(ended)}")
    return found


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32))
def test_every_recipient_ends_and_nobody_is_forgotten(seed: int):
    night, _ = played(seed)
    assert faults(night) == []


def test_a_planted_fault_is_found():
    """An attempt that is never given up leaves somebody open."""

    def forever(self: going.Going, *args: object) -> bool:
        self.due_ns, self.resting = 0, False
        return True

    with patch.object(going.Going, "fail", forever):
        assert any(faults(night) for night, _ in map(played, range(8)))


def test_an_answer_is_never_asked_for_again():
    """Who has acknowledged is not sent the same notice, also over a restart."""
    for seed in range(40):
        dice = random.Random(seed)
        night = Night()
        (first,) = notices(night.raised())
        night.after(dice.uniform(0, 40))
        night.report(first, "acknowledged", "key 1")
        later = [*night.restart(), *night.after(200.0)]
        assert [n for n in notices(later) if n.recipient == "officer" and n.stage in WARNS] == []
        assert not [m for m in later if isinstance(m, NoticeStopped)]


@pytest.mark.parametrize("seed", range(3))
def test_the_same_night_is_told_the_same_way(seed: int):
    assert [repr(m) for _, m in played(seed)[1]] == [repr(m) for _, m in played(seed)[1]]
