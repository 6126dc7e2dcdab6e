"""The TRACK stream to one partner."""

from datetime import timedelta

import msgspec
import numpy as np
import pytest

from skypact.core.columns import array, fault
from skypact.core.messages import ReleaseWithheld, Stream, SystemTracksDeleted, ThreatClass
from skypact.sharing import wire
from skypact.sharing.tracks_out import Reported
from tests.unit.picture.flights import T0, S, moved, state
from tests.unit.sharing.treaty import (
    END,
    ISSUER,
    START,
    X,
    agreement,
    classes,
    clause,
    everything,
    of,
    opened,
    own,
    releases,
    sharing,
    shown,
    started,
)

FAR = state(200_000, 0, 0, 0)
FAST = {"lease_s": 3600.0}


def test_default_nothing():
    room = sharing(agreement())
    room.handle(own([105], X, T0), T0)
    out = room.wake(T0 + S)
    assert releases(out, Stream.TRACK) == []
    reasons = [(m.what, m.reason, m.withheld) for m in of(out, ReleaseWithheld)]
    assert reasons == [("track", "no clause covers its class", 1)]


COARSE = {"position_grid_m": 1_000.0, "velocity_grid_mps": 10.0}


def test_a_track_leaves_at_once_under_a_clause_that_shows_it_as_it_is():
    room = sharing(everything(**FAST))
    assert room.handle(own([105], X, T0 + S // 2), T0 + S // 2) == []
    assert room.next_wake_ns() == T0 + S // 2
    (release,) = releases(room.wake(T0 + S // 2), Stream.TRACK)
    assert array(opened(release)[1], "number").tolist() == [105]
    assert room.next_wake_ns() == T0 + S
    assert releases(room.wake(T0 + S), Stream.TRACK) == []


def test_frames_between_whole_seconds_are_a_tenth_of_a_second_apart():
    room = sharing(everything(**FAST))
    at_ns = T0 + S // 5
    room.handle(own([105], X, at_ns), at_ns)
    room.wake(at_ns)
    room.handle(own([106], FAR, at_ns + 1), at_ns + 1)
    assert room.next_wake_ns() == at_ns + S // 10
    after = sharing(everything(**FAST))
    after.restore(room.snapshot())
    assert after.next_wake_ns() == at_ns + S // 10
    out = room.wake(at_ns + S // 10)
    assert after.wake(at_ns + S // 10) == out
    (release,) = releases(out, Stream.TRACK)
    assert array(opened(release)[1], "number").tolist() == [106]


@pytest.mark.parametrize(
    "clauses",
    [
        (clause(id="1", **COARSE),),
        (clause(id="1", delay_s=10.0),),
        # What an earlier clause may decide, as it was, waits for the whole second.
        (clause(id="1", delay_s=10.0, classes=("drone",)), clause(id="2")),
        (clause(id="1", **COARSE, classes=("unknown",)), clause(id="2", classes=("cruise",))),
    ],
)
def test_what_is_rounded_or_delayed_waits_for_the_whole_second(clauses):
    room = sharing(agreement(*clauses, **FAST))
    room.handle(own([105], X, T0 + S // 2), T0 + S // 2)
    assert room.next_wake_ns() in (T0 + S // 2, T0 + S)
    if room.next_wake_ns() < T0 + S:
        assert room.wake(T0 + S // 2) == []
    assert room.next_wake_ns() == T0 + S


def test_a_suspended_or_ended_agreement_lets_nothing_go_between_seconds():
    room = sharing(agreement(clause(), valid_until=START + timedelta(days=1), **FAST))
    room.handle(own([105], X, T0 + S // 2), T0 + S // 2)
    assert room.wake(T0 + S // 2) == []


def test_a_track_leaves_on_the_whole_second_under_its_clause():
    room = sharing(everything())
    assert room.handle(own([105], X, T0 + S // 2), T0 + S // 2) == []
    (release,) = releases(room.wake(T0 + S), Stream.TRACK)
    assert release.clauses == ("auria-borvia/track",)
    frame, body = opened(release)
    assert frame.clauses == release.clauses
    assert fault(body) == ""
    assert array(body, "number").tolist() == [105]
    assert array(body, "clause").tolist() == [0]
    np.testing.assert_array_equal(array(body, "position_ecef_m")[0], X[:3])


def test_an_unchanged_track_is_refreshed_not_repeated():
    room = sharing(everything(**FAST))
    room.handle(own([105], X, T0), T0)
    seen = [bool(shown(room.wake(T0 + k * S))) for k in range(1, 12)]
    assert seen == [True, False, False, False, False] * 2 + [True]


def test_each_row_names_the_clause_that_let_it_go():
    fine = clause(id="fine", classes=("drone",))
    coarse = clause(id="coarse", position_grid_m=1e4, velocity_grid_mps=50)
    room = sharing(agreement(clause("warning", id="w"), fine, coarse))
    room.handle(classes(T0, n105=ThreatClass.DRONE), T0)
    room.handle(own([105, 117], [X, X], T0), T0)
    (release,) = releases(room.wake(T0 + S), Stream.TRACK)
    body = opened(release)[1]
    names = {
        n: release.clauses[c]
        for n, c in zip(array(body, "number"), array(body, "clause"), strict=True)
    }
    assert names == {105: "auria-borvia/fine", 117: "auria-borvia/coarse"}
    exact = dict(zip(array(body, "number"), array(body, "position_ecef_m"), strict=True))
    assert (exact[105] == X[:3]).all()
    assert (exact[117] != X[:3]).any()


def test_the_class_decides_and_unknown_is_a_class():
    room = sharing(agreement(clause(classes=("cruise",))))
    room.handle(own([105], X, T0), T0)
    assert shown(room.wake(T0 + S)) == {}
    room.handle(classes(T0 + S, n105=ThreatClass.CRUISE), T0 + S)
    assert list(shown(room.wake(T0 + 2 * S))) == [105]
    room.handle(classes(T0 + 2 * S, n105=ThreatClass.DRONE), T0 + 2 * S)
    out = room.wake(T0 + 3 * S)
    assert opened(releases(out, Stream.TRACK)[0])[1].ended == (105,)


def test_leaving_the_area_ends_the_track_for_the_partner():
    area = ((-31.0, -19.0), (-31.0, -17.5), (-33.0, -17.5), (-33.0, -19.0))
    room = sharing(agreement(clause(area_deg=area)))
    room.handle(own([105], X, T0), T0)
    assert list(shown(room.wake(T0 + S))) == [105]
    room.handle(own([105], FAR, T0 + S), T0 + S)
    out = room.wake(T0 + 2 * S)
    assert shown(out) == {}
    assert opened(releases(out, Stream.TRACK)[0])[1].ended == (105,)
    assert of(out, ReleaseWithheld)[0].reason.startswith("no clause about its class admits it")


def test_an_ending_is_told_three_times_with_its_successor():
    room = sharing(everything(**FAST))
    room.handle(own([105], X, T0), T0)
    room.wake(T0 + S)
    room.handle(own([90], X, T0 + S, ended=(105,), successors=(90,)), T0 + S)
    bodies = []
    for k in range(2, 7):
        bodies += [opened(r)[1] for r in releases(room.wake(T0 + k * S), Stream.TRACK)]
    assert [(b.ended, b.successors) for b in bodies] == [((105,), (90,))] * 3


def test_a_successor_the_partner_may_not_see_is_not_named():
    room = sharing(agreement(clause(classes=("unknown",))))
    room.handle(own([105], X, T0), T0)
    room.wake(T0 + S)
    room.handle(classes(T0 + S, n90=ThreatClass.DRONE), T0 + S)
    room.handle(own([90], X, T0 + S, ended=(105,), successors=(90,)), T0 + S)
    (release,) = releases(room.wake(T0 + 2 * S), Stream.TRACK)
    body = opened(release)[1]
    assert (body.ended, body.successors, body.count) == ((105,), (0,), 0)


def test_a_renumbered_track_keeps_its_class():
    room = sharing(agreement(clause(classes=("drone",))))
    room.handle(classes(T0, n105=ThreatClass.DRONE), T0)
    room.handle(own([105], X, T0), T0)
    gone = SystemTracksDeleted(
        **ISSUER.header(T0, T0), numbers=(105,), successors=(90,), reasons=("x",), own=(True,)
    )
    room.handle(gone, T0)
    room.handle(own([90], X, T0, ended=(105,), successors=(90,)), T0)
    assert list(shown(room.wake(T0 + S))) == [90]


def test_what_is_late_is_as_it_was_then():
    room = sharing(agreement(clause(delay_s=3.0), **FAST))
    for k in range(8):
        room.handle(own([105], moved(X, k), T0 + k * S), T0 + k * S)
        out = shown(room.wake(T0 + k * S))
        if k < 3:
            assert out == {}
        else:
            np.testing.assert_array_equal(out[105], moved(X, k - 3)[:3])


def test_a_late_track_also_ends_late():
    room = sharing(agreement(clause(delay_s=3.0), **FAST))
    room.handle(own([105], X, T0), T0)
    room.wake(T0 + 3 * S)
    room.handle(own([], np.zeros((0, 6)), T0 + 3 * S, ended=(105,), successors=(0,)), T0 + 3 * S)
    endings = [
        [opened(r)[1].ended for r in releases(room.wake(T0 + k * S), Stream.TRACK)]
        for k in range(4, 7)
    ]
    assert endings == [[], [], [(105,)]]


def test_expiry_stops_within_a_second():
    end = START + timedelta(days=13, hours=22, minutes=13, seconds=25)
    room = sharing(everything(valid_until=end, **FAST))
    until_ns = int(end.timestamp()) * S
    assert T0 < until_ns < T0 + 100 * S
    for k in range(100):
        now = T0 + k * S
        room.handle(own([105], moved(X, k), now), now)
        assert bool(shown(room.wake(now))) == (now < until_ns)
    assert end < END


def test_without_hearing_from_the_partner_the_lease_runs_out():
    room = sharing(everything(lease_s=5.0))
    seen = []
    for k in range(8):
        room.handle(own([105], moved(X, k), T0 + k * S), T0 + k * S)
        out = room.wake(T0 + k * S)
        seen.append(bool(shown(out)))
    assert seen == [True] * 6 + [False] * 2
    assert room.handle(own([105], X, T0 + 8 * S), T0 + 8 * S) == []


def test_a_new_start_tells_everything_again():
    room = sharing(everything(**FAST))
    room.handle(own([105], X, T0), T0)
    room.wake(T0 + S)
    room.handle(started(T0 + S, 2), T0 + S)
    (release,) = releases(room.wake(T0 + 2 * S), Stream.TRACK)
    assert (release.epoch, release.sequence) == (2, 1)
    assert opened(release)[1].count == 1


@pytest.mark.parametrize("count", [wire.ROWS_A_FRAME, wire.ROWS_A_FRAME + 1])
def test_many_tracks_go_in_frames_of_bounded_size(count: int):
    room = sharing(everything())
    room.handle(own(list(range(1, count + 1)), np.tile(X, (count, 1)), T0), T0)
    frames = releases(room.wake(T0 + S), Stream.TRACK)
    assert [r.sequence for r in frames] == list(range(1, len(frames) + 1))
    assert sum(opened(r)[1].count for r in frames) == count
    assert max(len(r.frame) for r in frames) < 700_000


def test_a_track_whose_class_changes_leaves_once():
    now = clause(id="now", classes=("ballistic",))
    late = clause(id="late", classes=("unknown",), delay_s=3.0)
    room = sharing(agreement(now, late, **FAST))
    for second in range(9):
        if second == 4:
            room.handle(classes(T0 + 4 * S, n105=ThreatClass.BALLISTIC), T0 + 4 * S)
        room.handle(own([105], X, T0 + second * S), T0 + second * S)
        for release in releases(room.wake(T0 + (second + 1) * S), Stream.TRACK):
            numbers = array(opened(release)[1], "number").tolist()
            assert numbers == [105]
            if second >= 4:
                assert release.clauses == ("auria-borvia/now",)


def test_what_we_report_goes_along_and_a_hand_over_is_told_twice():
    room = sharing(everything())
    terms = {"reporting": (105,), "terms": (3,)}
    for k, said in enumerate([terms, {}, {}, {}, {}]):
        if k < 2:
            now = T0 + k * S + 1
            room.handle(msgspec.structs.replace(own([105], X, T0), **said), now)
        out = room.wake(T0 + (k + 1) * S)
        bodies = [opened(r)[1] for r in releases(out, Stream.TRACK)]
        told = [(b.reporting, b.terms) for b in bodies]
        assert told == ([[((105,), (3,))], [((), ())], [((), ())], [], []][k]), k


def test_a_track_that_ended_is_reported_no_more():
    reported = Reported()
    reported.take(msgspec.structs.replace(own([105], X, T0), reporting=(105,), terms=(2,)))
    assert reported.of(np.array([105, 90])).tolist() == [2, 0]
    reported.take(own([], [], T0, ended=(105,), successors=(0,)))
    assert reported.of(np.array([105])).tolist() == [0]
