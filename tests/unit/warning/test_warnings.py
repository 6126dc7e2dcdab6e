"""The room as its neighbours see it."""

import pytest

from skypact.core.codec import encode
from skypact.core.columns import array
from skypact.core.errors import InvariantError
from skypact.core.messages import (
    AllClearProposed,
    CommandRefused,
    Delivery,
    ThreatBatch,
    ThreatClass,
    TracksDeleted,
    WarningAcknowledged,
    WarningCleared,
    WarningEscalated,
    WarningEvent,
    WarningRaised,
    WarningState,
    WarningUpdated,
)
from skypact.warning.settings import WarningSettings
from tests.unit.warning.world import (
    SECOND_NS,
    START_NS,
    acknowledge,
    all_clear,
    cruise_away,
    cruise_to_alder,
    header,
    lost,
    of_kind,
    own,
    partner_warning,
    room,
    shown,
    started,
    state,
    told,
    tracks,
    triangle,
)

T0 = START_NS


def at(seconds: float) -> int:
    return T0 + round(seconds * SECOND_NS)


def raised(settings: WarningSettings | None = None):
    """Return a room with one open warning, auria-w1, about track 7."""
    warnings = room(settings)
    out = warnings.handle(tracks(T0, [(7, cruise_to_alder())]), T0)
    return warnings, out


def test_a_cruise_missile_raises_a_warning_at_once() -> None:
    _, out = raised()
    (batch,) = of_kind(out, ThreatBatch)
    assert array(batch, "threat_class").tolist() == [ThreatClass.CRUISE]
    (event,) = of_kind(out, WarningRaised)
    warning = event.warning
    assert (warning.warning_id, warning.origin, warning.nation) == ("auria-w1", "auria", "auria")
    assert warning.threat_class is ThreatClass.CRUISE
    assert [p.name for p in warning.places] == ["Alder"]
    # 60 km to the centre, 5 km radius, 240 m/s.
    assert warning.places[0].time_to_go_s == pytest.approx(55_000 / 240, rel=0.01)
    ledger = warning.ledger
    assert ledger.detected_ns == at(-8)
    assert ledger.tracked_ns == at(-1)
    assert ledger.raised_ns == ledger.received_ns == T0
    assert ledger.released_ns == ledger.shown_ns == ledger.acknowledged_ns == 0
    assert told(out) == [("duty", "warning_raised", "raised")]
    assert "Alder" in warning.reason


def test_the_class_comes_before_the_warning() -> None:
    _, out = raised()
    kinds = [type(m) for m in out]
    assert kinds.index(ThreatBatch) < kinds.index(WarningRaised) < kinds.index(Delivery)


def test_an_airliner_raises_nothing() -> None:
    out = room().handle(tracks(T0, [(7, state(-32, -18.5, 10_000, 230, 90))], detection=6), T0)
    (batch,) = of_kind(out, ThreatBatch)
    assert array(batch, "threat_class").tolist() == [ThreatClass.AIRCRAFT]
    assert not of_kind(out, Delivery)


def test_the_same_threat_is_raised_once() -> None:
    warnings, _ = raised()
    for second in range(1, 60):
        out = warnings.handle(
            tracks(at(second), [(7, cruise_to_alder(60 - 0.24 * second))]), at(second)
        )
        assert not of_kind(out, WarningRaised, WarningUpdated)


def test_a_partners_place_is_warned_of_once_our_own_sensors_hold_the_track() -> None:
    warnings, _ = raised()
    inbound = state(-32, -18.7, 100, 240, 90)  # over Alder towards Birch
    out = warnings.handle(tracks(T0, [(8, inbound)]), T0)
    assert [e.warning.nation for e in of_kind(out, WarningRaised)] == ["auria"]
    out = warnings.handle(own(at(1), 8), at(1))
    (event,) = of_kind(out, WarningRaised)
    assert (event.warning.origin, event.warning.nation) == ("auria", "borvia")
    assert event.warning.ledger.received_ns == 0
    (delivery,) = of_kind(out, Delivery)
    assert delivery.warning.reason.startswith("Sent to borvia, waiting for acknowledgement.")
    assert "borvia" not in event.warning.reason
    assert not of_kind(warnings.handle(own(at(2), 8), at(2)), WarningRaised)


