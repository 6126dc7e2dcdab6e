"""Own tracks as they were a while ago, and which clause lets each go."""

import numpy as np

from skypact.core.messages import Identity, SystemTracksDeleted, ThreatClass
from skypact.sharing.lines import DelayLine, chosen, decided, prompt, refused
from skypact.sharing.treaty.policy import compiled
from tests.unit.picture.flights import T0, S, moved
from tests.unit.sharing.treaty import ISSUER, X, agreement, classes, clause, identified, own

DRONES = clause(id="1", classes=("drone",))
LATE = clause(id="2", delay_s=10.0)


def line(delay_s: int = 0) -> DelayLine:
    """A drone 105 and 110, which nobody has assessed, known at T0."""
    found = DelayLine(delay_s * S)
    found.feed(classes(T0, n105=ThreatClass.DRONE), T0)
    found.feed(own([105, 110], [X, moved(X, 100)], T0), T0)
    return found


def test_what_is_known_becomes_visible_after_the_delay():
    late = line(10)
    assert late.tracks.keys.tolist() == []
    late.advance(T0 + 10 * S - 1)
    assert late.tracks.keys.tolist() == []
    late.advance(T0 + 10 * S)
    assert late.tracks.keys.tolist() == [105, 110]
    assert late.threat_class().tolist() == [ThreatClass.DRONE, ThreatClass.UNKNOWN]


def test_a_class_goes_on_under_another_number():
    found = line()
    gone = SystemTracksDeleted(
        **ISSUER.header(T0, T0),
        numbers=(105,),
        reasons=("renumbered",),
        successors=(117,),
        own=(True,),
    )
    found.feed(gone, T0)
    found.feed(own([117], X, T0, ended=(105,), successors=(117,)), T0)
    assert found.tracks.keys.tolist() == [110, 117]
    assert found.threat_class().tolist() == [ThreatClass.UNKNOWN, ThreatClass.DRONE]


def test_a_state_goes_on_pending_included():
    late = line(10)
    other = DelayLine(10 * S)
    other.restore(late.state())
    other.advance(T0 + 10 * S)
    assert other.tracks.keys.tolist() == [105, 110]


def test_the_first_clause_that_admits_decides():
    term = compiled(agreement(DRONES, clause(id="2")))
    assert decided(term, line()).tolist() == [0, 1]
    assert decided(compiled(agreement(DRONES)), line()).tolist() == [0, -1]


def test_a_track_leaves_once_and_what_stays_is_counted():
    term = compiled(agreement(DRONES, LATE))
    lines = {0: line(), 10 * S: line(10)}
    going = chosen(term, lines)
    assert [(rule.clause.id, rows.tolist()) for rule, _, rows in going] == [("1", [0]), ("2", [])]
    assert refused(term, lines[0], going) == [
        ("no clause covers its class", 0),
        ("no clause about its class admits it where, when, or as what it is", 1),
    ]
    lines[10 * S].advance(T0 + 10 * S)
    going = chosen(term, lines)
    assert [line.tracks.keys[rows].tolist() for _, line, rows in going] == [[105], [110]]


def test_a_clause_can_be_about_what_we_hold_a_track_as():
    hostile = compiled(agreement(clause(identities=("hostile", "suspect"))))
    either = compiled(agreement(clause(identities=("unknown", "friend"))))
    found = line()
    assert decided(hostile, found).tolist() == [-1, -1]
    assert decided(either, found).tolist() == [0, 0]
    found.feed(identified(T0, 110, Identity.HOSTILE), T0)
    assert decided(hostile, found).tolist() == [-1, 0]
    assert [r.tolist() for _, _, r in prompt(hostile, found, np.array([1]))] == [[1]]
    assert [r.tolist() for _, _, r in prompt(hostile, found, np.array([0]))] == [[]]
    gone = SystemTracksDeleted(
        **ISSUER.header(T0, T0),
        numbers=(110,),
        reasons=("renumbered",),
        successors=(120,),
        own=(True,),
    )
    found.feed(gone, T0)
    found.feed(own([120], [X], T0, ended=(110,), successors=(120,)), T0)
    assert decided(hostile, found)[found.tracks.rows([120])].tolist() == [0]
    found.feed(identified(T0, 120, Identity.HOSTILE, ended=True), T0)
    assert decided(hostile, found).tolist() == [-1, -1]


def test_a_clause_can_be_about_what_has_detected_a_track():
    """Detected by anything else as well, it would tell of a sensor that is not agreed."""
    found = DelayLine(0)
    for number, bits in ((105, 1), (110, 3), (112, 0)):
        found.feed(own([number], [X], T0, detection=bits), T0)
    for kinds, expected in (
        (("primary",), [0, -1, -1]),
        (("primary", "secondary"), [0, 0, -1]),
        (("other",), [-1, -1, 0]),
        ((), [0, 0, 0]),
    ):
        assert decided(compiled(agreement(clause(detections=kinds))), found).tolist() == expected


def test_what_is_held_is_kept_over_a_restart():
    found, again = line(), DelayLine(0)
    found.feed(identified(T0, 110, Identity.SUSPECT), T0)
    again.restore(found.state())
    assert again.identity().tolist() == [Identity.UNKNOWN, Identity.SUSPECT]
