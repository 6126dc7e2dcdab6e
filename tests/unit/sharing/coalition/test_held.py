"""Tracks that a sponsor holds for those who may not be named."""

import pytest

from skypact.core.columns import array
from skypact.sharing.coalition.held import Held
from tests.unit.picture.flights import T0, S, partner
from tests.unit.sharing.coalition.club import Club, entered, ready
from tests.unit.sharing.treaty import X


@pytest.fixture
def club() -> Club:
    return ready()


def test_a_track_without_news_goes_on_for_a_while_and_ends(club: Club):
    entered(club)
    for _ in range(60):
        club.second()
    assert club.seen() == 1
    for _ in range(50):
        club.second()
    assert club.seen() == 0


def test_a_track_that_its_owner_renumbers_stays_the_same(club: Club):
    x = entered(club)
    number = array(club.tracks()[-1], "number").tolist()
    club.fly(x, 30, number=117, ended=(105,), successors=(117,))
    assert array(club.tracks()[-1], "number").tolist() == number


def test_a_serial_goes_with_a_track_and_is_forgotten_with_it():
    held = Held()
    held.hear(partner("auria", [7, 8], [X, X], T0))
    first = held.serial("auria", 7)
    held.hear(partner("auria", [9], [X], T0 + S, deleted=(7,), successors=(9,)))
    assert held.serial("auria", 9) == first
    assert held.serial("auria", 7) == held.serial("borvia", 8) == 0
    assert len(held.of("auria")) == 2
    held.forget(T0 + 1)
    assert held.of("auria").tolist() == [first]
    again = Held()
    again.restore(held.state())
    assert again.state() == held.state()
