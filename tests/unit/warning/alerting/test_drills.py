"""Daily tests of each recipient's first channel."""

from skypact.core.messages import Stage, WatchView
from tests.unit.warning.alerting.night import PEOPLE, Night, notices

TEXT = PEOPLE.replace('name = "chief"', 'name = "chief"\ntest_at = "09:00"')


def test_once_a_day_and_what_came_of_it_is_shown():
    night = Night(text=TEXT)
    told = notices(night.after(86_400.0))
    assert [(n.recipient, n.stage, n.channel.value, n.answer) for n in told] == [
        ("chief", Stage.TEST, "phone", True)
    ]
    assert told[0].event_id == told[0].notice_id
    (view,) = night.report(told[0], "acknowledged", "key 1")
    assert isinstance(view, WatchView)
    (tested,) = view.tested
    assert (tested.recipient, tested.state.value, tested.evidence) == (
        "chief", "acknowledged", "key 1",
    )  # fmt: skip
    assert night.report(told[0], "acknowledged", "key 1") == []
    assert len(notices(night.after(86_400.0))) == 1


def test_a_test_that_was_missed_waits_for_the_next_day():
    night = Night(text=TEXT)
    night.now_ns += 3 * 86_400 * 1_000_000_000
    assert notices(night.restart()) == []
    assert len(notices(night.after(86_400.0))) == 1
