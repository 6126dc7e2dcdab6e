"""The stages of a warning, and how well it foretold."""

import pytest

from skypact.core.messages import Ledger
from skypact.exercise.outcome.aims import aims
from skypact.exercise.outcome.ledger import calibration, latency, stages
from skypact.exercise.outcome.warned import matched
from skypact.exercise.truth import Truth
from tests.unit.exercise.played import played
from tests.unit.exercise.small import small

SCENARIO = small()
TRUTH = Truth(SCENARIO)
AIMS = aims(SCENARIO, TRUTH)


def test_stages_follow_each_other_and_skip_what_was_not_reached() -> None:
    ledger = Ledger(detected_ns=1_000_000_000, raised_ns=3_500_000_000, shown_ns=4_000_000_000)
    assert stages(ledger) == {"raised": 2.5, "shown": 0.5}


def test_the_stages_of_a_nation_sum_to_the_whole() -> None:
    figures = latency(played().watches)["auria"]
    assert figures["warnings"] == 1
    parts = [figures["stages_s"][s]["median"] for s in figures["stages_s"]]
    assert sum(parts) == pytest.approx(figures["detected_to_acknowledged_s"]["median"], abs=0.01)


def test_each_warning_is_held_against_its_object() -> None:
    watches = played().watches
    matches = {n: matched(watch, TRUTH, AIMS) for n, watch in watches.items()}
    right = calibration(watches, matches, AIMS, TRUTH)
    assert right["warnings"] == 4
    assert right["class_brier"] < 0.1
    assert all(row["right"] == 1.0 for row in right["class_bins"])
    assert right["impact_in_95_ellipse"] == 1.0
    assert abs(right["arrival_error_s"]["median"]) < 1000
    other = [a._replace(threat_class="cruise") for a in AIMS]
    wrong = calibration(watches, matches, other, TRUTH)
    assert wrong["class_brier"] > 0.5
    assert wrong["impact_in_95_ellipse"] is None
