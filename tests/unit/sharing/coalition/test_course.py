"""What may be shown as the coalition's, and where."""

import numpy as np
import pytest

from skypact.core.columns import array
from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.messages import FeedView
from skypact.core.messages.feed import SensorState
from tests.unit.picture.flights import moved, state
from tests.unit.sharing.coalition.club import (
    OTHERS,
    OUTSIDE,
    OWNER,
    VIEWER,
    Club,
    agreements,
    entered,
    ready,
    unnamed,
)
from tests.unit.sharing.treaty import ISSUER


@pytest.fixture
def club() -> Club:
    return ready()


def rest(club: Club, nation: str, looks: bool) -> None:
    club.handle(nation, silent(club.now_ns, *(() if looks else ("radar",))))


def silent(now_ns: int, *names: str) -> FeedView:
    sensors = tuple(
        SensorState(name=name, last_ns=0, rotation_s=4.0, alive=False) for name in names
    )
    return FeedView(**ISSUER.header(now_ns, now_ns), feeds=(), sensors=sensors)


def test_a_track_is_shown_from_where_it_enters_until_where_it_leaves(club: Club):
    x = club.fly(state(-200_000, 0, 2_500, 0), 8)
    assert club.seen() == 0
    x = club.fly(x, 40)
    assert club.seen() == 1
    x = club.fly(x, 120)
    assert club.seen() == 0
    assert geodetic_from_ecef(x[:3])[1] > np.radians(-16.0)
    shown = [body for _, body in club.frames() if body.count]
    lons = [geodetic_from_ecef(array(b, "position_ecef_m")[0])[1] for b in shown]
    assert np.degrees(lons[0]) > -19.9
    assert np.degrees(lons[-1]) < -16.1
    assert len({int(array(b, "number")[0]) for b in shown}) == 1


def test_one_that_appears_inside_is_not_shown(club: Club):
    club.fly(state(0, 0, 250, 0), 60)
    assert club.seen() == 0


@pytest.mark.parametrize("nation", [OWNER, *OTHERS])
def test_when_the_sensors_of_any_of_the_group_rest_nothing_is_shown(club: Club, nation: str):
    x = entered(club)
    rest(club, nation, looks=False)
    x = club.fly(x, 70)
    assert club.seen() == 0
    assert club.tracks()[-1].deleted == () == club.tracks()[-1].successors
    rest(club, nation, looks=True)
    club.fly(x, 120)
    assert club.seen() == 0  # It did not come in from outside since.


def test_a_nation_that_is_not_heard_declares_nothing(club: Club):
    x = entered(club)
    club.silence(OTHERS[0])
    club.fly(x, 50)
    assert club.seen() == 0


def test_a_poor_track_is_not_shown(club: Club):
    club.fly(moved(OUTSIDE, 555), 60, sd_m=3_000.0)
    assert club.seen() == 0


@pytest.mark.parametrize(
    "given",
    [
        {"among": OTHERS[:1]},
        {"among": (OTHERS[0], VIEWER)},
        {"among": (OTHERS[0], OWNER)},
        {"for_nations": (OTHERS[0],)},
        {"classes": ("ballistic",)},
        {"height_max_m": 5_000.0},
    ],
)
def test_without_a_group_or_a_right_nothing_is_shown(given: dict):
    made = ready(*agreements(unnamed(**given)))
    made.fly(moved(OUTSIDE, 555), 60)
    assert made.seen() == 0
