"""Launches are told late, near where they were, by a feed that the node reads."""

import json

import numpy as np
import pytest

from skypact.core.geodesy import distance_m
from skypact.exercise.scenario import LaunchWatch
from skypact.exercise.truth import Truth
from skypact.exercise.watchers.launches import LaunchFeed
from skypact.sensors.lines.reader import Piece, read
from tests.unit.exercise.watchers.watched import watched

SCENARIO = watched()
TRUTH = Truth(SCENARIO)
DAY_NS = 86_400_000_000_000


def feed(seed: int, **changes: float) -> LaunchFeed:
    table = {"feed": "space", "delay_s": 20.0, "probability": 1.0, "position_sd_m": 4_000.0}
    return LaunchFeed(LaunchWatch(**{**table, **changes}), TRUTH, seed, SCENARIO.start_ns)


def test_one_launch_is_told_once_and_read_by_the_node() -> None:
    sent = feed(1).sent(0, 2**62)
    assert len(sent) == 1
    at_ns, line = sent[0]
    reading, _ = read(b"", [Piece(line, at_ns)], "launches", False, frozenset(), 300.0)
    assert reading.records == 1
    told = json.loads(line)
    assert abs(told["time"] - SCENARIO.start_ns / 1e9 - 5.0) < 10.0
    east = np.radians([told["lat_deg"], told["lon_deg"]])
    assert distance_m(*east, *np.radians([-31.8, -16.5])) < 20_000
    assert feed(1).sent(0, at_ns) == []
    assert feed(1).sent(at_ns, at_ns + 1) == sent


def test_delay_and_error_are_those_of_the_table() -> None:
    first = [feed(seed).sent(0, 2**62)[0] for seed in range(200)]
    late = [(ns - SCENARIO.start_ns) / 1e9 - 5.0 for ns, _ in first]
    assert np.median(late) == pytest.approx(20.0, rel=0.1)
    north = [np.radians(json.loads(line)["lat_deg"] + 31.8) * 6_371_008.8 for _, line in first]
    assert np.std(north) == pytest.approx(4_000, rel=0.15)
    missed = sum(not feed(seed, probability=0.6).sent(0, 2**62) for seed in range(200))
    assert 50 < missed < 110
