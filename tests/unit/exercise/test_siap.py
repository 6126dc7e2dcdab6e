"""The SIAP measures equal Stone Soup's SIAPMetrics under its TrackToTruth associator."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from stonesoup.dataassociator.tracktotrack import TrackToTruth
from stonesoup.measures import Euclidean
from stonesoup.metricgenerator.manager import MultiManager
from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics
from stonesoup.types.groundtruth import GroundTruthPath, GroundTruthState
from stonesoup.types.state import State
from stonesoup.types.track import Track

from skypact.exercise.score import States
from skypact.exercise.siap import siap
from tests.unit.exercise.night import night

BEGIN = datetime(2026, 1, 1)  # noqa: DTZ001 - Stone Soup's states have no zone here
TITLES = {
    "SIAP Completeness": "completeness",
    "SIAP Ambiguity": "ambiguity",
    "SIAP Spuriousness": "spuriousness",
    "SIAP Position Accuracy": "position_error_m",
    "SIAP Velocity Accuracy": "velocity_error_mps",
    "SIAP Rate of Track Number Change": "number_changes_per_s",
    "SIAP Longest Track Segment": "longest_segment",
}


def paths(states: States, kind: Any, state: Any) -> set[Any]:
    made = set()
    for number in np.unique(states.number):
        mine = states.number == number
        vectors = np.hstack([states.position_m[mine], states.velocity_mps[mine]])
        made.add(
            kind(
                [
                    state(v[:, None], timestamp=BEGIN + timedelta(seconds=float(t)))
                    for t, v in zip(states.time_s[mine], vectors, strict=True)
                ]
            )
        )
    return made


def of_stone_soup(truth: States, tracks: States, threshold_m: float) -> dict[str, float]:
    position, velocity = Euclidean((0, 1, 2)), Euclidean((3, 4, 5))
    generator = SIAPMetrics(position_measure=position, velocity_measure=velocity)
    rule = TrackToTruth(association_threshold=threshold_m, measure=position)
    manager = MultiManager([generator], associator=rule)
    manager.add_data(
        {
            "groundtruth_paths": paths(truth, GroundTruthPath, GroundTruthState),
            "tracks": paths(tracks, Track, State),
        }
    )
    made = manager.generate_metrics()["siap_generator"]
    return {TITLES[name]: metric.value for name, metric in made.items() if name in TITLES}


def without_gaps(tracks: States) -> States:
    """Stone Soup asks a track for its state at every moment of an association."""
    keep = np.zeros(tracks.time_s.size, bool)
    for number in np.unique(tracks.number):
        mine = np.flatnonzero(tracks.number == number)
        gaps = np.flatnonzero(np.diff(tracks.time_s[mine]) > 5.1)
        keep[mine[: gaps[0] + 1] if gaps.size else mine] = True
    return States(*(column[keep] for column in tracks))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
@pytest.mark.parametrize("threshold_m", [700.0, 3000.0])
def test_all_measures_are_those_of_stone_soup(seed: int, threshold_m: float) -> None:
    truth, tracks, times = night(seed)
    tracks = without_gaps(tracks)
    theirs = of_stone_soup(truth, tracks, threshold_m)
    assert theirs.keys() == set(TITLES.values())
    ours = siap(truth, tracks, times, threshold_m)
    for name, value in theirs.items():
        assert ours[name] == pytest.approx(value, abs=2e-6), name
    assert 0.1 < ours["completeness"] < 1
    assert ours["number_changes_per_s"] > 0


def test_two_hits_are_no_association() -> None:
    truth, _, times = night(1, truths=1, moments=8)
    for hits, completeness in ((2, 0.0), (3, 3 / 8)):
        tracks = States(*(column[:hits] for column in truth))
        assert siap(truth, tracks, times, 3e3)["completeness"] == completeness


def test_velocity_is_not_made_up() -> None:
    truth, tracks, times = night(1)
    still = tracks._replace(velocity_mps=np.full_like(tracks.velocity_mps, np.nan))
    assert siap(truth, still, times, 3e3)["velocity_error_mps"] is None
