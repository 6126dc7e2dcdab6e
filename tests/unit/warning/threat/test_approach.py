import numpy as np
import pytest

from skypact.warning.places import Places
from skypact.warning.threat import approach
from skypact.warning.threat.approach import Reach, reach
from skypact.warning.threat.kinematics import kinematics
from tests.unit.warning.world import LAT, LON, PLACES, state, triangle

KM_LON = 1 / (111.195 * np.cos(np.radians(LAT)))


def look(
    distance_km: float,
    course_deg: float,
    velocity_sd_mps: float = 1.0,
    horizon_s: float = 1800.0,
    cone_deg: float = 10.0,
) -> Reach:
    """Return what a track `distance_km` west of Alder reaches at 200 m/s."""
    p, v = state(LAT, LON - distance_km * KM_LON, 300, 200, course_deg)
    track = kinematics(p[None], v[None], triangle(50, velocity_sd_mps)[None])
    alder = Places(PLACES[:1])
    return reach(track, alder, np.array([horizon_s]), np.radians(cone_deg), 2000.0)


def test_time_to_the_edge_of_the_place() -> None:
    found = look(105, 90)
    assert found.time_s[0] == pytest.approx(500, rel=0.01)
    assert 0 < found.spread_s[0] < 60


@pytest.mark.parametrize(
    ("distance_km", "course_deg", "threatens"),
    [
        (100, 90, True),
        (100, 100, True),  # a turn of 10 degrees is allowed for
        (100, 103.5, True),  # the place is 4 degrees wide from here, the margin 1 more
        (100, 120, False),
        (100, 270, False),
        (10, 120, True),  # close by, the same course meets it
        (3, 270, True),  # over it now
        (400, 90, False),  # beyond the horizon of 1,800 s
    ],
)
def test_inbound_or_not(distance_km: float, course_deg: float, threatens: bool) -> None:
    assert bool(len(look(distance_km, course_deg).place)) is threatens


def test_the_cheap_look_ahead_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = np.random.default_rng(7)
    rows = [
        state(LAT + dice.uniform(-1, 1), LON + dice.uniform(-1, 1), 300, 200, dice.uniform(0, 360))
        for _ in range(200)
    ]
    track = kinematics(
        np.array([p for p, _ in rows]),
        np.array([v for _, v in rows]),
        np.tile(triangle(), (200, 1)),
    )
    horizon = np.full(200, 1800.0)
    quick = reach(track, Places(PLACES), horizon, np.radians(10), 2000.0)
    monkeypatch.setattr(approach, "_ahead_at_all", lambda *a: np.ones(len(a[2][0]), bool))
    slow = reach(track, Places(PLACES), horizon, np.radians(10), 2000.0)
    assert 20 < len(quick.track) < 300
    for a, b in zip(quick, slow, strict=True):
        assert a.tolist() == b.tolist()


def test_an_uncertain_course_widens_the_cone_and_the_window() -> None:
    assert not len(look(100, 125).place)
    assert len(look(100, 125, velocity_sd_mps=40).place)
    assert look(100, 90, velocity_sd_mps=20).spread_s > 2 * look(100, 90).spread_s


def test_inside_a_place_there_is_no_time_left() -> None:
    assert look(1, 90).time_s[0] == 0


def test_every_place_along_the_way_is_found() -> None:
    p, v = state(LAT, LON - 60 * KM_LON, 300, 200, 90)
    track = kinematics(np.stack([p, p]), np.stack([v, -v]), np.tile(triangle(), (2, 1)))
    found = reach(track, Places(PLACES), np.full(2, 1800.0), np.radians(10), 2000.0)
    assert found.track.tolist() == [0, 0]
    assert found.place.tolist() == [0, 1]
