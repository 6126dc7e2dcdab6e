"""Places and stages of an alert."""

from skypact.core.messages import Stage, ThreatClass
from skypact.warning.alerting.held import Held, persons
from tests.unit.warning.alerting.night import T0, S, procedure, warning, with_step

SHELTER = {"Harbour": 90.0, "Airfield": 30.0}


def held(*warnings) -> Held:
    made = Held(
        alert_id="a1", procedure="raid", nation="auria", threat_class=ThreatClass.DRONE,
        observed_ns=T0, raised_ns=T0, began_ns={Stage.PREPARE: T0},
    )  # fmt: skip
    for one in warnings:
        made.follow(one, ())
    return made


def test_the_first_arrival_of_all_warnings_counts():
    made = held(
        warning(1, places={"Harbour": 500.0, "Airfield": 900.0}),
        warning(2, places={"Harbour": 300.0}),
    )
    first = made.first()
    assert (first["Harbour"].at_ns, first["Airfield"].at_ns) == (T0 + 300 * S, T0 + 900 * S)
    # Less half of its window, the time to move and the lead.
    assert made.cover_due_ns(procedure(), SHELTER) == {
        "Harbour": T0 + (300 - 10 - 90 - 60) * S, "Airfield": T0 + (900 - 10 - 30 - 60) * S
    }  # fmt: skip


def test_only_the_places_of_the_procedure_and_its_nation_count():
    made = held()
    made.follow(warning(places={"Harbour": 60.0, "Airfield": 90.0}), ["Airfield"])
    assert [*made.stages] == ["Airfield"]


def test_nobody_is_told_less_than_what_is_so():
    made = held(warning(places={"Harbour": 90.0, "Airfield": 300.0}))
    made.stages["Harbour"] = Stage.TAKE_COVER
    assert made.to_say(Stage.TAKE_COVER, (), (), False) == (Stage.TAKE_COVER, ["Harbour"])
    assert made.to_say(Stage.PREPARE, (), (), True) == (Stage.PREPARE, ["Airfield"])
    assert made.to_say(Stage.PREPARE, (), (), False) == (Stage.TAKE_COVER, ["Harbour"])
    assert made.to_say(Stage.PREPARE, (), ("Harbour",), False) == (Stage.PREPARE, ["Airfield"])
    assert made.to_say(Stage.PREPARE, ("Bridge",), (), False)[1] == []


def test_it_wants_attention_when_something_is_due():
    made = held(warning(to_go_s=600.0))
    late = with_step("duty", after_s=30.0)
    assert made.next_ns(late, SHELTER) == T0 + 30 * S
    made.begun = ["duty"]
    assert made.next_ns(late, SHELTER) == T0 + 440 * S


def test_two_persons_are_two():
    made = held()
    made.wait_for("public", Stage.TAKE_COVER, 2, T0)
    assert not made.release("public", "B. Noor")
    assert not made.release("public", "B. Noor")
    assert made.release("public", "I. Maren")
    assert made.pending == {}


def test_how_many_people_a_step_needs():
    step = procedure().steps[0]
    assert (persons(step, [False]), persons(step, [False, True])) == (0, 1)
    assert persons(with_step("duty", release="two").steps[0], [False]) == 2
