"""Own tracks as they were a while ago, and which clause lets each go."""

from skypact.core.messages import SystemTracksDeleted, ThreatClass
from skypact.sharing.lines import DelayLine, chosen, decided, refused
from skypact.sharing.treaty.policy import compiled
from tests.unit.picture.flights import T0, S, moved
from tests.unit.sharing.treaty import ISSUER, X, agreement, classes, clause, own

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
        ("outside the area, the heights or the delay of every clause", 1),
    ]
    lines[10 * S].advance(T0 + 10 * S)
    going = chosen(term, lines)
    assert [line.tracks.keys[rows].tolist() for _, line, rows in going] == [[105], [110]]
