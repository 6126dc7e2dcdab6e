"""From a warning to people: stages, steps, releases, corrections and the all-clear."""

import pytest

from skypact.core.errors import InvariantError
from skypact.core.messages import (
    AcknowledgeWarning,
    AlertState,
    CancelAlert,
    CommandRefused,
    Context,
    NoticeStopped,
    Outcome,
    OverrideWatch,
    ReleaseStep,
    Stage,
    ThreatClass,
    WatchView,
    Woken,
)
from tests.unit.warning.alerting.night import (
    ISSUER,
    PEOPLE,
    T0,
    Night,
    S,
    notices,
    procedure,
    to,
    warning,
    with_step,
)


def of(messages, kind):
    return [m for m in messages if isinstance(m, kind)]


def test_duty_posts_are_told_at_once_and_the_public_when_it_is_time():
    night = Night()
    assert to(night.raised(to_go_s=600.0)) == [("officer", "prepare", "phone", 1)]
    # Take cover begins lead + shelter + half a window before arrival: 600 - 60 - 90 - 10.
    assert "town" not in [r for r, *_ in to(night.after(439.0))]
    assert to(night.after(1.5)) == [("town", "take_cover", "cap", 1)]
    assert night.alert.places[0].stage is Stage.TAKE_COVER


def test_a_threat_that_is_near_goes_to_take_cover_at_once():
    told = to(Night().raised(to_go_s=100.0))
    assert ("town", "take_cover", "cap", 1) in told
    # The officer has no step of its own for that: it is told no less than what is so.
    assert ("officer", "take_cover", "phone", 1) in told


def test_a_notice_says_all_that_a_channel_needs():
    night = Night()
    (notice,) = notices(night.raised(to_go_s=600.0))
    assert notice.event_id == night.alert.alert_id == "auria-a1"
    assert notice.address == "sip:officer@127.0.0.1"
    assert notice.text.startswith("Exercise")
    assert "Harbour" in notice.text
    assert notice.speech.count("xercise") >= 2
    assert notice.answer
    assert notice.expires_ns == T0 + 610 * S
    (area,) = notice.areas
    assert (area.name, area.time_to_go_s, len(area.polygon_deg)) == ("Harbour", 600.0, 24)


def test_real_says_no_word_of_an_exercise():
    (notice,) = notices(Night(context=Context.OPERATION).raised())
    assert "xercise" not in notice.text + notice.speech + notice.title


def test_an_answer_counts_for_the_post_and_for_the_warning():
    people = PEOPLE + '\n[[recipient]]\nname = "desk"\npost = "duty"\nphone = "+4912345678"\n'
    night = Night(with_step("duty", tell=("officer", "deputy", "desk")), text=people)
    first, second, _ = notices(night.raised())
    night.report(second, "failed", "busy", failure="busy")
    said = night.report(first, "acknowledged", "key 1", person="B. Noor")
    (acknowledged,) = of(said, AcknowledgeWarning)
    assert (acknowledged.warning_id, acknowledged.person) == ("auria-w1", "B. Noor")
    assert acknowledged.post == "duty"
    # The deputy's phone is not ringing just now; the desk's is.
    assert [m.notice_id for m in of(said, NoticeStopped)] == ["auria-n3"]
    outcomes = {r.recipient: r.outcome for r in night.alert.reaches}
    assert outcomes == {
        "officer": Outcome.ACKNOWLEDGED, "deputy": Outcome.STOPPED, "desk": Outcome.STOPPED
    }  # fmt: skip
    assert not notices(night.after(120.0)) or "deputy" not in str(to(night.out[-5:]))


def test_an_answer_at_the_console_stops_the_phone_of_the_same_post():
    night = Night()
    night.raised()
    night.say(AcknowledgeWarning, warning_id="auria-w1", person="I. Maren", post="duty")
    said = night.acknowledged()
    (stopped,) = of(said, NoticeStopped)
    assert "I. Maren" in stopped.reason
    other = Night()
    other.raised()
    other.say(AcknowledgeWarning, warning_id="auria-w1", person="I. Maren", post="elsewhere")
    assert not of(other.acknowledged(), NoticeStopped)


def test_silence_tries_again_and_then_tells_the_next():
    night = Night()
    night.raised()
    assert to(night.after(20.0)) == []
    assert len(of(night.out, NoticeStopped)) == 1
    assert to(night.after(5.0)) == [("officer", "prepare", "phone", 2)]
    assert to(night.after(20.5)) == [("chief", "prepare", "phone", 1)]
    assert night.alert.reaches[-1].outcome is Outcome.ESCALATED
    night.after(60.0)
    outcomes = {r.recipient: r.outcome for r in night.alert.reaches}
    assert outcomes["chief"] is Outcome.FAILED
    assert outcomes["officer"] is Outcome.ESCALATED


