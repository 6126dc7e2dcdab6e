"""Who was warned, and of what for nothing."""

import math

import pytest

from skypact.exercise.outcome.aims import Aim, aims
from skypact.exercise.outcome.warned import false_alarms, margins, matched, spread, warned
from skypact.exercise.truth import Truth
from tests.unit.exercise.played import played
from tests.unit.exercise.small import small

SCENARIO = small()
TRUTH = Truth(SCENARIO)
AIMS = aims(SCENARIO, TRUTH)


def test_each_warning_is_about_the_object_that_it_follows() -> None:
    for nation, watch in played().watches.items():
        found = matched(watch, TRUTH, AIMS)
        classes = {
            (AIMS[found[key]].threat_class, told.first.threat_class.name.lower())
            for key, told in watch.told.items()
        }
        assert all(a == b for a, b in classes), nation
    borvia = played().watches["borvia"]
    drones = [k for k in matched(borvia, TRUTH, AIMS).values() if AIMS[k].group == "drone"]
    assert sorted(drones) == [1, 2]


def test_without_a_track_the_arrival_tells_which_object_it_is() -> None:
    watch = played().watches["auria"]
    (told,) = watch.told.values()
    near, told.near = told.near, None
    try:
        assert list(matched(watch, TRUTH, AIMS).values()) == [0]
    finally:
        told.near = near


def test_warning_time_runs_from_the_word_to_the_end() -> None:
    watches = played().watches
    matches = {n: matched(watch, TRUTH, AIMS) for n, watch in watches.items()}
    found = warned(AIMS, watches, matches)
    missile = found[0]
    (told,) = watches["auria"].told.values()
    assert missile.told_s == pytest.approx((told.first_ns - SCENARIO.start_ns) / 1e9)
    assert missile.by == "borvia"
    assert missile.told_s < missile.acknowledged_s
    assert missile.first_s < missile.told_s
    figures = margins(AIMS, found, "auria")
    assert figures["warned"] == figures["objects"] == figures["time_for_shelter"] == 1
    assert figures["warning_time_s"]["min"] == pytest.approx(
        AIMS[0].end_s - missile.told_s, abs=1e-3
    )
    assert figures["places_never_warned"] == []


def test_a_place_that_is_told_nothing_is_named() -> None:
    watches = played().watches
    nobody = {n: dict.fromkeys(watch.told, -1) for n, watch in watches.items()}
    found = warned(AIMS, watches, nobody)
    assert all(math.isnan(one.told_s) for one in found)
    figures = margins(AIMS, found, "borvia")
    assert (figures["warned"], figures["never_warned"]) == (0, 2)
    assert figures["places_never_warned"] == ["Cove"]


def test_a_warning_is_false_where_nothing_comes_down() -> None:
    watch = played().watches["auria"]
    assert false_alarms(AIMS, watch) == []
    elsewhere = [Aim(*(*a[:5], "", "", 0.0)) for a in AIMS]
    (alarm,) = false_alarms(elsewhere, watch)
    assert (alarm.place, alarm.by, alarm.threat_class) == ("Aurensis", "borvia", "ballistic")
    assert alarm.minutes == pytest.approx((120 - alarm.told_s) / 60)


def test_spread() -> None:
    assert spread([3.0, 1.0, 2.0, 6.0]) == {"min": 1.0, "median": 2.5, "mean": 3.0, "max": 6.0}
    assert spread([]) == dict.fromkeys(("min", "median", "mean", "max"))
