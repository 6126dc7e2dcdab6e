"""Who reports an object, seen from one nation."""

import msgspec
import numpy as np
import pytest

from skypact.core.columns import array
from skypact.core.messages import LinkState, LinkView, OwnTracks, PictureView
from skypact.picture.responsibility import ranks
from tests.unit.picture.flights import ISSUER, T0, S, moved, own, partner, picture, state

X = state(0, 0, 200, 0)
FINE, GOOD, POOR = 14, 9, 5


def theirs(now_ns: int, k: float, quality: int, term: int = 0):
    said = {"reporting": (105,), "terms": (term,)} if term else {}
    batch = partner("borvia", [105], moved(X, k), now_ns)
    return msgspec.structs.replace(batch, quality=bytes([quality]), **said)


def links(now_ns: int, alive: bool):
    state = LinkState(
        partner="borvia", alive=alive, last_heard_ns=0, tracks_in=0, tracks_out=0, gaps=0, outbox=0
    )
    return LinkView(**ISSUER.header(now_ns, now_ns), links=(state,))


def reporter(messages) -> str:
    shown = [m for m in messages if isinstance(m, PictureView)][-1]
    return shown.reporters[array(shown, "reporter")[0]]


def told(messages) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(m.reporting, m.terms) for m in messages if isinstance(m, OwnTracks)]


def fly(room, seconds: int, quality: int, term: int, start: int = 1):
    """Go on for so long with a partner's track of this quality; return all that was told."""
    out = []
    for k in range(start, start + seconds):
        now = T0 + k * S
        out += room.handle(own([1], moved(X, k), now), now)
        out += room.handle(theirs(now, k, quality, term), now)
        out += room.wake(now)
    return out


def test_what_only_we_see_we_report_at_once() -> None:
    room = picture()
    out = room.handle(own([1], X, T0), T0)
    assert told(out) == [((105,), (1,))]
    assert reporter(room.wake(T0)) == "auria"


def test_of_two_who_report_the_higher_term_stays() -> None:
    room = picture()
    room.handle(own([1], X, T0), T0)
    out = fly(room, 1, GOOD, term=2)
    assert reporter(out) == "borvia"
    assert told(out)[-1] == ((), ())


def test_on_equal_terms_both_sides_choose_the_same() -> None:
    numbers, who = np.full(2, 105), np.array([0, 1])
    here = ranks(numbers, ("auria", "borvia"), who)
    there = ranks(numbers, ("borvia", "auria"), who)
    assert here.tolist() == there[::-1].tolist()
    many = np.arange(1, 200)
    first = ranks(many, ("auria", "borvia"), np.zeros(199, np.int64))
    wins = (first > ranks(many, ("auria", "borvia"), np.ones(199, np.int64))).sum()
    assert 60 < wins < 140


def test_a_better_track_takes_over_after_a_minute_and_three_looks() -> None:
    room = picture()
    room.handle(own([1], X, T0), T0)
    fly(room, 59, GOOD, term=2)
    assert reporter(room.wake(T0 + 59 * S)) == "borvia"
    out = fly(room, 5, POOR, term=2, start=60)
    assert reporter(out) == "auria"
    assert ((105,), (3,)) in told(out)


def test_what_did_not_keep_an_object_does_not_take_it_back() -> None:
    room = picture()
    room.handle(own([1], X, T0), T0)
    assert reporter(fly(room, 80, POOR, term=2)) == "borvia"


@pytest.mark.parametrize("quality", [GOOD, FINE])
def test_a_little_better_is_not_enough(quality: int) -> None:
    room = picture()
    room.handle(own([1], X, T0), T0)
    assert reporter(fly(room, 80, quality, term=2)) == "borvia"


def test_who_is_no_longer_heard_reports_nothing() -> None:
    room = picture()
    room.handle(own([1], X, T0), T0)
    fly(room, 3, GOOD, term=2)
    now = T0 + 4 * S
    out = [*room.handle(links(now, alive=False), now), *room.wake(now), *room.wake(now + S)]
    assert reporter(out[-1:]) == "auria"
    assert ((105,), (3,)) in told(out)
    back = fly(room, 1, GOOD, term=2, start=6)
    room.handle(links(T0 + 6 * S, alive=True), T0 + 6 * S)
    assert reporter(back) == "auria"


def test_a_snapshot_carries_who_reports() -> None:
    room, copy = picture(), picture()
    room.handle(own([1], X, T0), T0)
    fly(room, 3, FINE, term=2)
    copy.restore(room.snapshot())
    assert fly(copy, 70, POOR, 2, start=4) == fly(room, 70, POOR, 2, start=4)
