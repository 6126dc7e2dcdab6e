"""One recipient of one step."""

import pytest

from skypact.core.messages import Channel, DeliveryState, NoticeReported, Outcome, Stage
from skypact.warning.alerting.going import DELIVER_WITHIN_NS, Going, going
from tests.unit.warning.alerting.night import ISSUER, T0, S, procedure


def one(**changes) -> Going:
    made = going(procedure().steps[0], "officer", [Channel.PHONE, Channel.MAIL], ["chief"])
    for name, value in changes.items():
        setattr(made, name, value)
    made.begin("n1", ["Harbour"], T0)
    return made


def report(state: str, attempt: int = 1) -> NoticeReported:
    return NoticeReported(
        **ISSUER.header(T0, T0),
        notice_id="n1",
        attempt=attempt,
        state=DeliveryState(state),
        evidence=state,
    )


def test_it_carries_what_the_step_says():
    made = one()
    assert (made.step, made.stage, made.then) == ("duty", Stage.PREPARE, ["chief"])
    assert made.due_ns == T0 + 20 * S
    assert one(asked=False).due_ns == T0 + DELIVER_WITHIN_NS


def test_states_only_go_forward_and_fill_what_they_imply():
    made = one()
    assert made.take(report("heard"), T0 + S)
    assert (made.sent_ns, made.delivered_ns, made.heard_ns) == (T0 + S,) * 3
    for late in ("sent", "delivered", "heard", "queued"):
        assert not made.take(report(late), T0 + 2 * S)
    assert not made.take(report("expired"), T0 + 2 * S)
    assert made.open


def test_nobody_hangs_up_on_who_is_listening():
    made = one()
    made.take(report("sent"), T0 + 15 * S)
    assert made.due_ns == T0 + 20 * S
    made.take(report("delivered"), T0 + 18 * S)
    assert made.due_ns == T0 + 38 * S


def test_what_needs_no_answer_is_done_when_it_has_left():
    made = one(asked=False)
    made.take(report("sent"), T0 + S)
    assert (made.outcome, made.ended_ns, made.due_ns) == (Outcome.INFORMED, T0 + S, 0)


def test_an_answer_counts_whenever_it_comes():
    made = one()
    made.end(Outcome.FAILED, T0 + S)
    assert made.take(report("acknowledged", attempt=9), T0 + 2 * S)
    assert made.outcome is Outcome.ACKNOWLEDGED
    assert not made.take(report("acknowledged"), T0 + 3 * S)


def test_attempts_then_ways_then_nobody():
    made = one()
    assert made.fail(DeliveryState.FAILED, "busy", False, T0)
    assert (made.resting, made.due_ns) == (True, T0 + 5 * S)
    made.begin("n1", ["Harbour"], T0 + 5 * S)
    assert made.fail(DeliveryState.FAILED, "busy", False, T0 + 6 * S)
    assert (made.channel, made.attempt, made.due_ns) == (Channel.MAIL, 0, T0 + 6 * S)
    made.begin("n2", ["Harbour"], T0 + 6 * S)
    assert not made.fail(DeliveryState.FAILED, "no such mailbox", True, T0 + 7 * S)
    assert made.told == {Channel.PHONE: ["n1"], Channel.MAIL: ["n2"]}


def test_news_begins_anew_and_remembers_what_was_told():
    made = one()
    made.end(Outcome.ACKNOWLEDGED, T0, "A. Tahan")
    made.again(T0 + 9 * S)
    assert (made.before, made.attempt, made.person) == (["Harbour"], 0, "")
    assert (made.open, made.resting, made.due_ns) == (True, True, T0 + 9 * S)


@pytest.mark.parametrize("state", ["sent", "heard"])
def test_people_see_how_far_it_has_come(state: str):
    made = one()
    made.take(report(state), T0 + S)
    shown = made.reach()
    assert (shown.state.value, shown.evidence, shown.queued_ns) == (state, state, T0)
