"""Columns of what the picture says."""

import numpy as np

from skypact.core.columns import array, fault
from skypact.core.messages import OwnTracks, SystemTracks
from tests.unit.picture.flights import T0, S, beside, moved, own, partner, picture, state, view

X = state(0, 0, 200, 0)
CALLSIGN = np.array([b"AUR123"], "S8")


def test_own_tracks_are_exactly_what_our_tracker_said():
    room = picture()
    room.handle(partner("borvia", [90], X, T0), T0)
    batch = own([1], beside(X, 30), T0, callsign=CALLSIGN)
    told = next(m for m in room.handle(batch, T0) if isinstance(m, OwnTracks))
    assert array(told, "number").tolist() == [90]
    for name in ("position_ecef_m", "velocity_ecef_mps", "covariance", "time_ns", "callsign"):
        assert getattr(told, name) == getattr(batch, name)


def test_partner_data_never_makes_own_tracks():
    room = picture()
    room.handle(own([1], X, T0), T0)
    room.handle(partner("borvia", [200], X, T0), T0)
    for k in range(1, 6):
        now = T0 + k * S
        out = room.handle(partner("borvia", [200], beside(moved(X, k), 40), now), now)
        assert not any(isinstance(m, OwnTracks) for m in [*out, *room.wake(now)])


def test_fused_tracks_lie_between_and_at_the_newest_time():
    room = picture()
    room.handle(own([1], X, T0), T0)
    now = T0 + S
    out = room.handle(partner("borvia", [200], beside(moved(X, 1), 60), now), now)
    fused = next(m for m in out if isinstance(m, SystemTracks))
    assert fault(fused) == ""
    assert array(fused, "time_ns").tolist() == [now]
    off = array(fused, "position_ecef_m")[0] - moved(X, 1)[:3]
    assert 5 < off[0] < 55


def test_the_view_is_at_now_and_says_how_old_it_is():
    room = picture()
    room.handle(own([1], X, T0, callsign=CALLSIGN), T0)
    shown = view(room.wake(T0 + 4 * S))
    assert fault(shown) == ""
    assert array(shown, "age_s").tolist() == [4.0]
    assert array(shown, "callsign").tolist() == [b"AUR123"]
    assert array(shown, "own").tolist() == [1]
    assert array(shown, "identity").tolist() == [0]
    later = view(room.wake(T0 + 20 * S))
    assert array(later, "identity").tolist() == [1]
    for name in ("position_sd_m", "horizontal_sd_m", "height_sd_m"):
        assert array(later, name) > array(shown, name) > 0
    total2 = array(shown, "position_sd_m")[0] ** 2
    assert array(shown, "horizontal_sd_m")[0] ** 2 + array(shown, "height_sd_m")[0] ** 2 <= total2


def test_an_empty_picture_is_a_picture():
    shown = view(picture().wake(T0))
    assert shown.count == 0
    assert fault(shown) == ""