def test_silence_escalates_to_the_next_post_then_reminds() -> None:
    warnings, _ = raised(WarningSettings(escalation_posts=("supervisor", "minister")))
    assert warnings.next_wake_ns() == at(30)
    assert not warnings.wake(at(29.9))
    out = warnings.wake(at(30))
    (event,) = of_kind(out, WarningEscalated)
    assert event.warning.state is WarningState.ESCALATED
    assert told(out) == [
        ("duty", "warning_escalated", "escalated"),
        ("supervisor", "warning_escalated", "escalated"),
    ]
    out = warnings.wake(at(60))
    assert [post for post, _, _ in told(out)] == ["duty", "supervisor", "minister"]
    out = warnings.wake(at(90))
    assert not of_kind(out, WarningEscalated)
    assert {event for _, event, _ in told(out)} == {"reminder"}


def test_an_acknowledgement_stops_the_escalation() -> None:
    warnings, _ = raised()
    out = warnings.handle(acknowledge(at(5), "auria-w1"), at(5))
    (event,) = of_kind(out, WarningAcknowledged)
    assert event.warning.acknowledged_by == "Ana Ruiz"
    assert event.warning.ledger.acknowledged_ns == at(5)
    assert not of_kind(warnings.wake(at(200)), WarningEscalated)


@pytest.mark.parametrize(
    ("warning_id", "person", "why"),
    [
        ("auria-w9", "Ana", "not known"),
        ("auria-w1", "  ", "needs the name"),
    ],
)
def test_a_command_that_cannot_be_is_refused(warning_id: str, person: str, why: str) -> None:
    warnings, _ = raised()
    for command in (acknowledge(at(1), warning_id, person), all_clear(at(1), warning_id, person)):
        (refusal,) = warnings.handle(command, at(1))
        assert isinstance(refusal, CommandRefused)
        assert refusal.command_id == command.id
        assert why in refusal.reason


def test_a_second_acknowledgement_is_refused_with_the_first_name() -> None:
    warnings, _ = raised()
    warnings.handle(acknowledge(at(1), "auria-w1"), at(1))
    (refusal,) = warnings.handle(acknowledge(at(2), "auria-w1", "Bo"), at(2))
    assert "already acknowledged by Ana Ruiz" in refusal.reason


def test_only_the_warned_nation_acknowledges_and_only_the_origin_clears() -> None:
    warnings, _ = raised()
    warnings.handle(own(T0, 8), T0)
    warnings.handle(tracks(T0, [(8, state(-32, -17.9, 100, 240, 90))]), T0)
    (refusal,) = warnings.handle(acknowledge(at(1), "auria-w2"), at(1))
    assert "only borvia can acknowledge" in refusal.reason
    warnings.handle(partner_warning(at(1)), at(1))
    (refusal,) = warnings.handle(all_clear(at(2), "borvia-7"), at(2))
    assert "only borvia can clear" in refusal.reason


def test_a_threat_that_turns_away_proposes_the_all_clear_and_a_person_gives_it() -> None:
    warnings, _ = raised()
    warnings.handle(acknowledge(at(1), "auria-w1"), at(1))
    warnings.handle(tracks(at(2), [(7, cruise_away())]), at(2))
    assert warnings.next_wake_ns() == at(32)
    out = warnings.wake(at(32))
    (event,) = of_kind(out, AllClearProposed)
    assert event.warning.state is WarningState.CLEAR_PROPOSED
    assert "no longer threatens Alder" in event.warning.reason
    assert warnings.next_wake_ns() is None
    out = warnings.handle(all_clear(at(40), "auria-w1", "Cy Dahl"), at(40))
    (event,) = of_kind(out, WarningCleared)
    assert event.warning.cleared_by == "Cy Dahl"
    (refusal,) = warnings.handle(all_clear(at(41), "auria-w1"), at(41))
    assert "already cleared by Cy Dahl" in refusal.reason
    (refusal,) = warnings.handle(acknowledge(at(41), "auria-w1"), at(41))
    assert "already acknowledged" in refusal.reason


def test_a_short_turn_away_changes_nothing() -> None:
    warnings, _ = raised()
    warnings.handle(tracks(at(2), [(7, cruise_away())]), at(2))
    warnings.handle(tracks(at(6), [(7, cruise_to_alder(58.5))]), at(6))
    assert not of_kind(warnings.wake(at(40)), AllClearProposed)


def test_a_track_that_becomes_uncertain_keeps_its_warning() -> None:
    warnings, _ = raised()
    for second in range(4, 60, 4):
        vague = tracks(at(second), [(7, cruise_to_alder())], triangle(60, 150))
        assert not of_kind(warnings.handle(vague, at(second)), AllClearProposed)
        assert not of_kind(warnings.wake(at(second)), AllClearProposed)


