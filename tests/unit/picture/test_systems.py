"""Reports, system tracks and their numbers."""

import numpy as np

from skypact.picture.numbers import Numbers
from skypact.picture.systems import Systems, report_key

A, B, C = (report_key(i, 1) for i in range(3))


def systems(**members: int) -> Systems:
    """a, b, c: the system track of the report of each nation."""
    made = Systems(Numbers((10, 20, 30, 40), 0))
    for key, number in zip((A, B, C), (members.get(k, 0) for k in "abc"), strict=True):
        if number:
            made.reports.put([key])
            if made.exists(number):
                made.add(key, number)
            else:
                at = np.array([5])
                made.create(np.array([key]), np.array([number]), at, at, 5)
    made.drain()
    return made


def test_joining_keeps_the_lower_number_and_tells_the_successor():
    s = systems(a=50, b=40)
    assert s.joinable(50, 40)
    s.join(50, 40, 9)
    changed = s.drain()
    assert [(e.number, e.successor, e.own) for e in changed.ended] == [(50, 40, True)]
    assert [(e.number, e.successor) for e in changed.own_ended] == [(50, 40)]
    assert s.reports.keys[changed.own_moved].tolist() == [A]
    assert changed.touched == [40]
    assert s.rows_of(40).tolist() == [0, 1]


def test_two_tracks_of_one_nation_are_never_one_object():
    s = systems(a=50, b=40)
    other = report_key(1, 2)
    s.reports.put([other])
    s.add(other, 50)
    assert not s.joinable(50, 40)


def test_the_last_report_takes_the_system_track_with_it():
    s = systems(a=50, b=50)
    s.end(np.array([A]), ["no plots"], 9)
    changed = s.drain()
    assert not changed.ended
    assert [(e.number, e.successor) for e in changed.own_ended] == [(50, 0)]
    assert changed.touched == [50]
    s.end(np.array([B]), ["silent"], 10)
    assert [(e.number, e.reason, e.own) for e in s.drain().ended] == [(50, "silent", False)]
    assert len(s.systems) == 0


def test_a_chain_of_renumbering_is_told_to_its_end():
    s = systems(a=50)
    s.renumber(50, 45, "x", 9)
    s.renumber(45, 44, "x", 9)
    assert [(e.number, e.successor) for e in s.drain().ended] == [(50, 44), (45, 44)]


def test_parting_leaves_the_number_with_whom_it_belongs():
    s = systems(a=1, b=1)
    s.part(B, 9)
    assert s.reports["system"].tolist() == [10, 1]
    assert [(e.number, e.successor) for e in s.drain().ended] == [(1, 10)]


def test_parting_from_our_own_number_gives_the_partner_its_label():
    s = systems(a=10, b=10)
    assert s.fresh(0) == 20
    s.part(B, 9)
    assert s.reports["system"].tolist() != [10, 10]
    assert 1 in s.reports["system"]


def test_a_partners_lower_number_is_adopted_once():
    s = systems(a=50)
    assert s.adopt_lower(50, 60, 9) == 50
    assert s.adopt_lower(50, 45, 9) == 45
    assert s.exists(45)
    assert not s.exists(50)
