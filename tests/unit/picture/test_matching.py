"""Patience: when tracks join and part."""

import numpy as np
import pytest

from tests.unit.picture.flights import (
    POOL,
    T0,
    S,
    beside,
    ended,
    gone,
    moved,
    numbers,
    own,
    partner,
    picture,
    state,
    view,
)

X = state(0, 0, 200, 0)
AWAY = state(500, 0, 200, 10)


def fly(room, seconds, mine=None, theirs=None):
    """Report both each second; return every message."""
    out = []
    for k in seconds:
        now = T0 + k * S
        if mine is not None:
            out += room.handle(own([1], moved(mine, k), now), now)
        if theirs is not None:
            out += room.handle(partner("borvia", [90], moved(theirs, k), now), now)
        out += room.wake(now)
    return out


def test_a_match_needs_several_looks():
    room = picture()
    out = fly(room, range(2), X, AWAY)
    assert numbers(view(out[-1:])) == [90, 105]
    out = fly(room, range(2, 3), X, AWAY)
    assert gone(out) == [(105, 90)]
    assert numbers(view(out)) == [90]


def test_looks_without_news_do_not_count():
    room = picture()
    fly(room, range(1), X, AWAY)
    out = [m for k in range(1, 8) for m in room.wake(T0 + k * S)]
    assert gone(out) == []


def test_very_close_joins_at_once():
    room = picture()
    room.handle(own([1], X, T0), T0)
    out = room.handle(partner("borvia", [90], beside(X, 20), T0), T0)
    assert gone(out) == [(105, 90)]


def test_a_rival_makes_very_close_wait():
    room = picture()
    room.handle(own([1, 2], [X, state(200, 0, 200, 0)], T0), T0)
    out = room.handle(partner("borvia", [90], beside(X, 20), T0), T0)
    assert gone(out) == []


def test_the_same_address_joins_at_once_even_far_off():
    room = picture()
    far = state(900, 0, 200, 0)
    room.handle(own([1], X, T0, address=[0x4B1A2C]), T0)
    out = room.handle(partner("borvia", [200], far, T0, address=[0x4B1A2C]), T0)
    assert numbers(view(room.wake(T0))) == [105]
    assert gone(out) == []


def test_the_same_number_joins_at_once_unless_it_is_absurd():
    room = picture()
    room.handle(own([1], X, T0), T0)
    room.handle(partner("borvia", [105], state(1000, 0, 200, 0), T0), T0)
    room.handle(partner("cestia", [105], state(90_000, 0, 200, 0), T0), T0)
    shown = view(room.wake(T0))
    assert numbers(shown) == [105, 117]


def test_tracks_part_after_several_bad_looks_and_stay_apart():
    room = picture()
    fly(room, range(4), X, AWAY)
    wrong = state(500, 0, 200, 400)
    out = fly(room, range(4, 14), X, wrong)
    parted = numbers(view(out[-1:]))
    assert parted == [90, 117]
    assert gone(out) == [(90, 117)]
    back = fly(room, range(14, 20), X, X)
    assert numbers(view(back[-1:])) == [90, 117]


def test_one_bad_look_parts_nothing():
    room = picture()
    fly(room, range(4), X, AWAY)
    fly(room, range(4, 6), X, state(500, 0, 200, 900))
    out = fly(room, range(6, 10), X, AWAY)
    assert numbers(view(out[-1:])) == [90]


def test_two_partners_tracks_of_one_object_become_one():
    room = picture()
    for k in range(5):
        now = T0 + k * S
        room.handle(partner("borvia", [90], moved(X, k), now), now)
        room.handle(partner("cestia", [80], moved(AWAY, k), now), now)
        out = room.wake(now)
    shown = view(out)
    assert numbers(shown) == [80]
    assert shown.reporters == ("auria", "borvia", "cestia")


@pytest.mark.parametrize("seed", range(3))
def test_crossing_targets_keep_their_partners(seed: int):
    """Two targets cross at a small angle, seen by both nations: no number changes after the first
    agreement, and each keeps its own."""
    rng = np.random.default_rng(seed)
    a, b = state(-6000, -300, 200, 10), state(-6000, 300, 200, -10)
    room = picture()
    changes = []
    for k in range(60):
        now = T0 + k * S
        truth = np.stack([moved(a, k), moved(b, k)])
        noise = rng.normal(size=(2, 2, 6)) * ([40] * 3 + [3] * 3)
        out = list(room.handle(own([1, 2], truth + noise[0], now, sd_m=40, sd_mps=3), now))
        told = partner("borvia", [90, 91], truth + noise[1], now, sd_m=40, sd_mps=3)
        out += room.handle(told, now)
        out += room.wake(now)
        changes += [(k, *pair) for pair in gone(out)]
    assert numbers(view(out)) == [90, 91]
    assert all(k < 10 for k, *_ in changes), changes


def test_ending_forgets_the_looks():
    room = picture()
    fly(room, range(2), X, AWAY)
    room.handle(ended((1,), T0 + S), T0 + S)
    out = fly(room, range(2, 3), X, AWAY)
    assert gone(out) == []
    assert numbers(view(out)) == [90, POOL[1]]
