"""Two versions of an agreement on the same tracks and warnings."""

import numpy as np

from skypact.core.messages import ThreatClass, WarningAcknowledged, WarningUpdated
from skypact.sharing.asked.trial import Trial, Tried
from skypact.sharing.treaty.agreements import Agreement, What
from tests.unit.picture.flights import T0, S, moved, state
from tests.unit.sharing.treaty import X, agreement, classes, clause, own, raised, sharing, told

ROUND = {"position_grid_m": 1_000.0, "velocity_grid_mps": 20.0}
FAR = state(200_000, 0, 0, 0)


def trial(old: Agreement, new: Agreement, seconds: int = 3) -> Trial:
    """Two tracks for some seconds, a drone that moves and an aircraft that is seen once."""
    found = Trial(old, new)
    found.take(classes(T0, n105=ThreatClass.DRONE, n110=ThreatClass.AIRCRAFT))
    found.take(own([110], FAR, T0))
    for k in range(seconds):
        found.take(own([105], moved(X, k), T0 + k * S))
        found.second()
    return found


def effects(old: Agreement, new: Agreement) -> list[tuple[str, int, int]]:
    return [(e.change, e.updates, e.about) for e in trial(old, new).effects()]


DRONES = agreement(clause(classes=("drone",)))


def test_the_same_text_makes_no_difference():
    found = trial(DRONES, DRONES)
    assert found.updates[What.TRACK] == 4
    assert found.lines() == ["no difference for 4 track updates and 0 warning updates"]


def test_what_newly_leaves_and_no_longer_does():
    aircraft = agreement(clause(classes=("aircraft",)))
    assert effects(DRONES, aircraft) == [("newly leave", 1, 1), ("no longer leave", 3, 1)]


def test_coarser_later_and_with_other_fields():
    new = agreement(clause(classes=("drone",), delay_s=5.0, show_callsign=True, **ROUND))
    changes = ["leave coarser", "leave later", "leave with more fields"]
    assert [c for c, n, _ in effects(DRONES, new)] == changes
    assert [c for c, n, _ in effects(new, DRONES)] == [
        "leave finer",
        "leave sooner",
        "leave with fewer fields",
    ]
    assert trial(DRONES, new).lines()[0] == "3 of 4 track updates would leave coarser (of 1 track)"


def test_only_what_another_clause_decides_counts():
    south = ((-40.0, -25.0), (-40.0, -10.0), (-32.001, -10.0), (-32.001, -25.0))
    split = agreement(clause(id="0", area_deg=south, **ROUND), clause(classes=("drone",)))
    assert effects(DRONES, split) == []


def test_warnings_by_nation():
    old = agreement(clause("warning"))
    new = agreement(clause("warning", for_nations=("cestia",)))
    found = Trial(old, new)
    found.take(raised(T0))
    found.take(told(WarningUpdated, T0, version=2))
    found.take(raised(T0, warning_id="w2", nation="cestia"))
    found.take(raised(T0, warning_id="w3", origin="cestia"))
    found.take(told(WarningAcknowledged, T0, version=3))
    assert found.lines() == [
        "1 of 3 warning updates would newly leave (of 1 warning)",
        "2 of 3 warning updates would no longer leave (of 1 warning)",
    ]


def test_the_room_beside_answers_as_if_alone():
    room, alone = sharing(DRONES), sharing(DRONES)
    found = Trial(DRONES, DRONES)
    both = Tried(room, found)
    news = [classes(T0, n105=ThreatClass.DRONE), own([105], X, T0)]
    for message in news:
        assert both.handle(message, T0) == alone.handle(message, T0)
    assert both.next_wake_ns() == alone.next_wake_ns()
    assert both.wake(T0 + S) == alone.wake(T0 + S)
    assert both.snapshot() == alone.snapshot()
    assert found.updates[What.TRACK] == 1
    other = Tried(sharing(DRONES), found)
    other.restore(both.snapshot())
    assert other.snapshot() == both.snapshot()
    assert np.all(found.updates[What.WARNING] == 0)
