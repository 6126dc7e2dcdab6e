"""Rules propose, people set, and what was held to be an attack may have been a drill."""

import msgspec
import pytest

from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AlertChanged,
    CancelAlert,
    ClassifyThreat,
    CommandRefused,
    Context,
    NodeStarted,
    ReadinessChanged,
    SetReadiness,
    ThreatClassified,
    ThreatKind,
    WarningCleared,
    WarningRaised,
    WarningState,
    Woken,
)
from skypact.warning.readiness.readiness import ReadinessRoom
from skypact.warning.readiness.settings import ReadinessRule, ReadinessSettings
from tests.unit.warning.alerting.night import ISSUER, T0, Night, S, warning

BASE = ReadinessSettings(
    name="Base North",
    expires_s=600.0,
    rules=(
        ReadinessRule(on="take_cover", state="attack"),
        ReadinessRule(on="warning", state="high", classes=("ballistic",), when=("normal",)),
        ReadinessRule(on="over", state="recovery", when=("high", "attack")),
    ),
)


class Day:
    def __init__(self, *settings: ReadinessSettings) -> None:
        self._settings = settings or (BASE,)
        self.room, self.now_ns = self.fresh(), T0

    def fresh(self) -> ReadinessRoom:
        return ReadinessRoom(Issuer("auria", "readiness", Context.EXERCISE), self._settings)

    def say(self, kind: type, **given):
        message = kind(**ISSUER.header(self.now_ns, self.now_ns), **given)
        return [*self.room.handle(message, self.now_ns)]

    def raised(self, number: int = 1, **given):
        return self.say(WarningRaised, warning=warning(number, **given))

    def over(self, number: int = 1):
        one = warning(number, state=WarningState.CLEARED, cleared_by="I. Maren")
        return self.say(WarningCleared, warning=one)

    def set(self, state: str, person: str = "I. Maren", name: str = "Base North"):
        return self.say(SetReadiness, name=name, state=state, person=person, reason="as proposed")

    def classify(self, held: ThreatKind, number: int = 1, person: str = "B. Noor"):
        given = {"warning_id": f"auria-w{number}", "evidence": "their notice to airmen"}
        return self.say(ClassifyThreat, held=held, person=person, **given)


def only(messages):
    (changed,) = [m for m in messages if isinstance(m, ReadinessChanged)]
    return changed.readiness


def test_a_warning_proposes_and_nothing_changes_without_a_person():
    day = Day()
    base = only(day.raised())
    assert (base.state, base.proposal.state, base.proposal.causes) == (
        "normal", "high", ("auria-w1",),
    )  # fmt: skip
    assert "ballistic" in base.proposal.reason
    base = only(day.set("high"))
    assert (base.state, base.person, base.proposal, base.causes) == (
        "high", "I. Maren", None, ("auria-w1",),
    )  # fmt: skip
    assert base.until_ns == T0 + 600 * S
    assert [step.person for step in base.history] == ["I. Maren"]


def test_a_second_event_of_the_same_kind_is_no_second_proposal():
    day = Day()
    day.raised()
    assert day.raised(2) == []
    assert only(day.set("high")).causes == ("auria-w1", "auria-w2")


def test_take_cover_of_an_alert_is_an_event_once():
    day, night = Day(), Night()
    night.raised(to_go_s=90.0)
    alerts = [m for m in night.out if isinstance(m, AlertChanged)]
    base = only([m for one in alerts for m in day.room.handle(one, T0)])
    assert (base.proposal.state, base.proposal.causes) == ("attack", ("auria-w1",))
    assert [m for one in alerts for m in day.room.handle(one, T0)] == []


def test_when_all_that_led_to_it_is_over_recovery_is_proposed():
    day = Day()
    day.raised()
    day.raised(2)
    day.set("high")
    assert day.over(1) == []
    assert only(day.over(2)).proposal.state == "recovery"


