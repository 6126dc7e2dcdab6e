"""Sixteen bits for any number of tracks, one after the other."""

from hypothesis import given
from hypothesis import strategies as st

from skypact.edge.clients.track_numbers import NUMBERS, TrackNumbers


def test_a_track_keeps_its_number_and_has_its_own_low_bits_if_it_can() -> None:
    numbers = TrackNumbers()
    assert numbers.give([7, 0x1_0007, 0x2_0000]) == [7, 1, 2]
    assert numbers.give([0x2_0000, 7, 0x1_0007]) == [2, 7, 1]
    assert numbers.held([7, 8]) == [7, 0]
    numbers.end([7, 99])
    assert numbers.held([7]) == [0]
    assert numbers.give([0x3_0007]) == [7]


def test_none_is_left_at_the_end_and_what_was_free_longest_comes_first() -> None:
    numbers = TrackNumbers()
    given = numbers.give(range(1, 65_537))
    assert given[-1] == 0
    assert sorted(given[:-1]) == list(NUMBERS)
    numbers.end([500, 400])
    assert numbers.give([0x5_0001, 0x5_0002]) == [500, 400]


@given(st.lists(st.tuples(st.booleans(), st.sets(st.integers(1, 1 << 32), max_size=5))))
def test_no_two_tracks_have_one_number(steps: list[tuple[bool, set[int]]]) -> None:
    numbers, there = TrackNumbers(), set[int]()
    for comes, tracks in steps:
        if comes:
            numbers.give(sorted(tracks))
            there |= tracks
        else:
            numbers.end(sorted(tracks))
            there -= tracks
        held = numbers.held(sorted(there))
        assert len(set(held)) == len(held)
        assert 0 not in held
