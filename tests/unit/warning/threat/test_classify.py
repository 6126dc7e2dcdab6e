"""Classes of synthetic tracks: what is clear is named, what is not stays unknown."""

import numpy as np
import pytest

from skypact.core.messages import ThreatClass
from skypact.warning.threat.classify import class_probabilities, held_class
from skypact.warning.threat.kernels_class import fall_range_m
from skypact.warning.threat.kinematics import Kinematics, kinematics
from tests.unit.warning.world import state, triangle

B, C, D, A, R, U = (
    ThreatClass.BALLISTIC,
    ThreatClass.CRUISE,
    ThreatClass.DRONE,
    ThreatClass.AIRCRAFT,
    ThreatClass.ROCKET,
    ThreatClass.UNKNOWN,
)


def seen(
    height_m: float,
    speed_mps: float,
    climb_mps: float,
    position_sd_m: float = 60,
    velocity_sd_mps: float = 2,
) -> Kinematics:
    p, v = state(-32, -18, height_m, speed_mps, 60, climb_mps)
    spread = triangle(position_sd_m, velocity_sd_mps)
    return kinematics(p[None], v[None], spread[None])


def best(track: Kinematics, cooperative: bool = False) -> ThreatClass:
    p = class_probabilities(track, np.array([cooperative]))
    return ThreatClass(int(held_class(p, np.zeros(1, np.uint8), 0.7)[0]))


@pytest.mark.parametrize(
    ("kind", "height_m", "speed_mps", "climb_mps"),
    [
        (B, 30e3, 1600, 1400),  # rising, 600 km class
        (B, 150e3, 1600, 0),  # at the top
        (B, 40e3, 1600, -1500),  # coming down
        (B, 12e3, 1500, 1200),  # just off the ground
        (B, 450e3, 2800, 300),
        (R, 5e3, 500, 420),  # 40 km class rocket
        (R, 12e3, 550, 300),
        (R, 2e3, 480, -420),
        (C, 60, 240, 0),
        (C, 400, 220, -3),
        (C, 800, 600, 0),  # supersonic, low
        (D, 800, 48, 0),
        (D, 3000, 55, 1),
        (A, 11e3, 240, 0),
        (A, 9e3, 400, 5),  # fast jet without a transponder
        (U, 500, 8, 0),  # birds, turbines
        (U, 1500, 110, 0),  # a light aircraft or a fast drone: nobody can tell
    ],
)
def test_silent_tracks(
    kind: ThreatClass, height_m: float, speed_mps: float, climb_mps: float
) -> None:
    assert best(seen(height_m, speed_mps, climb_mps)) is kind


@pytest.mark.parametrize(
    ("kind", "height_m", "speed_mps", "climb_mps"),
    [
        (A, 11e3, 240, 0),
        (A, 600, 75, -4),  # on final approach
        (A, 1200, 145, 12),  # departing
        (A, 900, 50, 0),  # light aircraft
        (A, 5060, 105, 0),  # slow and high: a turboprop, not a drone
        (A, 4900, 105, 6),
        (A, 7500, 120, 0),
        (A, 5500, 60, 2),  # a glider in a wave, a light aircraft over mountains
        (B, 30e3, 1600, 1400),  # no transponder talks a track out of ballistic motion
        (B, 150e3, 1600, 0),
        (R, 5e3, 500, 420),
    ],
)
def test_tracks_that_answer_or_report(
    kind: ThreatClass, height_m: float, speed_mps: float, climb_mps: float
) -> None:
    assert best(seen(height_m, speed_mps, climb_mps), cooperative=True) is kind


@pytest.mark.parametrize(
    ("height_m", "speed_mps", "position_sd_m", "velocity_sd_mps"),
    [(300, 240, 6000, 150), (300, 50, 3000, 60), (2000, 300, 8000, 200)],
)
def test_an_uncertain_new_track_stays_unknown(
    height_m: float, speed_mps: float, position_sd_m: float, velocity_sd_mps: float
) -> None:
    assert best(seen(height_m, speed_mps, 0, position_sd_m, velocity_sd_mps)) is U


def test_probabilities_add_up_even_where_nothing_flies() -> None:
    p = class_probabilities(seen(3e6, 15_000, 9_000), np.array([False]))
    assert p.sum() == pytest.approx(1)
    assert p.argmax() == U


@pytest.mark.parametrize("climb_mps", [2000.0, 1000.0, 0.0])
def test_the_range_of_a_fall_is_the_same_all_along_it(climb_mps: float) -> None:
    height = (2000.0**2 - climb_mps**2) / 2 / 9.80665
    track = seen(height, 1500, climb_mps)
    found = fall_range_m.py_func(
        *(float(x[0]) for x in (track.height_wgs84_m, track.climb_mps, track.along_mps))
    )  # type: ignore[attr-defined]
    assert found == pytest.approx(2 * 1500 * 2000 / 9.80665, rel=1e-6)


def test_a_class_does_not_flap() -> None:
    def held(now: ThreatClass, **p: float) -> ThreatClass:
        row = np.zeros((1, 6))
        for name, value in p.items():
            row[0, ThreatClass[name]] = value
        return ThreatClass(int(held_class(row, np.array([now], np.uint8), 0.7)[0]))

    assert held(U, CRUISE=0.69, AIRCRAFT=0.31) is U
    assert held(U, CRUISE=0.71, AIRCRAFT=0.29) is C
    assert held(C, CRUISE=0.4, AIRCRAFT=0.6) is C
    assert held(C, CRUISE=0.29, AIRCRAFT=0.71) is A
    assert held(C, CRUISE=0.2, AIRCRAFT=0.5, UNKNOWN=0.3) is U
