"""Corners of carrying an alert on."""

import msgspec

from skypact.core.messages import Delivery, Ledger, Outcome, ThreatenedPlace, WarningRaised
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


def test_who_has_none_of_the_ways_fails_and_is_shown():
    night = Night(with_step("duty", channels=("mail",), then=()))
    assert to(night.raised()) == []
    (reach,) = night.alert.reaches
    assert (reach.outcome, reach.evidence) == (Outcome.FAILED, "it has none of the step's channels")


def test_a_later_step_is_left_out_when_somebody_has_confirmed():
    late = procedure().steps[0]
    second = msgspec.structs.replace(
        late, id="second", tell=("chief",), after_s=10.0, unless_answered=True, then=()
    )
    night = Night(procedure(steps=(late, second)))
    (notice,) = notices(night.raised())
    night.report(notice, "acknowledged", "key 1")
    assert to(night.after(30.0)) == []
    other = Night(procedure(steps=(late, second)))
    other.raised()
    assert to(other.after(10.0)) == [("chief", "prepare", "phone", 1)]


def test_places_that_do_not_concern_somebody_are_not_told():
    text = PEOPLE.replace('cap = "public"', 'cap = "public"\nplaces = ["Airfield"]')
    night = Night(text=text)
    assert "town" not in [r for r, *_ in to(night.raised(places={"Harbour": 60.0}))]
    told = night.raised(2, places={"Airfield": 60.0})
    (notice,) = [n for n in notices(told) if n.recipient == "town"]
    assert [a.name for a in notice.areas] == ["Airfield"]


def test_a_partner_is_told_by_its_own_node_and_shows_what_it_costs():
    text = PEOPLE + '\n[[recipient]]\nname = "borvia"\nnation = "borvia"\n'
    one = with_step("duty", tell=("borvia",), then=())
    night = Night(procedure(nation="borvia", steps=one.steps[:1]), text=text)
    places = (
        ThreatenedPlace(name="Bridge", nation="borvia", time_to_go_s=300.0, time_spread_s=5.0),
    )
    told = warning(nation="borvia")
    told = msgspec.structs.replace(told, places=places)
    assert notices(night.say(WarningRaised, warning=told)) == []
    ledger = Ledger(raised_ns=T0, released_ns=T0 + S, received_ns=T0 + 2 * S, shown_ns=T0 + 3 * S)
    arrived = msgspec.structs.replace(told, ledger=ledger)
    night.take(
        Delivery(**ISSUER.header(T0, T0 + 3 * S), post="duty", event="ledger", warning=arrived)
    )
    (reach,) = night.alert.reaches
    assert (reach.sent_ns, reach.delivered_ns, reach.heard_ns) == (T0 + S, T0 + 2 * S, T0 + 3 * S)
    assert reach.outcome is Outcome.OPEN