def test_a_threat_that_comes_back_resumes_the_same_warning() -> None:
    warnings, _ = raised()
    warnings.handle(tracks(at(2), [(7, cruise_away())]), at(2))
    assert of_kind(warnings.wake(at(32)), AllClearProposed)
    out = warnings.handle(tracks(at(36), [(7, cruise_to_alder(55))]), at(36))
    (event,) = of_kind(out, WarningUpdated)
    assert event.warning.state is WarningState.ESCALATED  # as it was before
    assert event.warning.warning_id == "auria-w1"
    assert not of_kind(out, WarningRaised)


def test_a_lost_track_keeps_its_warning_until_the_predicted_arrival_is_over() -> None:
    warnings, _ = raised()
    warnings.handle(acknowledge(at(1), "auria-w1"), at(1))
    (event,) = of_kind(warnings.handle(lost(at(10), 7), at(10)), WarningUpdated)
    assert "lost (no plots)" in event.warning.reason
    due = warnings.next_wake_ns()
    assert due is not None
    arrival_s = 55_000 / 240
    assert at(arrival_s + 30) < due < at(arrival_s + 60)
    (event,) = of_kind(warnings.wake(due), AllClearProposed)
    assert "arrival is over" in event.warning.reason


def test_a_renumbered_track_takes_its_warning_along() -> None:
    warnings, _ = raised()
    (event,) = of_kind(warnings.handle(lost(at(3), 7, successor=70), at(3)), WarningUpdated)
    assert (event.warning.warning_id, event.warning.track) == ("auria-w1", 70)
    out = warnings.handle(tracks(at(4), [(70, cruise_to_alder(59))]), at(4))
    assert not of_kind(out, WarningRaised)
    out = warnings.handle(tracks(at(8), [(70, cruise_away())]), at(8))
    assert of_kind(warnings.wake(at(38)), AllClearProposed)


def test_two_tracks_that_turn_out_one_keep_one_warning() -> None:
    warnings, _ = raised()
    warnings.handle(tracks(at(1), [(9, cruise_to_alder(61))]), at(1))
    out = warnings.handle(lost(at(2), 9, successor=7), at(2))
    assert not of_kind(out, AllClearProposed)
    over = [e.warning for e in of_kind(out, WarningUpdated) if e.warning.over]
    assert [w.warning_id for w in over] == ["auria-w2"]
    assert over[0].state is WarningState.SUPERSEDED
    assert "Another warning stands for track 7" in over[0].reason
    out = warnings.handle(tracks(at(3), [(7, cruise_to_alder(59))]), at(3))
    assert not of_kind(out, WarningRaised)
    out = warnings.handle(acknowledge(at(4), "auria-w1"), at(4))
    acknowledged = [e.warning.warning_id for e in of_kind(out, WarningAcknowledged)]
    assert acknowledged == ["auria-w1"]


def test_what_a_partner_warns_us_of_is_not_raised_a_second_time() -> None:
    warnings, _ = raised()
    warnings.handle(partner_warning(T0, track=70), T0)
    out = warnings.handle(tracks(at(1), [(70, cruise_to_alder(60))]), at(1))
    assert not of_kind(out, WarningRaised)
    # Once our own sensors hold it, we say so ourselves.
    out = [*warnings.handle(own(at(2), 70), at(2))]
    out += warnings.handle(tracks(at(2), [(70, cruise_to_alder(60))]), at(2))
    assert of_kind(out, WarningRaised)


def test_a_partner_supersedes_its_own_warning() -> None:
    warnings, _ = raised()
    warnings.handle(partner_warning(T0, 1, track=70), T0)
    gone = partner_warning(at(1), 2, WarningState.SUPERSEDED, track=70)
    out = warnings.handle(gone, at(1))
    assert [event for _, event, _ in told(out)] == ["warning_superseded"]
    assert of_kind(
        warnings.handle(acknowledge(at(2), gone.warning.warning_id), at(2)), CommandRefused
    )


def test_a_cleared_threat_is_not_raised_again_while_it_goes_on() -> None:
    warnings, _ = raised()
    warnings.handle(all_clear(at(1), "auria-w1"), at(1))
    for second in range(2, 20):
        out = warnings.handle(tracks(at(second), [(7, cruise_to_alder(59))]), at(second))
        assert not of_kind(out, WarningRaised)


def test_a_cleared_threat_that_ends_and_begins_anew_is_a_new_warning() -> None:
    warnings, _ = raised()
    warnings.handle(all_clear(at(1), "auria-w1"), at(1))
    for second in (2, 10, 33):
        warnings.handle(tracks(at(second), [(7, cruise_away())]), at(second))
    out = warnings.handle(tracks(at(40), [(7, cruise_to_alder(55))]), at(40))
    (event,) = of_kind(out, WarningRaised)
    assert event.warning.warning_id == "auria-w2"


