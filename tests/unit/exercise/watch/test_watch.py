"""A watch keeps samples of the picture, what people were told, and what left."""

import numpy as np

from skypact.exercise.watch.watch import Watch
from tests.unit.exercise.played import played


def test_the_picture_is_sampled_at_its_step() -> None:
    watch = played().watches["borvia"]
    assert watch.times_s == [5.0 * k for k in range(1, 24)]
    rows = watch.rows()
    assert {len(column) for column in rows.values()} == {rows["time_s"].size}
    assert rows["velocity_enu_mps"].shape == (rows["time_s"].size, 3)
    assert watch.tracks_max == [3, 0]


def test_a_warning_is_kept_with_when_each_place_was_named() -> None:
    (told,) = played().watches["auria"].told.values()
    assert told.first.origin == "borvia"
    assert set(told.place_ns) == {"Aurensis"}
    assert told.place_ns["Aurensis"] == told.first_ns
    assert told.steps[0].event == "warning_raised"
    assert "warning_acknowledged" in [step.event for step in told.steps]


def test_the_track_of_a_warning_is_where_the_picture_shows_it() -> None:
    told = [t for t in played().watches["borvia"].told.values() if t.first.nation == "borvia"]
    assert [t.near is not None for t in told] == [True, True, True]
    assert all(0 <= t.near_ns - t.first_ns + 1e9 < 5e9 for t in told)


def test_what_leaves_is_counted_by_partner() -> None:
    sent = played().watches["borvia"].sent
    assert {partner for partner, _ in sent} == {"auria", "keystone"}
    assert all(frames > 0 and size > frames for frames, size in sent.values())


def test_a_node_that_showed_nothing_has_no_rows() -> None:
    rows = Watch("auria", 0, 5.0).rows()
    assert rows["time_s"].size == 0
    assert np.concatenate([rows["velocity_enu_mps"], np.zeros((1, 3))]).shape == (1, 3)