def test_a_rejection_tells_the_next_at_once():
    night = Night()
    (notice,) = notices(night.raised())
    night.report(notice, "delivered", "200 OK")
    said = night.report(notice, "rejected", "key 2")
    assert to(said) == [("chief", "prepare", "phone", 1)]
    assert not of(said, NoticeStopped)


def test_what_an_address_refuses_is_not_tried_again():
    night = Night(with_step("duty", tell=("deputy",), then=()))
    (notice,) = notices(night.raised())
    night.report(notice, "failed", "404 Not Found", failure="refused")
    assert to(night.after(0.1)) == [("deputy", "prepare", "mail", 1)]


def test_no_state_claims_more_than_the_evidence():
    night = Night()
    (notice,) = notices(night.raised())
    night.report(notice, "delivered", "200 OK")
    assert night.report(notice, "sent", "late") == []
    assert night.report(notice, "delivered", "twice") == []
    assert night.alert.reaches[0].state.value == "delivered"
    assert night.report(notice, "heard", "of an attempt that is over", attempt=7) == []
    night.after(30.0)
    # It answers late, on the first call: that counts.
    night.report(notice, "acknowledged", "key 1", attempt=1)
    assert night.alert.reaches[0].outcome is Outcome.ACKNOWLEDGED
    assert to(night.after(100.0)) == []


def test_a_step_that_needs_people_waits_for_them():
    night = Night(with_step("public", release="two"))
    assert "town" not in [r for r, *_ in to(night.raised(to_go_s=100.0))]
    (pending,) = night.alert.pending
    assert (pending.step, pending.persons, pending.released_by) == ("public", 2, ())
    release = {"alert_id": "auria-a1", "step": "public", "post": "duty"}
    assert to(night.say(ReleaseStep, person="I. Maren", **release)) == []
    (refused,) = of(night.say(ReleaseStep, person="I. Maren", **release), CommandRefused)
    assert "another person" in refused.reason
    told = night.say(ReleaseStep, person="B. Noor", **release)
    assert to(told) == [("town", "take_cover", "cap", 1)]
    (again,) = of(night.say(ReleaseStep, person="C. Ruiz", **release), CommandRefused)
    assert "does not wait" in again.reason


def test_public_channels_wait_for_a_person_unless_the_procedure_says_otherwise():
    night = Night(with_step("public", release=""))
    night.raised(to_go_s=100.0)
    assert [p.persons for p in night.alert.pending] == [1]
    duty = Night(with_step("duty", release=""))
    assert to(duty.raised()) == [("officer", "prepare", "phone", 1)]


def test_a_raid_is_one_alert_and_one_call():
    night = Night()
    night.raised(1, 600.0)
    assert to(night.raised(2, 580.0)) == []
    assert to(night.updated(1, 590.0)) == []
    assert night.alert.warnings == ("auria-w1", "auria-w2")
    assert to(night.raised(3, 900.0, threat_class=ThreatClass.DRONE)) == [
        ("officer", "prepare", "phone", 1)
    ]
    assert night.alert.alert_id == "auria-a2"


def test_new_places_are_told_to_who_knows_of_the_others():
    night = Night()
    (notice,) = notices(night.raised(places={"Harbour": 100.0}))[:1]
    (cap,) = [n for n in notices(night.out) if n.channel == "cap"]
    night.report(notice, "acknowledged", "key 1")
    night.report(cap, "sent", "in the feed")
    assert to(night.raised(2, places={"Airfield": 60.0})) == []
    told = notices(night.after(31.0))
    assert sorted(n.recipient for n in told) == ["officer", "town"]
    (update,) = [n for n in told if n.recipient == "town"]
    assert update.references == (cap.notice_id,)
    assert [a.name for a in update.areas] == ["Airfield", "Harbour"]


def test_places_never_go_back_to_an_earlier_stage():
    night = Night()
    night.raised(to_go_s=100.0)
    night.updated(to_go_s=900.0)
    assert night.alert.places[0].stage is Stage.TAKE_COVER


def test_the_all_clear_reaches_exactly_those_who_were_told():
    night = Night(with_step("public", release=""))
    (notice,) = notices(night.raised(to_go_s=600.0))
    night.report(notice, "acknowledged", "key 1")
    said = night.cleared()
    # The person who ended the warning is the one that the all-clear needs.
    assert to(said) == [("officer", "all_clear", "phone", 1)]
    (end,) = notices(said)
    assert end.references == (notice.notice_id,)
    assert not end.answer
    assert night.alert.state is AlertState.CLEARED
    night.report(end, "delivered", "200 OK")
    assert night.alert.reaches[-1].outcome is Outcome.INFORMED
    assert night.room.next_wake_ns() is None or night.room.next_wake_ns() > night.now_ns + 60 * S


def test_an_all_clear_may_need_two_and_a_partners_word_is_none():
    night = Night(procedure(all_clear="two"))
    night.raised()
    assert to(night.cleared()) == []
    assert night.alert.state is AlertState.OVER
    release = {"alert_id": "auria-a1", "step": "all-clear", "person": "B. Noor", "post": "duty"}
    assert to(night.say(ReleaseStep, **release)) == [("officer", "all_clear", "phone", 1)]
    foreign = Night()
    foreign.raised(origin="borvia")
    assert to(foreign.cleared(origin="borvia", person="borvia")) == []
    assert foreign.alert.state is AlertState.OVER