def test_a_state_that_nobody_says_again_expires():
    day = Day()
    day.raised()
    day.set("high")
    assert day.room.next_wake_ns() == T0 + 600 * S
    day.now_ns = T0 + 600 * S
    base = only(day.room.wake(day.now_ns))
    assert (base.state, base.expired, base.proposal.state) == ("high", True, "normal")
    assert day.room.next_wake_ns() is None
    assert only(day.set("high")).expired is False


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"state": "red"}, "has no state red"),
        ({"state": "high", "name": "Base South"}, "There is no Base South"),
        ({"state": "high", "person": " "}, "named person"),
    ],
)
def test_what_makes_no_sense_is_refused(given, said):
    (refused,) = Day().set(**given)
    assert isinstance(refused, CommandRefused)
    assert said in refused.reason


def test_a_drill_opens_again_what_it_has_led_to_and_so_does_the_correction():
    day = Day()
    day.raised()
    day.set("high")
    told, *rest = day.classify(ThreatKind.DRILL)
    assert isinstance(told, ThreatClassified)
    assert (told.held, told.before, told.warning_ids) == (
        ThreatKind.DRILL, ThreatKind.UNKNOWN, ("auria-w1",),
    )  # fmt: skip
    assert only(rest).proposal.state == "normal"
    assert "their notice to airmen" in only(rest).proposal.reason
    day.set("normal")
    again = only(day.classify(ThreatKind.ATTACK)[1:])
    assert again.proposal.state == "high"
    assert day.classify(ThreatKind.ATTACK) == []


def test_a_proposal_that_a_drill_led_to_is_taken_back():
    day = Day()
    day.raised()
    base = only(day.classify(ThreatKind.DRILL)[1:])
    assert (base.state, base.proposal) == ("normal", None)


def test_only_open_warnings_are_held_to_be_something_and_by_a_person():
    day = Day()
    assert isinstance(day.classify(ThreatKind.DRILL)[0], CommandRefused)
    day.raised()
    assert isinstance(day.classify(ThreatKind.DRILL, person=" ")[0], CommandRefused)


def test_a_drill_lets_a_person_take_the_alert_back_and_an_attack_raises_it_again():
    night = Night()
    night.raised(to_go_s=300.0)
    given = {"warning_ids": ("auria-w1",), "evidence": "a notice", "person": "B. Noor"}
    unknown = ThreatKind.UNKNOWN
    night.say(ThreatClassified, held=ThreatKind.DRILL, before=unknown, **given)
    assert [p.step for p in night.alert.pending] == ["correction"]
    assert "B. Noor" in night.alert.reason
    cancel = {"alert_id": "auria-a1", "person": "I. Maren", "post": "duty"}
    night.say(CancelAlert, reason="a drill", **cancel)
    assert night.alert.state.value == "cancelled"
    assert night.updated(to_go_s=200.0) == [] or night.alert.alert_id == "auria-a1"
    night.after(120.0)
    night.say(ThreatClassified, held=ThreatKind.ATTACK, before=ThreatKind.DRILL, **given)
    night.updated(to_go_s=100.0)
    assert night.alert.alert_id == "auria-a2"


def test_it_goes_on_after_a_restart():
    day = Day()
    day.raised()
    day.set("high")
    state = day.room.snapshot()
    day.room = day.fresh()
    day.room.restore(state)
    assert day.room.snapshot() == state
    assert only(day.say(NodeStarted, epoch=2, version="x")).state == "high"


def test_it_takes_no_other_messages():
    with pytest.raises(InvariantError):
        Day().say(Woken)


def test_names_of_states_are_ones_own():
    one = ReadinessSettings(name="Sector 1", states=("green", "red"))
    assert only(Day(one).set("red", name="Sector 1")).states == ("green", "red")
    with pytest.raises(ValueError, match="no state high"):
        msgspec.convert(
            {"name": "x", "states": ["a", "b"], "rule": [{"on": "over", "state": "high"}]},
            ReadinessSettings,
        )
