import numpy as np
import pytest

from skypact.warning.places import Places
from skypact.warning.settings import Place
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


def test_only_the_nearest_of_each_nation_are_kept_when_there_are_more() -> None:
    p, v = state(LAT, LON - 60 * KM_LON, 300, 200, 90)
    track = kinematics(p[None], v[None], triangle()[None])
    row = [
        Place(
            name=f"{nation}{k}",
            nation=nation,
            kind="site",
            lat_deg=LAT,
            lon_deg=LON + k * 10 * KM_LON,
            radius_m=2e3,
        )
        for k in range(12)
        for nation in ("auria", "borvia")
    ]
    found = reach(track, Places(row), np.full(1, 1800.0), np.radians(10), 2000.0, 3)
    kept = [row[i].name for i in found.place]
    assert sorted(kept) == ["auria0", "auria1", "auria2", "borvia0", "borvia1", "borvia2"]


def test_how_near_the_way_straight_on_comes() -> None:
    assert look(100, 90).closest_m[0] == 0
    # 100 km away, 5 degrees off: 8.2 km beside the middle of a circle of 5 km; the course
    # is known to half a kilometre there.
    assert look(100, 95).closest_m[0] == 3_000


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
