"""The pool of system track numbers."""

import msgspec

from skypact.picture.numbers import PROVISIONAL, Numbers, NumbersState

HOUR = 3600 * 10**9


def free(_: int) -> bool:
    return False


def test_numbers_come_in_the_leased_order_and_not_again_within_the_hour():
    numbers = Numbers((7, 3, 5), HOUR)
    assert [numbers.take(0, free) for _ in range(2)] == [7, 3]
    numbers.retire(7, 10)
    assert numbers.take(20, free) == 5
    assert numbers.reused_early == 0
    assert numbers.take(10 + HOUR, free) == 7
    assert numbers.reused_early == 0


def test_an_exhausted_pool_gives_the_longest_retired_and_counts_it():
    numbers = Numbers((7, 3), HOUR)
    for number in (numbers.take(0, free), numbers.take(0, free)):
        numbers.retire(number, 10)
    assert numbers.take(20, free) == 7
    assert numbers.reused_early == 1


def test_with_every_number_in_use_tracks_get_provisional_ones():
    numbers = Numbers((7,), HOUR)
    assert numbers.take(0, free) == 7
    assert numbers.left == 0
    first = numbers.take(0, free)
    assert first == PROVISIONAL
    assert numbers.take(0, lambda n: n == PROVISIONAL + 1) == PROVISIONAL + 2


def test_a_number_that_a_partner_still_shows_is_passed_over():
    numbers = Numbers((7, 3), HOUR)
    assert numbers.take(0, lambda n: n == 7) == 3
    assert not numbers.owns(7)


def test_foreign_numbers_are_not_taken_in():
    numbers = Numbers((7,), HOUR)
    numbers.retire(99, 0)
    assert numbers.take(0, free) == 7
    assert numbers.take(0, free) >= PROVISIONAL


def test_state_survives_and_follows_a_changed_lease():
    numbers = Numbers((7, 3, 5), HOUR)
    numbers.take(0, free)
    data = msgspec.msgpack.encode(numbers.state())
    other = Numbers((7, 5, 9), HOUR)
    other.restore(msgspec.msgpack.decode(data, type=NumbersState))
    assert other.owns(7)
    assert [other.take(0, free) for _ in range(2)] == [5, 9]
