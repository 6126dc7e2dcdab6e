"""What could be reached: equal to flying it in small steps."""

import numpy as np
import pytest

from skypact.warning.places import Places
from skypact.warning.threat.kinematics import kinematics
from skypact.warning.threat.reachable import Agility, earliest_s, fastest_mps, reachable
from tests.unit.warning.world import LAT, LON, PLACES, state, triangle

AGILITY = Agility(20.0, 1.0)
SPEED = 200.0
METRES = 6371008.8


def track(course_deg: float = 0.0, lon: float = LON):
    p, v = state(LAT, lon, 300, SPEED, course_deg)
    return kinematics(p[None], v[None], triangle(0.1, 0.001)[None])


def soonest(east_m: float, north_m: float, round_m: float = 0.0) -> float:
    lat, lon = np.radians([LAT, LON])
    at = np.array([lat + north_m / METRES]), np.array([lon + east_m / METRES / np.cos(lat)])
    made = earliest_s(track(), np.array([0]), *at, np.array([round_m]), AGILITY)
    return float(made[0])


def flown(east_m: float, north_m: float) -> float:
    """Return when it is there, turning towards the point as hard as it may, in small steps."""
    x = y = course = time = 0.0
    step = 0.02
    while time < 2_000:
        off = (np.arctan2(east_m - x, north_m - y) - course + np.pi) % (2 * np.pi) - np.pi
        course += np.clip(off, -AGILITY.turn_mps2 / SPEED * step, AGILITY.turn_mps2 / SPEED * step)
        x, y = x + SPEED * step * np.sin(course), y + SPEED * step * np.cos(course)
        time += step
        if np.hypot(east_m - x, north_m - y) < 2 * SPEED * step:
            break
    return time


@pytest.mark.parametrize(
    ("east_km", "north_km"), [(0, 20), (20, 20), (20, 0), (-15, -15), (0, -20), (6, 1), (-9, 3)]
)
def test_the_time_is_that_of_the_hardest_turn_and_straight_on(
    east_km: float, north_km: float
) -> None:
    assert soonest(east_km * 1e3, north_km * 1e3) == pytest.approx(
        flown(east_km * 1e3, north_km * 1e3), abs=0.5
    )


def test_a_turn_costs_time_and_a_wide_place_spares_it() -> None:
    assert soonest(0, 20e3) == pytest.approx(100, abs=0.1)
    assert soonest(0, -20e3) > 100 + 25
    assert soonest(0, 20e3, 5e3) == pytest.approx(75, abs=0.1)
    assert soonest(0, 3e3, 5e3) == 0


def test_all_round_within_the_horizon_soonest_first() -> None:
    places = Places(PLACES)
    found = reachable(track(), places, np.array([60.0]), AGILITY, 0.0, 8)
    assert [PLACES[i].name for i in found.place] == ["Alder"]
    found = reachable(track(), places, np.array([600.0]), AGILITY, 0.0, 8)
    assert [PLACES[i].name for i in found.place] == ["Alder", "Birch"]
    found = reachable(track(), places, np.array([1_800.0]), AGILITY, 0.0, 8)
    assert [PLACES[i].name for i in found.place] == ["Alder", "Birch", "Cedar"]
    assert (np.diff(found.earliest_s) >= 0).all()


def test_a_faster_flight_is_reckoned_with() -> None:
    assert fastest_mps(track(), Agility(20.0, 1.5))[0] == pytest.approx(300, rel=0.01)