def test_news_is_told_at_most_every_two_seconds() -> None:
    warnings, _ = raised()
    slower = state(-32, -18.6, 100, 170, 90)
    assert not of_kind(warnings.handle(tracks(at(1), [(7, slower)]), at(1)), WarningUpdated)
    assert warnings.next_wake_ns() == at(2)
    (event,) = of_kind(warnings.wake(at(2)), WarningUpdated)
    assert event.warning.version == 2
    assert event.warning.places[0].time_to_go_s > 280


def test_a_restart_restates_every_open_warning_by_track() -> None:
    warnings, _ = raised()
    warnings.handle(partner_warning(T0), T0)
    warnings.handle(own(T0, 900), T0)
    warnings.handle(tracks(T0, [(900, cruise_to_alder(40))]), T0)
    warnings.handle(partner_warning(T0, warning_id="borvia-8", track=7), T0)
    out = warnings.handle(started(at(1)), at(1))
    assert {event for _, event, _ in told(out)} == {"restated"}
    assert [d.warning.track for d in of_kind(out, Delivery)] == [900, 900, 900, 7, 7]
    assert not of_kind(out, *WarningEvent.__args__)


def test_open_warnings_are_never_dropped_for_new_ones() -> None:
    warnings, _ = raised(WarningSettings(open_max=1, closed_max=1))
    near, far = cruise_to_alder(30), cruise_to_alder(50)
    out = warnings.handle(tracks(at(1), [(8, far), (9, near)]), at(1))
    assert not of_kind(out, WarningRaised)
    assert [(d.event, d.warning.track) for d in of_kind(out, Delivery)] == [
        ("refused", 9),
        ("refused", 8),
    ]
    assert "told once" in of_kind(out, Delivery)[0].warning.reason
    assert not of_kind(warnings.handle(tracks(at(2), [(9, near)]), at(2)), Delivery)
    assert told(warnings.handle(partner_warning(at(2)), at(2)))[0][1] == "refused"
    warnings.handle(all_clear(at(3), "auria-w1"), at(3))
    out = warnings.handle(tracks(at(4), [(8, far), (9, near)]), at(4))
    assert [e.warning.track for e in of_kind(out, WarningRaised)] == [9]


def test_old_closed_warnings_go() -> None:
    warnings, _ = raised(WarningSettings(closed_max=1))
    warnings.handle(tracks(at(1), [(8, cruise_to_alder())]), at(1))
    for name in ("auria-w1", "auria-w2"):
        warnings.handle(all_clear(at(2), name), at(2))
    (refusal,) = warnings.handle(all_clear(at(3), "auria-w1"), at(3))
    assert "not known" in refusal.reason


def test_versions_rise_with_everything_that_is_told() -> None:
    warnings, out = raised()
    out = [
        *out,
        *warnings.wake(at(30)),
        *warnings.handle(shown(at(31), "auria-w1"), at(31)),
        *warnings.handle(acknowledge(at(32), "auria-w1"), at(32)),
        *warnings.handle(all_clear(at(33), "auria-w1"), at(33)),
    ]
    versions = [e.warning.version for e in of_kind(out, *WarningEvent.__args__)]
    assert versions == sorted(set(versions))
    assert len(versions) == 5


def test_a_restored_room_goes_on_byte_for_byte() -> None:
    def play(warnings, seconds: range) -> bytes:
        told_bytes = b""
        for second in seconds:
            now = at(second)
            inputs = [tracks(now, [(7, cruise_to_alder(60 - second)), (8, cruise_away())])]
            if second == 3:
                inputs += [own(now, 7), partner_warning(now)]
            if second == 9:
                inputs += [lost(now, 7, successor=70), acknowledge(now, "borvia-7")]
            for message in inputs:
                told_bytes += b"".join(encode(m) for m in warnings.handle(message, now))
            told_bytes += b"".join(encode(m) for m in warnings.wake(now))
        return told_bytes

    whole = room(WarningSettings(acknowledge_within_s=4))
    first, rest = play(whole, range(6)), b""
    half = room(WarningSettings(acknowledge_within_s=4))
    half.restore(whole.snapshot())
    assert half.snapshot() == whole.snapshot()
    rest = play(whole, range(6, 14))
    assert first
    assert rest
    assert play(half, range(6, 14)) == rest


def test_a_strange_message_is_our_own_bug() -> None:
    with pytest.raises(InvariantError):
        room().handle(TracksDeleted(**header(T0), numbers=(), reasons=()), T0)
