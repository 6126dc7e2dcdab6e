import numpy as np

from skypact.core.messages import ThreatClass
from skypact.warning.threat.kinematics import kinematics
from skypact.warning.threat.memory import TrackMemory
from tests.unit.warning.world import SECOND_NS, START_NS, cruise_to_alder, state, triangle

T0 = START_NS


def observe(
    memory: TrackMemory, now_ns: int, rows: list, detection: int = 1, sd_mps: float = 2.0
) -> np.ndarray:
    """rows: (number, state)."""
    track = kinematics(
        np.array([s[0] for _, s in rows]),
        np.array([s[1] for _, s in rows]),
        np.tile(triangle(60, sd_mps), (len(rows), 1)),
    )
    n = len(rows)
    number = np.array([k for k, _ in rows], np.uint32)
    when = np.full(n, now_ns)
    return memory.observe(number, when, np.full(n, detection, np.uint8), track, 0.7, now_ns)


def test_rows_stay_sorted_and_follow_the_batch() -> None:
    memory = TrackMemory()
    slow = state(-32, -18, 500, 5, 0)
    row = observe(memory, T0, [(50, cruise_to_alder()), (7, slow), (20, cruise_to_alder())])
    assert memory.number.tolist() == [7, 20, 50]
    assert row.tolist() == [2, 0, 1]
    assert memory.held.tolist() == [ThreatClass.UNKNOWN, ThreatClass.CRUISE, ThreatClass.CRUISE]
    row = observe(memory, T0, [(30, slow), (7, slow)])
    assert memory.number.tolist() == [7, 20, 30, 50]
    assert memory.looks[row].tolist() == [1, 2]


def test_a_moment_of_other_motion_does_not_change_the_class() -> None:
    memory = TrackMemory()
    rocket, top = state(-32, -18, 5e3, 500, 0, 420), state(-32, -18, 12e3, 480, 0, 5)
    for second in range(20):
        observe(memory, T0 + second * SECOND_NS, [(1, rocket)])
    assert memory.held[0] == ThreatClass.ROCKET
    observe(memory, T0 + 23 * SECOND_NS, [(1, top)])
    assert memory.held[0] == ThreatClass.ROCKET
    for second in range(24, 60):
        observe(memory, T0 + second * SECOND_NS, [(1, top)])
    assert memory.held[0] == ThreatClass.AIRCRAFT


def test_an_answer_is_remembered_for_a_while() -> None:
    memory = TrackMemory()
    final = state(-32, -18, 600, 75, 0, -4)
    observe(memory, T0, [(1, final)], detection=4)
    for second in range(4, 24, 4):
        observe(memory, T0 + second * SECOND_NS, [(1, final)], detection=1)
    assert memory.held[0] == ThreatClass.AIRCRAFT


def test_a_class_is_told_when_new_or_changed() -> None:
    memory = TrackMemory()
    row = observe(memory, T0, [(1, cruise_to_alder())])
    assert memory.untold(row).tolist() == [0]
    row = observe(memory, T0 + SECOND_NS, [(1, cruise_to_alder())])
    assert not len(memory.untold(row))
    row = observe(memory, T0 + 60 * SECOND_NS, [(1, state(-32, -18, 11e3, 240, 0))])
    assert memory.untold(row).tolist() == [0]


def test_who_holds_a_track() -> None:
    memory = TrackMemory()
    assert memory.note_own(np.array([5, 5], np.uint32), T0).tolist() == [5]
    assert not len(memory.note_own(np.array([5], np.uint32), T0 + SECOND_NS))
    assert memory.held_by_us(5, T0 + 30 * SECOND_NS)
    assert not memory.held_by_us(5, T0 + 32 * SECOND_NS)
    assert not memory.held_by_us(6, T0)
    assert memory.note_own(np.array([5], np.uint32), T0 + 40 * SECOND_NS).tolist() == [5]


def test_a_new_number_takes_what_is_known_along() -> None:
    memory = TrackMemory()
    observe(memory, T0, [(1, cruise_to_alder()), (2, cruise_to_alder())])
    memory.rename(1, 9)
    assert memory.number.tolist() == [2, 9]
    assert memory.looks.tolist() == [1, 1]
    memory.rename(2, 9)
    memory.rename(4, 5)
    assert memory.number.tolist() == [9]
    memory.drop(np.array([9], np.uint32))
    assert memory.number.tolist() == []


def test_long_silent_tracks_are_forgotten() -> None:
    memory = TrackMemory()
    observe(memory, T0, [(1, cruise_to_alder())])
    observe(memory, T0 + 901 * SECOND_NS, [(2, cruise_to_alder())])
    assert memory.number.tolist() == [2]


def test_what_is_saved_can_be_loaded() -> None:
    memory, copy = TrackMemory(), TrackMemory()
    observe(memory, T0, [(1, cruise_to_alder()), (2, state(-32, -18, 11e3, 240, 0))])
    copy.load(memory.save())
    assert copy.save() == memory.save()
    for each in (memory, copy):
        observe(each, T0 + SECOND_NS, [(3, cruise_to_alder()), (1, cruise_to_alder())])
    assert copy.save() == memory.save()
