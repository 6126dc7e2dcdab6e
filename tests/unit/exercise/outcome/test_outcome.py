"""The whole outcome is plain data, the same each time."""

import msgspec

from skypact.exercise.outcome.outcome import outcome, step_s
from tests.unit.exercise.played import played
from tests.unit.exercise.small import small


def test_the_outcome_has_every_part_and_repeats() -> None:
    once = msgspec.json.encode(outcome(small(), played().watches))
    assert msgspec.json.encode(outcome(small(), played().watches)) == once
    told = msgspec.json.decode(once)
    assert set(told["nations"]) == {"auria", "borvia", "keystone"}
    missile = told["threats"][0]
    assert missile["told_by"] == "borvia"
    assert missile["warning_time_s"] > missile["lead_s"] > 250
    assert told["counted_objects"] == told["objects"] == 3
    burden = {n: v["burden"] for n, v in told["nations"].items()}
    given, got = (sum(b[f"frames_{way}"] for b in burden.values()) for way in ("given", "received"))
    assert given == got > 0
    assert burden["borvia"]["warnings_given"] == burden["auria"]["warnings_received"] == 1
    assert {s["name"] for s in told["map"]["sensors"]} == {"auria-west", "borvia-east"}


def test_long_nights_are_sampled_less_often() -> None:
    assert step_s(120) == step_s(3600) == 5.0
    assert step_s(3601) == 10.0
    assert step_s(4 * 3600) == 20.0
