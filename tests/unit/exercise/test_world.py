from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from skypact.exercise.scenario import Scenario, load
from skypact.exercise.world import SECOND_NS, WireDatagram, World

START_NS = 1_900_000_000 * SECOND_NS
NIGHT = load("first_night")


class EverySecond:
    """Civil traffic that says its second, as text."""

    def cat021(self, from_s: float, to_s: float, zero_ns: int) -> Sequence[tuple[float, bytes]]:
        assert zero_ns == START_NS
        seconds = range(int(np.ceil(from_s)), int(np.ceil(to_s)))
        return [(float(s), b"cat021 %d" % s) for s in seconds]

    def beast(self, from_s: float, to_s: float, zero_ns: int) -> Sequence[tuple[float, bytes]]:
        return [(at_s, b"beast") for at_s, _ in self.cat021(from_s, to_s, zero_ns)]


@pytest.fixture(scope="module")
def minute() -> list[WireDatagram]:
    return World(NIGHT, 1, START_NS, EverySecond()).datagrams(START_NS, START_NS + 60 * SECOND_NS)


def test_same_seed_same_bytes_however_time_is_cut(minute: list[WireDatagram]) -> None:
    world = World(NIGHT, 1, START_NS, EverySecond())
    dice = np.random.default_rng(3)
    cuts = np.sort(dice.integers(0, 60 * SECOND_NS, 90)).tolist()
    found: list[WireDatagram] = []
    bounds = [0, *cuts, 60 * SECOND_NS]
    for a, b in pairwise(bounds):
        found += world.datagrams(START_NS + a, START_NS + b)
    assert found == minute


def test_another_seed_other_bytes(minute: list[WireDatagram]) -> None:
    other = World(NIGHT, 2, START_NS, EverySecond())
    assert other.datagrams(START_NS, START_NS + 20 * SECOND_NS) != minute[: len(minute) // 3]


def test_one_radar_less_changes_nothing_else(minute: list[WireDatagram]) -> None:
    smaller = without_radar(NIGHT, "borvia-south")
    found = World(smaller, 1, START_NS, EverySecond()).datagrams(
        START_NS, START_NS + 60 * SECOND_NS
    )
    assert found == [d for d in minute if d.feed != "borvia-south"]


def test_datagrams_are_in_order_and_of_known_feeds(minute: list[WireDatagram]) -> None:
    world = World(NIGHT, 1, START_NS)
    assert [d.time_ns for d in minute] == sorted(d.time_ns for d in minute)
    assert {d.feed for d in minute} == set(world.feeds)
    assert world.feeds["cestia-east"] == "cestia"
    assert max(len(d.data) for d in minute) < 1472


def test_marks_come_with_every_sector(minute: list[WireDatagram]) -> None:
    marks = [d for d in minute if d.feed == "cestia-east" and d.data[0] == 34]
    gaps = np.diff([d.time_ns for d in marks]) / SECOND_NS
    assert gaps == pytest.approx(5.0 / NIGHT.sectors, abs=1e-6)
    plots = [d for d in minute if d.feed == "cestia-east" and d.data[0] == 48]
    assert len(plots) > 12


def test_plots_leave_soon_after_the_beam_has_passed(minute: list[WireDatagram]) -> None:
    # I048/140, time of day in 1/128 s, is the first item after FSPEC and I048/010.
    for d in minute:
        if d.feed == "cestia-east" and d.data[0] == 48:
            at = 3 + fspec_length(d.data[3:]) + 2
            seen_s = int.from_bytes(d.data[at : at + 3]) / 128
            sent_s = d.time_ns / SECOND_NS % 86_400
            assert -0.01 <= sent_s - seen_s <= 5.0 / NIGHT.sectors + 0.03


def test_civil_traffic_keeps_its_time(minute: list[WireDatagram]) -> None:
    said = [d for d in minute if d.feed == "auria-adsb"]
    assert [d.data for d in said] == [b"cat021 %d" % s for s in range(60)]
    assert [d.time_ns for d in said] == [START_NS + s * SECOND_NS for s in range(60)]


def test_without_recordings_the_civil_feeds_are_silent() -> None:
    silent = World(NIGHT, 1, START_NS).datagrams(START_NS, START_NS + 5 * SECOND_NS)
    assert not [d for d in silent if d.feed in ("auria-adsb", "auria-beast")]


def fspec_length(record: bytes) -> int:
    return next(i for i, octet in enumerate(record) if not octet & 1) + 1


def without_radar(scenario: Scenario, name: str) -> Scenario:
    nations = tuple(
        msgspec.structs.replace(n, sensors=tuple(s for s in n.sensors if s.name != name))
        for n in scenario.nations
    )
    return msgspec.structs.replace(scenario, nations=nations)
