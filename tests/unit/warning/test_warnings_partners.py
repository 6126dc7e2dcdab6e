"""Warnings between nations: those we raise for a partner, those a partner raises for us."""

from skypact.core.messages import (
    AllClearProposed,
    CommandRefused,
    Delivery,
    ThreatClass,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningRaised,
    WarningState,
    WarningUpdated,
)
from tests.unit.warning.world import (
    SECOND_NS,
    START_NS,
    acknowledge,
    all_clear,
    answer,
    of_kind,
    own,
    partner_warning,
    room,
    shown,
    state,
    told,
    tracks,
)

T0 = START_NS


def at(seconds: float) -> int:
    return T0 + round(seconds * SECOND_NS)


def test_partners_warning_is_delivered_and_answered() -> None:
    warnings = room()
    out = warnings.handle(partner_warning(T0), T0)
    (event,) = of_kind(out, WarningRaised)
    assert event.warning.origin == "borvia"
    assert event.warning.ledger.received_ns == T0
    assert event.warning.ledger.released_ns == 8
    assert event.warning.acknowledge_by_ns == at(30)
    (event,) = of_kind(warnings.handle(shown(at(1), "borvia-7"), at(1)), WarningUpdated)
    assert event.warning.ledger.shown_ns == at(1)
    assert not warnings.handle(shown(at(2), "borvia-7"), at(2))
    (event,) = of_kind(warnings.handle(acknowledge(at(3), "borvia-7"), at(3)), WarningAcknowledged)
    assert event.warning.ledger.acknowledged_ns == at(3)


def test_partners_messages_may_come_twice_or_out_of_order() -> None:
    warnings = room()
    warnings.handle(partner_warning(T0, 3), T0)
    assert not warnings.handle(partner_warning(T0, 3), at(1))
    assert not warnings.handle(partner_warning(T0, 2, WarningState.CLEAR_PROPOSED), at(1))
    # An acknowledgement that comes back to us as the partner's newer state is no news.
    assert not warnings.handle(partner_warning(T0, 4, WarningState.ACKNOWLEDGED), at(1))
    out = warnings.handle(partner_warning(T0, 5, threat_class=ThreatClass.ROCKET), at(2))
    (event,) = of_kind(out, WarningUpdated)
    assert event.warning.threat_class is ThreatClass.ROCKET
    out = warnings.handle(partner_warning(T0, 6, WarningState.CLEAR_PROPOSED), at(3))
    assert of_kind(out, AllClearProposed)
    out = warnings.handle(partner_warning(T0, 7, WarningState.RAISED), at(4))
    assert of_kind(out, WarningUpdated)[0].warning.state is WarningState.RAISED
    out = warnings.handle(partner_warning(T0, 9, WarningState.CLEARED, cleared_by="Bo"), at(5))
    assert of_kind(out, WarningCleared)[0].warning.cleared_by == "Bo"
    assert not warnings.handle(partner_warning(T0, 10), at(6))


def test_a_clear_that_overtakes_its_warning_leaves_nothing_open() -> None:
    warnings = room()
    assert not warnings.handle(partner_warning(T0, 4, WarningState.CLEARED), T0)
    assert not warnings.handle(partner_warning(T0, 1), T0)
    assert warnings.next_wake_ns() is None


def test_a_warning_under_another_nations_name_is_refused() -> None:
    for origin in ("cestia", "auria"):
        (refusal,) = room().handle(partner_warning(T0, origin=origin), T0)
        assert isinstance(refusal, CommandRefused)


def test_a_warning_between_others_is_shown_for_information() -> None:
    warnings = room()
    out = warnings.handle(partner_warning(T0, nation="cestia"), T0)
    (delivery,) = of_kind(out, Delivery)
    assert delivery.warning.reason.startswith("For information: borvia warns cestia. Ballistic")
    assert warnings.next_wake_ns() is None
    (refusal,) = warnings.handle(acknowledge(at(1), "borvia-7"), at(1))
    assert "only cestia can acknowledge" in refusal.reason
    escalated = partner_warning(T0, 2, WarningState.ESCALATED, nation="cestia")
    assert told(warnings.handle(escalated, at(2))) == [("duty", "warning_updated", "escalated")]
    assert not warnings.handle(partner_warning(T0, 3, escalated.warning.state, nation="cestia"), T0)
    cleared = partner_warning(T0, 4, WarningState.CLEARED, nation="cestia")
    assert of_kind(warnings.handle(cleared, at(3)), WarningCleared)


def test_several_warnings_of_one_track_are_acknowledged_together() -> None:
    warnings = room()
    warnings.handle(partner_warning(T0), T0)
    warnings.handle(partner_warning(T0, warning_id="borvia-8"), T0)
    warnings.handle(partner_warning(T0, warning_id="borvia-9", track=901), T0)
    out = warnings.handle(acknowledge(at(1), "borvia-8"), at(1))
    acknowledged = [e.warning.warning_id for e in of_kind(out, WarningAcknowledged)]
    assert acknowledged == ["borvia-8", "borvia-7"]


def warned_partner():
    warnings = room()
    warnings.handle(own(T0, 8), T0)
    warnings.handle(tracks(T0, [(8, state(-32, -17.9, 100, 240, 90))]), T0)
    return warnings  # auria-w1 is for borvia


def test_a_partners_answer_ends_the_escalation_at_the_origin() -> None:
    warnings = warned_partner()
    out = warnings.handle(answer(at(1), "auria-w1", person="", acknowledged_ns=0), at(1))
    assert told(out) == [("duty", "ledger", "raised")]
    out = warnings.handle(answer(at(2), "auria-w1", shown_ns=at(9)), at(2))
    (event,) = of_kind(out, WarningAcknowledged)
    ledger = event.warning.ledger
    assert event.warning.acknowledged_by == "Bo Lind"
    assert ledger.shown_ns == at(1) - 2  # the first report stands
    assert ledger.acknowledged_ns == at(2) - 1
    assert of_kind(out, Delivery)[0].warning.reason.startswith("borvia has acknowledged.")
    assert not warnings.handle(answer(at(2), "auria-w1", shown_ns=at(9)), at(3))
    assert not of_kind(warnings.wake(at(400)), WarningEscalated)


def test_a_partners_silence_escalates_at_the_origin_once_through_the_posts() -> None:
    warnings = warned_partner()
    out = warnings.wake(at(45))
    assert "has not acknowledged in time: call them" in of_kind(out, Delivery)[0].warning.reason
    assert of_kind(out, WarningEscalated)
    later = warnings.wake(at(90))
    assert not of_kind(later, WarningEscalated)
    assert "reminder" not in [event for _, event, _ in told(later)]


def test_an_answer_from_the_wrong_partner_is_refused() -> None:
    warnings = warned_partner()
    for strange in (
        answer(at(1), "auria-w1", partner="cestia"),
        answer(at(1), "auria-w5"),
    ):
        (refusal,) = warnings.handle(strange, at(1))
        assert "not theirs" in refusal.reason


def test_an_answer_after_the_all_clear_still_fills_the_ledger() -> None:
    warnings = warned_partner()
    warnings.handle(all_clear(at(1), "auria-w1"), at(1))
    out = warnings.handle(answer(at(2), "auria-w1"), at(2))
    assert told(out) == [("duty", "ledger", "cleared")]


def test_our_own_console_does_not_show_for_a_partner() -> None:
    assert not warned_partner().handle(shown(at(1), "auria-w1"), at(1))
