"""Alerts as a page shows them, and what it may ask."""

import json

import msgspec
import pytest

from skypact.console.orders.alerts import OVER_MAX, Alerts, OrderAlert, command
from skypact.core.messages import (
    AlertChanged,
    AlertState,
    CancelAlert,
    NoticeReported,
    OverrideWatch,
    ReleaseStep,
)
from tests.unit.warning.alerting.night import ISSUER, T0, Night, S, with_step


def ask(**given) -> OrderAlert:
    return msgspec.json.decode(json.dumps({"ask": "alert", **given}), type=OrderAlert)


def test_orders_become_commands_in_the_name_of_the_session():
    who = ("I. Maren", ISSUER, T0)
    release = command(ask(order="release", alert_id="a1", step="public", post="duty"), *who)
    assert isinstance(release, ReleaseStep)
    assert (release.person, release.step) == ("I. Maren", "public")
    cancel = command(ask(order="cancel", alert_id="a1", reason="a balloon"), *who)
    assert isinstance(cancel, CancelAlert)
    override = command(ask(order="override", roster="w", recipient="x", for_s=60.0), *who)
    assert isinstance(override, OverrideWatch)
    assert override.until_ns == T0 + 60 * S


@pytest.mark.parametrize("given", [{"order": "fire"}, {"order": "release", "person": "me"}])
def test_nothing_else_can_be_ordered(given):
    with pytest.raises(msgspec.ValidationError):
        ask(**given)


def test_a_page_sees_places_steps_and_people():
    night, shown = Night(with_step("public", release="two")), Alerts()
    night.raised(to_go_s=90.0)
    for message in night.out:
        if isinstance(message, AlertChanged) or type(message).__name__ == "WatchView":
            shown.take(message)
    (alert,) = shown.rows()["alerts"]
    assert (alert["id"], alert["state"]) == ("auria-a1", "active")
    assert alert["places"][0]["stage"] == "take_cover"
    assert [(p["step"], p["persons"]) for p in alert["pending"]] == [("public", 2)]
    assert [(r["who"], r["outcome"]) for r in alert["reaches"]] == [("officer", "open")]
    assert shown.rows()["watch"][0]["roster"] == "watch"
    assert msgspec.json.encode(shown.rows())


def test_the_post_is_that_of_the_alerts_warnings_unless_it_is_named():
    night, shown = Night(), Alerts()
    night.raised()
    shown.take(next(m for m in night.out if isinstance(m, AlertChanged)))
    cancel = ask(order="cancel", alert_id="auria-a1", reason="a balloon")
    assert shown.at_post(cancel, {"auria-w1": "duty", "auria-w2": "other"}).post == "duty"
    assert shown.at_post(cancel, {}).post == ""
    named = ask(order="cancel", alert_id="auria-a1", reason="a balloon", post="supervisor")
    assert shown.at_post(named, {"auria-w1": "duty"}).post == "supervisor"
    assert shown.at_post(ask(order="override", roster="watch"), {"auria-w1": "duty"}).post == ""


def test_only_what_was_told_by_the_console_is_answered_there():
    night, shown = Night(with_step("duty", tell=("officer",), channels=("console",))), Alerts()
    night.raised()

    def look() -> None:
        for message in night.out:
            if isinstance(message, AlertChanged):
                shown.take(message)

    look()
    (told,) = shown.rows()["alerts"][0]["reaches"]
    assert (told["channel"], told["asked"], told["outcome"]) == ("console", True, "open")
    given = {"order": "answer", "alert_id": "auria-a1", "notice_id": told["notice_id"]}
    assert shown.why_not(ask(**given)) == ""
    assert "awaits" in shown.why_not(ask(**{**given, "notice_id": "auria-n9"}))
    assert "awaits" in shown.why_not(ask(**{**given, "alert_id": "auria-a9"}))
    answer = command(ask(**given), "I. Maren", ISSUER, T0)
    assert isinstance(answer, NoticeReported)
    night.out += night.room.handle(answer, T0 + S)
    look()
    (told,) = shown.rows()["alerts"][0]["reaches"]
    assert (told["outcome"], told["person"]) == ("acknowledged", "I. Maren")
    assert "no answer any more" in shown.why_not(ask(**given))
    by_phone = Night()
    by_phone.raised()
    shown.take(next(m for m in by_phone.out if isinstance(m, AlertChanged)))
    (told,) = shown.rows()["alerts"][0]["reaches"]
    assert told["channel"] == "phone"
    assert "awaits" in shown.why_not(ask(**{**given, "notice_id": told["notice_id"]}))


def test_of_those_that_are_over_a_few_are_kept():
    night, shown = Night(), Alerts()
    night.raised()
    for i in range(OVER_MAX + 9):
        one = msgspec.structs.replace(night.alert, alert_id=f"x{i}", state=AlertState.CLEARED)
        shown.take(AlertChanged(**ISSUER.header(T0, T0), alert=one))
    assert len(shown.rows()["alerts"]) == OVER_MAX
