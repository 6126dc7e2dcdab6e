"""GOSPA and OSPA equal Stone Soup's generators and the scorer of the bars."""

import importlib.util
import itertools
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric
from stonesoup.types.state import State

from skypact.exercise.score import States, gospa_parts, nearest_sum, ospa_distance, score
from tests.unit.exercise.night import night

BENCH = Path(__file__).parents[3] / "bench"
BEGIN = datetime(2026, 1, 1)  # noqa: DTZ001 - Stone Soup's states have no zone here


def stone_soup(states: States) -> tuple[list[State], list[int]]:
    made = [
        State(p[:, None], timestamp=BEGIN + timedelta(seconds=float(t)))
        for t, p in zip(states.time_s, states.position_m, strict=True)
    ]
    return made, states.number.tolist()


@pytest.mark.parametrize(("seed", "order"), [(1, 1), (1, 2), (2, 2), (3, 3)])
def test_gospa_and_ospa_are_those_of_stone_soup(seed: int, order: int) -> None:
    truth, tracks, times = night(seed)
    ours = score(truth, tracks, times, order=order)
    sides = [*stone_soup(tracks), *stone_soup(truth)]
    gospa = GOSPAMetric(c=3000.0, p=order).compute_over_time(*sides).value
    distance = np.array([one.value["distance"] for one in gospa])
    assert ours["times"] == distance.size == times.size
    assert ours["gospa_mean_m"] == pytest.approx(distance.mean(), abs=1e-3)
    assert ours["gospa_rms_m"] == pytest.approx(np.sqrt(np.mean(distance**2)), abs=1e-3)
    missed = np.mean([one.value["missed"] for one in gospa]) / (3000.0**order / 2)
    assert ours["missed_mean"] == pytest.approx(missed, abs=1e-3)
    ospa = OSPAMetric(c=3000.0, p=order).compute_over_time(*sides).value
    values = np.array([one.value for one in ospa])
    assert ours["ospa_mean_m"] == pytest.approx(values.mean(), abs=1e-3)
    assert ours["ospa_rms_m"] == pytest.approx(np.sqrt(np.mean(values**2)), abs=1e-3)


@pytest.mark.parametrize("care", ["covered", "all"])
def test_gospa_is_that_of_the_scorer_of_the_bars(care: str, tmp_path: Path) -> None:
    generator, path = BENCH / "air_scenario.py", tmp_path / "s.npz"
    options = ["--targets", "25", "--duration", "90", "--seed", "31"]
    subprocess.run([sys.executable, generator, path, *options], check=True, capture_output=True)
    spec = importlib.util.spec_from_file_location("score_tracks", BENCH / "score_tracks.py")
    assert spec
    assert spec.loader
    scorer: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    truth, times, _ = scorer.load_truth(str(path))
    dice = np.random.default_rng(5)
    seen = dice.random(truth["t"].size) < 0.8
    position = truth["pos"] + dice.normal(0, 700, truth["pos"].shape)
    tracks = States(truth["t"][seen], truth["id"][seen], position[seen], truth["vel"][seen])
    theirs = scorer.score(truth, tracks, times, care=care)
    states = States(truth["t"], truth["id"], truth["pos"], truth["vel"])
    ours = score(states, tracks, times, counted=truth["cov"] if care == "covered" else None)
    assert round(ours["gospa_mean_m"], 1) == theirs["gospa_mean"]
    assert round(ours["gospa_rms_m"], 1) == theirs["gospa_rms"]
    assert round(ours["gospa_per_truth_m"], 1) == theirs["gospa_per_truth"]
    assert round(ours["missed_mean"], 3) == theirs["missed_mean"]
    assert round(ours["false_mean"], 3) == theirs["false_mean"]


def test_the_assignment_is_the_best_of_all() -> None:
    dice = np.random.default_rng(8)
    for _ in range(50):
        x, y = dice.uniform(0, 4e3, (4, 3)), dice.uniform(0, 4e3, (5, 3))
        cost = np.minimum(np.linalg.norm(x[:, None] - y[None], axis=2), 3e3) ** 2
        best = min(
            sum(cost[i, j] for i, j in enumerate(choice))
            for choice in itertools.permutations(range(5), 4)
        )
        mate = nearest_sum(x, y, 3e3, 2)
        ours = sum(3e3**2 if j < 0 else cost[i, j] for i, j in enumerate(mate))
        assert ours == pytest.approx(best)


def test_nothing_on_one_side_or_both() -> None:
    none, one = np.zeros((0, 3)), np.zeros((1, 3))
    assert gospa_parts(one, none, 10.0, 2) == (0, 50, 0)
    assert gospa_parts(none, one, 10.0, 2) == (0, 0, 50)
    assert ospa_distance(one, none, 10.0, 2) == 10
    assert ospa_distance(none, none, 10.0, 2) == 0
    empty = States(np.zeros(0), np.zeros(0, np.int64), none, none)
    assert score(empty, empty, np.zeros(0)) == {"times": 0} | {
        "siap_stone_soup": score(empty, empty, np.ones(1))["siap_stone_soup"]
    }


def test_a_truth_that_does_not_count_takes_its_track_with_it() -> None:
    truth, tracks, times = night(4)
    alone = truth.number != 2
    without = score(States(*(column[alone] for column in truth)), tracks, times)
    set_aside = score(truth, tracks, times, counted=alone)
    assert set_aside["missed_mean"] == pytest.approx(without["missed_mean"], abs=0.2)
    assert set_aside["false_mean"] < without["false_mean"]
