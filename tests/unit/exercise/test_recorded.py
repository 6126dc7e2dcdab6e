"""The recorded flights and messages as bytes."""

from importlib import resources
from itertools import pairwise

import numpy as np
import pytest

from skypact.exercise.recorded import LENGTH_S, SECOND_NS, RecordedTraffic
from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import beast
from skypact.sensors.categories import asterix_cat021
from skypact.sensors.reading import reading_program
from skypact.sensors.settings import Editions

ZERO_NS = 1_790_000_000_000_000_000


@pytest.fixture(scope="module")
def traffic() -> RecordedTraffic:
    return RecordedTraffic()


def decode(sent: list[tuple[float, bytes]], zero_ns: int) -> asterix_cat021.Reports:
    arrivals = [zero_ns + round(at_s * SECOND_NS) for at_s, _ in sent]
    program = reading_program(Editions())
    found = blocks.read([data for _, data in sent], arrivals, program).records[21]
    return asterix_cat021.decode(found)


def test_reports_have_the_times_asked_for(traffic: RecordedTraffic) -> None:
    sent = traffic.cat021(9.5, 12, ZERO_NS)
    assert {at_s for at_s, _ in sent} == {10.0, 11.0}
    assert max(len(data) for _, data in sent) <= 1472
    columns = decode(sent, ZERO_NS).columns
    assert set(columns["time_ns"].tolist()) == {ZERO_NS + 10**10, ZERO_NS + 11 * 10**9}
    assert len(columns["time_ns"]) > 30


def test_values_are_those_of_flights_around_paris(traffic: RecordedTraffic) -> None:
    columns = decode(traffic.cat021(600, 601), traffic.begin_ns).columns
    assert (np.abs(np.degrees(columns["lat_rad"]) - 48.9) < 1.5).all()
    assert (np.abs(np.degrees(columns["lon_rad"]) - 2.5) < 2).all()
    level_m = columns["altitude_pressure_m"]
    assert (level_m > -100).all()
    assert np.median(level_m) < 8_000
    speed = np.hypot(columns["velocity_enu_mps"][:, 0], columns["velocity_enu_mps"][:, 1])
    assert ((speed > 20) & (speed < 320)).all()
    assert set(columns["address"].tolist()) <= set(traffic.flights()["address"])
    assert columns["time_ns"][0] == traffic.begin_ns + 600 * SECOND_NS


def test_the_recording_begins_again(traffic: RecordedTraffic) -> None:
    first = [data for _, data in traffic.cat021(0, 2, ZERO_NS)]
    again = traffic.cat021(LENGTH_S, LENGTH_S + 2, ZERO_NS - LENGTH_S * SECOND_NS)
    assert [data for _, data in again] == first
    frames = traffic.beast(LENGTH_S - 1, LENGTH_S + 1)
    assert [at_s for at_s, _ in frames] == sorted(at_s for at_s, _ in frames)
    late = [data[-8:] for at_s, data in frames if at_s >= LENGTH_S]
    assert late == [data[-8:] for _, data in traffic.beast(0, 1)]
    assert traffic.beast(-5, 0) == traffic.cat021(-5, 0) == []


def test_pieces_make_the_whole(traffic: RecordedTraffic) -> None:
    bounds = [0, 0.3, 0.31, 2.0, 7.5]
    pieces = [item for a, b in pairwise(bounds) for item in traffic.beast(a, b)]
    assert pieces == traffic.beast(0, 7.5)


def test_frames_carry_the_clock_of_their_time(traffic: RecordedTraffic) -> None:
    sent = traffic.beast(3, 5)
    frames, refusals, pending = beast.split(b"", b"".join(data for _, data in sent))
    assert (len(frames), refusals, pending) == (len(sent), [], b"")
    clocks = [f.clock / beast.CLOCK_HZ for f in frames]
    assert clocks == pytest.approx([at_s for at_s, _ in sent], abs=1e-7)


def test_the_data_is_small_and_its_licence_lies_beside_it() -> None:
    data = resources.files("skypact").joinpath("data")
    assert len(data.joinpath("recorded_traffic.npz").read_bytes()) < 1_500_000
    note = data.joinpath("recorded_traffic.LICENCE.md").read_text()
    assert "OpenSky" in note
    assert "MIT" in note
