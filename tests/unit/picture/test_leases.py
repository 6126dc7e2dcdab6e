"""The coordinator is asked early, once, and not again before it had time to find more."""

from skypact.core.ids import Issuer
from skypact.core.messages import Context, NumbersLeased
from skypact.picture.leases import AGAIN_NS, Leases
from skypact.picture.numbers import Numbers
from skypact.picture.settings import PictureSettings

ISSUER = Issuer("auria", "picture", Context.EXERCISE)
HOUR_NS = 3_600_000_000_000


def leases(count: int, *, asks: bool = True) -> tuple[Leases, Numbers]:
    settings = PictureSettings(asks=asks, number_reserve=5, number_lease=10)
    numbers = Numbers(tuple(range(100, 100 + count)), HOUR_NS)
    return Leases(ISSUER, settings, numbers), numbers


def leased(*numbers: int) -> NumbersLeased:
    return NumbersLeased(**ISSUER.header(0, 0), coordinator="keystone", numbers=numbers)


def test_one_with_enough_says_only_what_it_holds_and_only_once() -> None:
    room, numbers = leases(8)
    (told,) = room.look(0)
    assert (told.wanted, told.held) == (0, tuple(range(100, 108)))
    assert room.look(1) == []
    for _ in range(4):
        numbers.take(1, lambda _: False)
    (asked,) = room.look(2)
    assert asked.wanted == 10
    assert room.look(3) == []
    room.take(leased(*range(500, 510)), 4)
    assert numbers.ready(4) == 14
    assert room.look(5) == []
    assert numbers.held == (*range(100, 108), *range(500, 510))


def test_when_none_are_left_it_waits_before_it_asks_again() -> None:
    room, _ = leases(0)
    assert room.look(0)[0].wanted == 10
    room.take(leased(), 1)
    assert room.look(AGAIN_NS) == []
    assert len(room.look(1 + AGAIN_NS)) == 1


def test_one_without_a_coordinator_never_asks() -> None:
    room, _ = leases(0, asks=False)
    assert room.look(0) == []


def test_a_number_given_within_the_hour_does_not_count_as_ready() -> None:
    room, numbers = leases(6)
    room.look(0)
    number = numbers.take(0, lambda _: False)
    numbers.retire(number, 0)
    other = numbers.take(0, lambda _: False)
    numbers.retire(other, 0)
    assert numbers.ready(HOUR_NS - 1) == 4
    assert room.look(HOUR_NS - 1)[0].wanted == 10
    assert numbers.ready(HOUR_NS) == 6


def test_a_lease_is_in_the_snapshot_and_taken_once() -> None:
    room, numbers = leases(2)
    room.look(0)
    room.take(leased(7, 8, 100), 1)
    room.take(leased(7, 8), 2)
    assert numbers.held == (100, 101, 7, 8)
    again, pool = leases(2)
    pool.restore(numbers.state())
    again.restore(room.state())
    assert pool.held == numbers.held
    assert pool.ready(0) == 4
    assert again.look(3)[0].held == room.look(3)[0].held == numbers.held
