"""Sequences of what comes."""

import numpy as np

from skypact.sharing.links import DRAIN_NS, Link


def test_old_and_doubled_frames_are_dropped_and_gaps_counted():
    link = Link("borvia")
    taken = [link.track_is_new(1, n) for n in (1, 2, 2, 5, 4, 6)]
    assert taken == [True, True, False, True, False, True]
    assert link.arrived.gaps == 2


def test_a_new_epoch_counts_from_one_and_an_old_one_is_dropped():
    link = Link("borvia")
    assert link.track_is_new(1, 900)
    assert link.track_is_new(2, 1)
    assert not link.track_is_new(1, 901)
    assert link.arrived.gaps == 899


def test_a_lost_tail_is_noticed_by_the_second_heartbeat_that_promises_it():
    link = Link("borvia")
    link.track_is_new(1, 1)
    assert link.beat_is_new(1, 1, 4)
    assert link.arrived.gaps == 0
    assert link.beat_is_new(1, 2, 4)
    assert link.arrived.gaps == 3
    link.beat_is_new(1, 3, 4)
    link.track_is_new(1, 5)
    assert link.arrived.gaps == 3


def test_frames_lost_before_any_came_are_noticed():
    link = Link("borvia")
    link.beat_is_new(3, 1, 2)
    link.beat_is_new(3, 2, 2)
    assert link.arrived.gaps == 2


def test_a_replayed_heartbeat_counts_for_nothing():
    link = Link("borvia")
    assert link.beat_is_new(1, 5, 9)
    assert not link.beat_is_new(1, 5, 900)
    assert link.arrived.promised == (1, 9)


def test_view_says_what_is_on_its_way():
    link = Link("borvia")
    link.arrived.last_heard_ns = 100
    link.arrived.receipt_upto, link.arrived.warning_promised = 3, 7
    link.saw(np.array([5, 6]), (), 100)
    link.saw(np.array([6]), (5,), 110)
    view = link.view(150, 50, 12, 9)
    assert (view.alive, view.outbox, view.warnings_missing) == (True, 6, 7)
    assert (view.tracks_in, view.tracks_out) == (1, 12)
    assert not link.view(151, 50, 0, 0).alive
    link.drop_old(200, 50)
    assert len(link.tracks) == 0


def test_tracks_wait_for_the_warnings_that_waited_but_not_for_ever():
    link = Link("borvia")
    link.arrived.receipt_upto = 3
    assert not link.draining(100)
    link.resume(5, 100)
    assert link.draining(100)
    assert not link.draining(100 + DRAIN_NS)  # it may be unable to store them
    link.receipted(4, 100 + DRAIN_NS)
    assert link.draining(99 + 2 * DRAIN_NS)
    assert not link.draining(100 + 2 * DRAIN_NS)
    link.receipted(5, 101 + DRAIN_NS)
    assert not link.draining(102 + DRAIN_NS)
