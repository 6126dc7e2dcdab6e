"""Frames of the coalition: always of one size, with room for so many."""

import msgspec
import numpy as np
import pytest

from skypact.core.columns import array
from skypact.core.messages import ReleaseWithheld
from tests.unit.picture.flights import S, beside, moved, state
from tests.unit.sharing.coalition.club import (
    OTHERS,
    OUTSIDE,
    OWNER,
    SPONSOR,
    Club,
    agreements,
    entered,
    ready,
    unnamed,
)
from tests.unit.sharing.treaty import own


@pytest.fixture
def club() -> Club:
    return ready()


def test_every_frame_has_the_same_size_and_leaves_on_the_whole_second(club: Club):
    entered(club)
    sizes = {size for size, _ in club.frames()}
    assert len(sizes) == 1
    assert all(b.time_ns % S == 0 for _, b in club.frames())
    times = [b.time_ns for _, b in club.frames()]
    assert np.diff(times).tolist() == [S] * (len(times) - 1)


def test_what_is_told_bounds_where_it_is(club: Club):
    x = entered(club)
    for _ in range(100):
        x = club.fly(x, 1)
        body = club.frames()[-1][1]
        error = array(body, "position_ecef_m")[0] - moved(x, -1.0)[:3]
        assert np.hypot.reduce(error) < 3 * array(body, "position_sd_m")[0]


def test_tracks_that_have_no_room_are_counted():
    made = ready()
    xs = [moved(state(-300_000, 2_000 * i - 10_000, 250, 0), 555) for i in range(10)]
    for _ in range(60):
        made.second()
        xs = [moved(x, 1.0) for x in xs]
        made.handle(OWNER, own(list(range(105, 115)), xs, made.now_ns))
    assert made.seen() == 8
    why = [m for m in made.told[SPONSOR] if isinstance(m, ReleaseWithheld)]
    assert ("no room in the frame", 2) in {(m.reason, m.withheld) for m in why}


def test_two_owners_of_one_object_make_one_track():
    both = agreements()
    also = [a for a in agreements(owner=OTHERS[0]) if a.owner == OTHERS[0]]
    group = unnamed(among=(OWNER, OTHERS[1]))
    rules = tuple(group if c.id == "8" else c for c in also[0].clauses)
    also = [msgspec.structs.replace(also[0], clauses=rules)]
    made = ready(*(a for a in both if a.owner != OTHERS[0]), *also)
    x = moved(OUTSIDE, 555)
    for _ in range(60):
        made.second()
        x = moved(x, 1.0)
        made.handle(OWNER, own([105], [x], made.now_ns))
        made.handle(OTHERS[0], own([117], [beside(x, 200.0)], made.now_ns))
    assert made.seen() == 1
    x = made.fly(x, 30)
    assert made.seen() == 1
