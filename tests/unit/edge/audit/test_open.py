"""Frames that wait to be told by the partner's log."""

import apsw
import pytest

from skypact.edge.audit.open import (
    BEST_EFFORT_KEPT_NS,
    DURABLE_KEPT_NS,
    Arrival,
    OpenFrames,
)
from skypact.edge.audit.tables import begun
from skypact.sharing.audit.leaves import Numbered, digest

NOW = 10 * DURABLE_KEPT_NS
ONE, OTHER = Numbered("track", 1, 5, digest(b"one")), Numbered("track", 1, 5, digest(b"other"))
WARNING = Numbered("warning", 1, 5, digest(b"warning"))


@pytest.fixture
def db() -> apsw.Connection:
    return begun(apsw.Connection(":memory:")).db


def test_what_came_is_settled_once(db):
    frames = OpenFrames(db, "borvia", NOW)
    assert frames.arrived(ONE, 7, told=False) is Arrival.NEW
    assert frames.arrived(ONE, 7, told=False) is Arrival.AGAIN
    assert frames.arrived(OTHER, 7, told=False) is Arrival.OTHER
    assert OpenFrames(db, "cestia", NOW).came(ONE) is None
    assert frames.came(ONE) == ONE.digest
    assert frames.came(ONE) is None
    assert frames.arrived(ONE, 7, told=True) is Arrival.AGAIN


def test_what_is_told_first_is_compared_when_it_comes(db):
    frames = OpenFrames(db, "borvia", NOW)
    frames.claimed(ONE)
    assert frames.arrived(ONE, 7, told=True) is Arrival.NEW
    frames.claimed(ONE)
    assert frames.arrived(OTHER, 7, told=True) is Arrival.OTHER


def test_a_frame_is_overdue_only_after_its_time(db):
    frames = OpenFrames(db, "borvia", NOW)
    frames.arrived(ONE, 7, told=False)
    assert frames.overdue(7) is None
    assert frames.overdue(8) == ("came", ONE)
    frames.forget(8)
    assert frames.overdue(100) is None


def test_a_warning_must_be_told_once_the_partner_says_it_has_it(db):
    frames = OpenFrames(db, "borvia", NOW)
    frames.sent(WARNING)
    frames.sent(ONE)
    assert frames.overdue(NOW) is None
    frames.confirmed(4, 50)
    assert frames.overdue(NOW) is None
    frames.confirmed(5, 50)
    frames.confirmed(9, 90)
    assert frames.overdue(50) is None
    assert frames.overdue(51) == ("went", WARNING)


def test_frames_of_earlier_runs_are_lost_but_no_warning(db):
    frames = OpenFrames(db, "borvia", NOW)
    for frame in (ONE, WARNING, ONE._replace(epoch=2)):
        frames.arrived(frame, 7, told=False)
    assert frames.lost(2) == 1
    assert frames.came(WARNING) == WARNING.digest
    assert frames.came(ONE._replace(epoch=2)) == ONE.digest


def test_what_is_told_and_never_comes_is_forgotten_too(db):
    OpenFrames(db, "borvia", NOW).claimed(WARNING)
    OpenFrames(db, "borvia", NOW).claimed(ONE)
    later = OpenFrames(db, "borvia", NOW + BEST_EFFORT_KEPT_NS + 1)
    later.prune()
    assert later.arrived(ONE._replace(digest=bytes(32)), 7, told=True) is Arrival.AGAIN
    assert later.arrived(WARNING._replace(digest=bytes(32)), 7, told=True) is Arrival.OTHER
    OpenFrames(db, "borvia", NOW).claimed(WARNING)
    OpenFrames(db, "borvia", NOW + DURABLE_KEPT_NS + 1).prune()
    assert db.execute("SELECT count(*) FROM audit_open").get == 0


def test_what_was_forgotten_excuses(db):
    frames = OpenFrames(db, "borvia", NOW)
    frames.sent(ONE)
    frames.sent(WARNING)
    later = OpenFrames(db, "borvia", NOW + BEST_EFFORT_KEPT_NS + 1)
    later.sent(ONE._replace(sequence=6))
    later.prune()
    assert later.went(ONE) is None
    assert later.excused(ONE)
    assert not later.excused(ONE._replace(sequence=6))
    assert not later.excused(ONE._replace(epoch=2))
    assert later.went(WARNING) == WARNING.digest
    assert later.went(ONE._replace(sequence=6)) == ONE.digest
