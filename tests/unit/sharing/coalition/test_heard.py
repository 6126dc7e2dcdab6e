"""What the receiver makes of the coalition's frames."""

import numpy as np
import pytest

from skypact.core.columns import array, pack
from skypact.core.messages import FrameRefused, Stream
from skypact.sharing.coalition.heard import why_not
from skypact.sharing.treaty.agreements import COALITION
from skypact.sharing.wire import CoalitionBody
from tests.unit.picture.flights import T0, S, state
from tests.unit.sharing.coalition.club import VIEWER, Club, entered, ready


@pytest.fixture
def club() -> Club:
    return ready()


def test_the_viewer_has_it_as_a_track_of_the_coalition(club: Club):
    entered(club)
    seen = club.tracks()[-1]
    assert seen.partner == COALITION
    assert seen.count == 1
    assert (array(seen, "detection"), array(seen, "address")) == ([0], [0])
    assert not [m for m in club.told[VIEWER] if isinstance(m, FrameRefused)]


def test_a_frame_that_comes_late_is_refused(club: Club):
    entered(club)
    old = [m for m in club.inputs[VIEWER] if getattr(m, "stream", None) is Stream.COALITION][-2]
    club.told[VIEWER].clear()
    club.handle(VIEWER, old)
    assert [m.reason for m in club.told[VIEWER] if isinstance(m, FrameRefused)]


def body(**given: object) -> CoalitionBody:
    x = np.tile(state(0, 0, 1, 1), (2, 1))
    columns = {
        "number": [40_000, 40_001], "position_ecef_m": x[:, :3], "velocity_ecef_mps": x[:, 3:],
        "position_sd_m": [5e3] * 2, "velocity_sd_mps": [1e2] * 2, "threat_class": [0, 0],
    }  # fmt: skip
    return CoalitionBody(time_ns=T0, count=2, **pack(CoalitionBody, **{**columns, **given}))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, ""),
        ({"number": [40_000, 40_000]}, "twice"),
        ({"position_ecef_m": np.ones((2, 3))}, "inside the Earth"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(given: dict, why: str):
    assert why in why_not(body(**given), T0 + S, 6.3e6)
    assert bool(why_not(body(**given), T0 + S, 6.3e6)) == bool(why)


def test_a_frame_from_the_future_or_with_broken_columns_is_refused():
    assert "future" in why_not(body(), T0 - 1, 6.3e6)
    broken = CoalitionBody(time_ns=T0, count=3, **{n: b"1" for n in CoalitionBody.COLUMNS})
    assert why_not(broken, T0, 6.3e6)
