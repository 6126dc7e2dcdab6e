"""A partner's tracks that fit column by column and make no sense together."""

import msgspec
import numpy as np
import pytest

from skypact.core.columns import array
from skypact.core.messages import Stream
from skypact.sharing import tracks_in, wire
from tests.unit.picture.flights import T0, S, moved
from tests.unit.sharing.treaty import ISSUER, X, everything, opened, own, releases, sharing


def body() -> wire.TrackBody:
    room = sharing(everything())
    room.handle(own([105, 106], [X, moved(X, 60.0)], T0), T0)
    (release,) = releases(room.wake(T0 + S), Stream.TRACK)
    return opened(release)[1]


def test_a_sound_body_is_a_message_of_ours():
    assert tracks_in.why_not(body(), T0 + S) == ""
    told = tracks_in.told("auria", body(), "SECRET", ISSUER.header(T0, T0))
    assert (told.partner, told.label, told.count) == ("auria", "SECRET", 2)
    assert array(told, "number").tolist() == [105, 106]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"number": np.array([5, 5], "<u4").tobytes()}, "a track is there twice"),
        ({"ended": (1,), "successors": (2, 3)}, "successors and ended tracks are not as many"),
        ({"reporting": (5,), "terms": ()}, "terms and reported tracks are not as many"),
        ({"position_ecef_m": np.ones(6).tobytes()}, "a track inside the Earth"),
        ({"covariance": np.zeros(42).tobytes()}, "a track claims to be exact"),
    ],
)
def test_what_makes_no_sense_together_is_refused(change, why):
    assert tracks_in.why_not(msgspec.structs.replace(body(), **change), T0 + S) == why


def test_a_track_from_the_future_is_refused():
    assert tracks_in.why_not(body(), T0 - S) == "a track from the future"
