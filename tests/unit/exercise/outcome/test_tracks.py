"""Pictures against the truth, and against each other."""

import numpy as np
import pytest

from skypact.exercise.outcome.tracks import (
    CUTOFF_M,
    civil_numbers,
    commonality,
    quality,
    track_rows,
    truth_rows,
)
from skypact.exercise.truth import Truth
from tests.unit.exercise.played import played
from tests.unit.exercise.small import small
from tests.unit.exercise.test_siap import of_stone_soup

SCENARIO = small()
TRUTH = Truth(SCENARIO)
TIMES = np.arange(5.0, 120.0, 5.0)
NONE = np.zeros(0, np.int64)


def shown():
    return {n: track_rows(watch.rows(), NONE) for n, watch in played().watches.items()}


def test_truth_counts_what_some_radar_has_in_sight() -> None:
    rows, counted = truth_rows(SCENARIO, TRUTH, [0.0, 4.0, 60.0])
    assert rows.time_s.tolist() == [0.0, 0.0, 4.0, 4.0, 60.0, 60.0, 60.0]
    assert counted.all()
    far, nobody = truth_rows(SCENARIO, TRUTH, [2400.0])
    assert far.number.tolist() == [1, 2]
    assert not nobody.any() or nobody.dtype == bool


def test_a_shared_picture_is_nearly_complete() -> None:
    rows, counted = truth_rows(SCENARIO, TRUTH, TIMES.tolist())
    figures = quality(rows, counted, shown()["auria"][0], TIMES)
    assert figures["siap"]["completeness"] > 0.8
    assert figures["siap"]["spuriousness"] == 0.0
    assert figures["gospa"]["times"] == TIMES.size
    nothing = track_rows({**played().watches["auria"].rows()}, np.arange(100_000))[0]
    assert quality(rows, counted, nothing, TIMES)["siap"]["completeness"] == 0.0


def test_numbers_that_name_an_aircraft_anywhere_are_set_aside() -> None:
    a = {"number": np.array([3, 4]), "address": np.array([0, 7])}
    b = {"number": np.array([4, 5]), "address": np.array([0, 0])}
    assert civil_numbers([a, b]).tolist() == [4]


def test_pictures_are_alike_where_all_show_an_object_under_one_number() -> None:
    rows, counted = truth_rows(SCENARIO, TRUTH, TIMES.tolist())
    whole = commonality(rows, counted, TRUTH.threat_class, shown(), TIMES)
    assert whole["held_by_all"]["median"] == 1.0
    assert whole["same_number"]["median"] == 1.0
    states, kinds = shown()["auria"]
    other = shown() | {"auria": (states._replace(number=states.number + 1), kinds)}
    parted = commonality(rows, counted, TRUTH.threat_class, other, TIMES)
    assert parted["held_by_all"] == whole["held_by_all"]
    assert parted["same_number"]["mean"] == 0.0
    empty = commonality(rows, counted & False, TRUTH.threat_class, shown(), TIMES)
    assert empty["held_by_all"]["mean"] is None


def test_siap_of_a_run_is_that_of_stone_soup() -> None:
    rows, _ = truth_rows(SCENARIO, TRUTH, TIMES.tolist())
    counted = np.ones(rows.time_s.size, bool)
    for tracks, _ in shown().values():
        theirs = of_stone_soup(rows, tracks, CUTOFF_M)
        ours = quality(rows, counted, tracks, TIMES)["siap"]
        for name, value in theirs.items():
            assert ours[name] == pytest.approx(value, rel=1e-5, abs=1e-6), name
