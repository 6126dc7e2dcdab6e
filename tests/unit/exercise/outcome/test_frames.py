"""Map frames show what is there and what each nation shows."""

import numpy as np

from skypact.exercise.outcome import frames as module
from skypact.exercise.outcome.frames import frames
from skypact.exercise.outcome.tracks import track_rows
from skypact.exercise.truth import Truth
from tests.unit.exercise.played import played
from tests.unit.exercise.small import small

TRUTH = Truth(small())
SHOWN = {n: track_rows(w.rows(), np.zeros(0, np.int64))[0] for n, w in played().watches.items()}


def test_four_frames_with_objects_and_tracks() -> None:
    times = played().watches["auria"].times_s
    found = frames(TRUTH, SHOWN, times)
    assert [f["at_s"] for f in found] == sorted(f["at_s"] for f in found)
    assert len(found) == module.FRAMES
    last = found[-1]
    assert len(last["objects"]) == 3
    assert len(last["tracks"]["borvia"]) == 3
    for lat, lon in last["objects"]:
        assert -33 < lat < -31
        assert -21 < lon < -16


def test_no_instant_no_frame() -> None:
    assert frames(TRUTH, SHOWN, []) == []