def test_a_threat_that_returns_before_the_all_clear_goes_on_as_the_same_alert():
    night = Night(procedure(all_clear="two"))
    night.raised()
    night.cleared()
    night.raised(2)
    assert night.alert.state is AlertState.ACTIVE
    assert night.alert.alert_id == "auria-a1"
    assert night.alert.pending == ()


def test_a_wrong_alert_is_taken_back_on_every_way_within_the_same_moment():
    night = Night()
    told = notices(night.raised(to_go_s=100.0))
    cancel = {"alert_id": "auria-a1", "post": "duty", "reason": "a balloon"}
    said = night.say(CancelAlert, person="I. Maren", **cancel)
    assert sorted(to(said)) == [
        ("officer", "correction", "phone", 1),
        ("town", "correction", "cap", 1),
    ]
    assert len(of(said, NoticeStopped)) == 2
    for n in notices(said):
        assert n.references == tuple(t.notice_id for t in told if t.recipient == n.recipient)
    assert night.alert.state is AlertState.CANCELLED
    for n in notices(said):
        night.report(n, "delivered", "done")
    # The same warning does not raise it again; another one does.
    assert night.updated(to_go_s=90.0) == []
    assert to(night.raised(2, 600.0)) != []
    assert night.alert.alert_id == "auria-a2"


def test_who_may_take_it_back():
    night = Night(procedure(may_cancel=("supervisor",), cancel="two"))
    night.raised()
    cancel = {"alert_id": "auria-a1", "reason": "a balloon"}
    (refused,) = of(
        night.say(CancelAlert, person="I. Maren", post="duty", **cancel), CommandRefused
    )
    assert "supervisor" in refused.reason
    night.say(CancelAlert, person="B. Noor", post="supervisor", **cancel)
    assert night.alert.state is AlertState.ACTIVE
    (same,) = of(
        night.say(CancelAlert, person="B. Noor", post="supervisor", **cancel), CommandRefused
    )
    assert "another person" in same.reason
    release = {"alert_id": "auria-a1", "step": "correction", "post": "supervisor"}
    assert len(of(night.say(ReleaseStep, person="C. Ruiz", **release), CommandRefused)) == 1
    night.say(CancelAlert, person="C. Ruiz", post="supervisor", **cancel)
    assert night.alert.state is AlertState.CANCELLED
    assert night.alert.ended_by == ("B. Noor", "C. Ruiz")


def test_a_roster_tells_who_is_on_watch():
    night = Night(with_step("duty", tell=("watch",)))
    hour = T0 // S // 3_600 % 24
    on_watch = "officer" if hour < 12 else "deputy"
    assert to(night.raised())[0][0] == on_watch
    other = Night(with_step("duty", tell=("watch",)))
    given = {"roster": "watch", "recipient": "chief", "person": "B. Noor"}
    (view,) = of(other.say(OverrideWatch, until_ns=T0 + 3_600 * S, **given), WatchView)
    assert (view.rosters[0].recipient, view.rosters[0].overridden_by) == ("chief", "B. Noor")
    assert to(other.raised())[0][0] == "chief"
    (refused,) = of(other.say(OverrideWatch, until_ns=T0 - S, **given), CommandRefused)
    assert "over already" in refused.reason


def test_after_a_restart_what_was_on_its_way_is_sent_again_and_nothing_else():
    night = Night(with_step("duty", tell=("officer", "chief")))
    first, second = notices(night.raised())
    night.report(first, "acknowledged", "key 1")
    again = notices(night.restart())
    assert [(n.notice_id, n.attempt) for n in again] == [(second.notice_id, 1)]
    night.report(second, "acknowledged", "key 1")
    assert notices(night.restart()) == []


def test_a_procedure_that_is_not_valid_tells_nobody():
    night = Night(procedure(valid_until=procedure().valid_from))
    assert night.raised() == []


def test_other_nations_and_classes_are_not_its_business():
    assert Night().raised(nation="borvia") == []
    assert Night().raised(threat_class=ThreatClass.ROCKET) == []
    assert Night(procedure(places=("Airfield",))).raised() == []


def test_it_takes_no_other_messages():
    with pytest.raises(InvariantError):
        Night().room.handle(Woken(**ISSUER.header(T0, T0)), T0)


def test_commands_about_what_is_not_known_are_refused():
    night = Night()
    for kind, given in (
        (ReleaseStep, {"step": "public"}),
        (CancelAlert, {"reason": "a balloon"}),
    ):
        (refused,) = of(
            night.say(kind, alert_id="auria-a9", person="B. Noor", post="duty", **given),
            CommandRefused,
        )
        assert "not known" in refused.reason
    assert warning().warning_id == "auria-w1"
