"""Alerts as a page shows them, and what it may ask."""

import json

import msgspec
import pytest

from skypact.console.orders.alerts import OVER_MAX, Alerts, OrderAlert, command
from skypact.core.messages import AlertChanged, AlertState, CancelAlert, OverrideWatch, ReleaseStep
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


def test_of_those_that_are_over_a_few_are_kept():
    night, shown = Night(), Alerts()
    night.raised()
    for i in range(OVER_MAX + 9):
        one = msgspec.structs.replace(night.alert, alert_id=f"x{i}", state=AlertState.CLEARED)
        shown.take(AlertChanged(**ISSUER.header(T0, T0), alert=one))
    assert len(shown.rows()["alerts"]) == OVER_MAX
