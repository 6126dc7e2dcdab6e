"""Each number is leased once, whatever nations ask and hold."""

from hypothesis import given
from hypothesis import strategies as st

from skypact.sharing.umbrella.pool import LEASE_MAX, Pool

NATIONS = ("auria", "borvia", "cestia")
ASKS = st.lists(
    st.tuples(
        st.sampled_from(NATIONS), st.integers(1, 40), st.lists(st.integers(1, 60), max_size=5)
    ),
    max_size=30,
)


@given(ASKS, st.booleans())
def test_no_number_is_leased_twice_nor_one_that_another_holds(asks, restarts) -> None:
    pool, leased, held = Pool(range(1, 61), 3), dict[int, str](), dict[int, str]()
    for nation, wanted, numbers in asks:
        pool.note_held(nation, numbers)
        for number in numbers:
            held.setdefault(number, nation)
        got = pool.lease(nation, wanted)
        assert len(got) <= wanted
        assert not leased.keys() & set(got)
        assert not held.keys() & set(got)
        leased |= dict.fromkeys(got, nation)
        if restarts:
            state, pool = pool.state(), Pool(range(1, 61), 3)
            pool.restore(state)


def test_numbers_go_in_the_order_of_the_pool_and_leave_others_their_share() -> None:
    pool = Pool((9, 3, 7, 1, 5, 2), 2)
    assert pool.lease("auria", 2) == (9, 3)
    assert pool.lease("auria", 5) == (7,)
    assert pool.lease("auria", 5) == ()
    assert pool.lease("borvia", 9) == (1, 5, 2)
    assert pool.lease("borvia", 1) == ()


def test_a_lease_has_a_limit() -> None:
    assert len(Pool(range(5_000), 1).lease("auria", 4_000)) == LEASE_MAX
