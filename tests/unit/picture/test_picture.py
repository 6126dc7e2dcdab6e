"""The picture room from its doors."""

import numpy as np

from skypact.core.codec import encode
from skypact.core.columns import array, pack
from skypact.core.messages import OwnTracks, SystemTracks, ThreatBatch, ThreatClass
from skypact.picture.numbers import PROVISIONAL
from tests.unit.picture.flights import (
    ISSUER,
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
    started,
    state,
    view,
)

X, Y = state(0, 0, 200, 0), state(40_000, 0, 0, 250)


def kinds(messages) -> list[str]:
    return [type(m).__name__ for m in messages]


def test_numbers_are_taken_in_order_and_kept():
    room = picture()
    first = room.handle(own([1, 2], [X, Y], T0), T0)
    assert kinds(first) == ["OwnTracks", "SystemTracks"]
    assert [numbers(m) for m in first] == [[105, 117], [105, 117]]
    again = room.handle(own([2], moved(Y, 1), T0 + S), T0 + S)
    assert [numbers(m) for m in again] == [[117], [117]]


def test_a_track_of_ours_that_ends_is_told_to_sharing_even_if_a_partner_still_sees_it():
    room = picture()
    room.handle(partner("borvia", [90], X, T0), T0)
    room.handle(own([1, 2], [X, Y], T0), T0)
    out = room.handle(ended((1, 2), T0 + S), T0 + S)
    own_tracks = next(m for m in out if isinstance(m, OwnTracks))
    assert (own_tracks.ended, own_tracks.successors, own_tracks.count) == ((90, 105), (0, 0), 0)
    assert gone(out) == [(105, 0)]
    assert numbers(view(room.wake(T0 + S))) == [90]


def test_an_ended_track_that_is_unknown_or_doubled_disturbs_nothing():
    room = picture()
    room.handle(own([1], X, T0), T0)
    assert gone(room.handle(ended((7, 1, 1), T0 + S), T0 + S)) == [(105, 0)]


def test_a_renumbered_partner_track_keeps_its_place():
    room = picture()
    room.handle(own([1], X, T0), T0)
    room.handle(partner("borvia", [200], X, T0), T0)
    now = T0 + S
    out = room.handle(partner("borvia", [105], moved(X, 1), now, (200,), (105,)), now)
    assert gone(out) == []
    assert numbers(view(room.wake(now))) == [105]


def test_a_partners_lower_number_is_adopted_and_own_tracks_say_so():
    room = picture()
    room.handle(own([1], X, T0), T0)
    out = room.handle(partner("borvia", [90], X, T0), T0)
    told = next(m for m in out if isinstance(m, OwnTracks))
    assert (numbers(told), told.ended, told.successors) == ([90], (105,), (90,))
    assert kinds(out) == ["SystemTracksDeleted", "OwnTracks", "SystemTracks"]


def test_two_nations_converge_on_the_lower_number():
    auria, borvia = picture(), picture(track_numbers=(203, 204))
    for k in range(6):
        now = T0 + k * S
        told = {}
        for room in (auria, borvia):
            out = [*room.handle(own([1], moved(X, k), now), now), *room.wake(now)]
            mine = [m for m in out if isinstance(m, OwnTracks)][-1]
            told[room] = (numbers(mine), mine.ended, mine.successors)
        for room, other in ((auria, borvia), (borvia, auria)):
            label, old, new = told[other]
            room.handle(partner("other", label, beside(moved(X, k), 350), now, old, new), now)
    assert numbers(view(auria.wake(now))) == numbers(view(borvia.wake(now))) == [105]


def test_silent_partner_tracks_coast_then_go_with_a_reason():
    room = picture(partner_hold_s=5)
    room.handle(partner("borvia", [90], X, T0), T0)
    spreads = []
    for k in range(1, 6):
        shown = view(room.wake(T0 + k * S))
        assert numbers(shown) == [90]
        spreads.append(float(array(shown, "position_sd_m")[0]))
    assert spreads == sorted(spreads)
    out = room.wake(T0 + 6 * S)
    assert gone(out) == [(90, 0)]
    assert out[0].reasons == ("no update from borvia for 5 s",)


def test_a_late_state_never_replaces_a_newer_one():
    room = picture()
    room.handle(partner("borvia", [90], moved(X, 5), T0 + 5 * S), T0 + 5 * S)
    out = room.handle(partner("borvia", [90], X, T0), T0 + 6 * S)
    fused = [m for m in out if isinstance(m, SystemTracks)]
    assert all(array(m, "time_ns").tolist() == [T0 + 5 * S] for m in fused)


def test_an_exhausted_pool_is_seen_and_its_tracks_stay_at_home():
    room = picture(track_numbers=(105,))
    out = room.handle(own([1, 2], [X, Y], T0), T0)
    assert numbers(out[0]) == [105]
    assert numbers(out[1]) == [105, PROVISIONAL]
    shown = view(room.wake(T0 + S))
    assert "1 tracks carry provisional numbers" in shown.notices[0]
    room.handle(ended((1,), T0 + 2 * S), T0 + 2 * S)
    out = room.wake(T0 + 3 * S)
    assert gone(out) == [(PROVISIONAL, 105)]
    assert numbers(next(m for m in out if isinstance(m, OwnTracks))) == [105]
    assert "within the hour" in view(out).notices[0]


def test_classes_show_in_the_view_ours_before_a_partners():
    room = picture()
    room.handle(own([1], X, T0), T0)
    room.handle(partner("borvia", [90], Y, T0, threat_class=ThreatClass.CRUISE), T0)
    assert array(view(room.wake(T0)), "threat_class").tolist() == [2, 0]
    packed = pack(ThreatBatch, number=[105, 90, 7], threat_class=[1, 3, 1], probability=[1, 1, 1])
    room.handle(ThreatBatch(**ISSUER.header(T0, T0), count=3, **packed), T0)
    assert array(view(room.wake(T0)), "threat_class").tolist() == [3, 1]


def scene(room, seconds):
    rng = np.random.default_rng(5)
    out = []
    for k in range(40):
        now = T0 + k * S
        noise = rng.normal(0, 30, (4, 6)) * ([1] * 3 + [0.05] * 3)
        states = np.stack([moved(X, k), moved(Y, k)])
        if k in seconds:
            out += room.handle(started(now), now) if k == 0 else []
            out += room.handle(own([1, 2], states + noise[:2], now), now)
            out += room.handle(partner("borvia", [90, 300], states + noise[2:], now), now)
            out += room.handle(ended((2,), now), now) if k == 25 else []
            out += room.wake(now)
    return [encode(m) for m in out]


def test_a_restored_room_continues_byte_for_byte():
    for cut in (1, 2, 5, 26):
        whole, first = picture(), picture()
        scene(whole, range(cut))
        scene(first, range(cut))
        second = picture()
        second.restore(first.snapshot())
        assert second.snapshot() == first.snapshot()
        assert second.next_wake_ns() == first.next_wake_ns()
        assert scene(second, range(cut, 40)) == scene(whole, range(cut, 40))
