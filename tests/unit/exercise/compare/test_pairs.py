"""What pairs of runs say of a difference."""

import copy
import math
from typing import Any

import pytest
from scipy import stats

from skypact.exercise.compare.pairs import interval, nation_row, nations, never_warned, threats
from skypact.exercise.outcome.outcome import outcome
from tests.unit.exercise.played import played
from tests.unit.exercise.small import small


def run(later_s: float = 0.0, *, warned: bool = True) -> dict[str, Any]:
    """Return the outcome of the small night, with the word at Auria later, or never."""
    found = copy.deepcopy(outcome(small(), played().watches))
    missile = found["threats"][0]
    missile["warning_time_s"] = missile["warning_time_s"] - later_s if warned else None
    if not warned:
        found["nations"]["auria"]["warning"] |= {"warned": 0, "places_never_warned": ["Aurensis"]}
    return found


def test_an_interval_is_students() -> None:
    values = [1.0, 2.0, 4.0, 7.0]
    low, high = stats.t.interval(0.95, 3, loc=3.5, scale=stats.sem(values))
    found = interval([*values, math.nan])
    assert found == {"runs": 4, "mean": 3.5, "low": round(low, 3), "high": round(high, 3)}
    assert interval([2.0]) == {"runs": 1, "mean": 2.0, "low": None, "high": None}
    assert interval([math.nan])["mean"] is None


def test_a_gain_is_whole_minus_without() -> None:
    pairs = [(run(), run(30.0)), (run(), run(50.0))]
    auria = nations(pairs)["auria"]["warning_time_s"]
    assert auria["gain"]["mean"] == pytest.approx(40.0)
    assert auria["gain"]["low"] < 40.0 < auria["gain"]["high"]
    (row,) = [t for t in threats(pairs) if t["nation"] == "auria"]
    assert row["gain_s"]["mean"] == pytest.approx(40.0)
    assert row["warned_with"]["mean"] == row["warned_without"]["mean"] == 1.0
    assert nations(pairs)["keystone"]["warning_time_s"]["gain"]["mean"] is None


def test_never_is_no_time_at_all() -> None:
    pairs = [(run(), run(warned=False))] * 2
    whole = run()["threats"][0]["warning_time_s"]
    assert nations(pairs)["auria"]["warning_time_s"]["gain"]["mean"] == pytest.approx(whole)
    assert nations(pairs)["auria"]["warned"]["gain"]["mean"] == 1.0
    assert never_warned(pairs) == {"Aurensis": {"with": 0, "without": 2}}
    assert never_warned([(run(), run())]) == {}


def test_burden_is_in_the_row() -> None:
    row = nation_row(run(), "borvia")
    assert row["warnings_given"] == 1
    assert row["bytes_given"] > row["frames_given"] > 0
