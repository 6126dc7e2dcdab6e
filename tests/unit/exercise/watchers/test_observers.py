"""Observers tell directions: sound from where the object was, light from where it is."""

import itertools
import json

import msgspec
import numpy as np

from skypact.core.geodesy import ecef_from_geodetic, enu_from_ecef
from skypact.exercise.truth import Truth
from skypact.exercise.watchers.observers import SOUND_MPS, ObserverFeed
from skypact.exercise.world import World
from skypact.sensors.lines.reader import Piece, read
from tests.unit.exercise.watchers.watched import watched

SCENARIO = watched()
TRUTH = Truth(SCENARIO)
TABLE = SCENARIO.nations[0].observers[0]
START_NS = SCENARIO.start_ns
S = 1_000_000_000


def off_deg(line: bytes, time_s: float) -> float:
    """Return how far the direction is from the nearer drone at a time."""
    told = json.loads(line)
    origin = (*np.radians([told["lat_deg"], told["lon_deg"]]), 2.0)
    position = TRUTH.state(time_s)[0][1:]
    here = ecef_from_geodetic(*origin)
    away = np.linalg.norm(position - here, axis=1)
    if told.get("signal_speed_mps"):
        position = TRUTH.state(time_s - away.min() / SOUND_MPS)[0][1:]
    east, north, _ = enu_from_ecef(position[away.argmin()], origin)
    return abs((np.degrees(np.arctan2(east, north)) - told["azimuth_deg"] + 180) % 360 - 180)


def test_sound_comes_from_where_the_drone_was() -> None:
    sent = ObserverFeed(TABLE, TRUTH, 1, START_NS).sent(START_NS + 20 * S, START_NS + 30 * S)
    assert len(sent) > 10
    for at_ns, line in sent:
        time_s = (at_ns - START_NS) / S - 1.5
        assert time_s % 5 == 0
        assert off_deg(line, time_s) < 0.1
    reading, _ = read(
        b"", [Piece(sent[0][1], sent[0][0])], "sightings", False, frozenset(), 60.0
    )  # fmt: skip
    assert reading.records == 1


def test_light_comes_at_once() -> None:
    eyes = msgspec.structs.replace(TABLE, kind="optical")
    for _, line in ObserverFeed(eyes, TRUTH, 1, START_NS).sent(START_NS, START_NS + 20 * S):
        told = json.loads(line)
        assert "signal_speed_mps" not in told
        assert told["what"] == "drone"


def test_cut_into_calls_or_not_it_is_the_same() -> None:
    whole = ObserverFeed(TABLE, TRUTH, 4, START_NS).sent(START_NS, START_NS + 40 * S)
    feed = ObserverFeed(TABLE, TRUTH, 4, START_NS)
    cuts = [START_NS + round(x * S) for x in (0, 0.3, 7, 7.1, 23, 40)]
    parts = [one for a, b in itertools.pairwise(cuts) for one in feed.sent(a, b)]
    assert parts == whole
    deaf = msgspec.structs.replace(TABLE, range_m=10.0)
    assert ObserverFeed(deaf, TRUTH, 4, START_NS).sent(START_NS, START_NS + 40 * S) == []


def test_the_world_sends_them_to_their_nation() -> None:
    world = World(SCENARIO, 1, START_NS)
    assert world.feeds["auria-space"] == world.feeds["auria-ears"] == "auria"
    sent = {d.feed for d in world.datagrams(START_NS, START_NS + 60 * S)}
    assert {"auria-space", "auria-ears", "borvia-east"} <= sent


def test_no_object_no_line() -> None:
    empty = msgspec.structs.replace(SCENARIO, threats=())
    assert ObserverFeed(TABLE, Truth(empty), 1, START_NS).sent(START_NS, START_NS + 9 * S) == []
