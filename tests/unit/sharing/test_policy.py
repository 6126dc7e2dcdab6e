"""The compiled table."""

import numpy as np
import pytest

from skypact.core.geodesy import within
from skypact.core.messages import Context, ThreatClass
from skypact.sharing.treaty.agreements import What
from skypact.sharing.treaty.policy import Policy, admits
from tests.unit.picture.flights import S
from tests.unit.sharing.treaty import END, START, agreement, clause

BOX = ((-30.0, -20.0), (-30.0, -10.0), (-40.0, -10.0), (-40.0, -20.0))


def ns(moment) -> int:
    return int(moment.timestamp()) * S


def test_the_table_holds_what_is_written_and_nothing_else():
    fine, warn = clause(id="1", classes=("drone",)), clause("warning", id="2", classes=("cruise",))
    term = Policy([agreement(fine, warn)], "auria", "borvia").term(ns(START))
    assert term is not None
    filled = {key: [r.name for r in rules] for key, rules in term.table.items() if rules}
    assert filled == {
        (What.TRACK, int(ThreatClass.DRONE)): ["auria-borvia/1"],
        (What.WARNING, int(ThreatClass.CRUISE)): ["auria-borvia/2"],
    }


def test_validity_is_exact():
    policy = Policy([agreement(clause())], "auria", "borvia")
    assert policy.term(ns(START) - 1) is None
    assert policy.term(ns(START)) is not None
    assert policy.term(ns(END) - 1) is not None
    assert policy.term(ns(END)) is None


def test_agreements_of_others_give_nothing():
    policy = Policy([agreement(clause(), owner="borvia", partner="auria")], "auria", "borvia")
    assert policy.terms == ()


def test_height_band_is_half_open():
    policy = Policy([agreement(clause(height_min_m=100.0, height_max_m=200.0))], "auria", "borvia")
    rule = policy.terms[0].rules[0]
    heights = np.array([99.0, 100.0, 199.0, 200.0])
    inside = admits(rule, np.zeros(4), np.zeros(4), heights)
    assert inside.tolist() == [False, True, True, False]


@pytest.mark.parametrize("shift", [0.0, 195.0])
def test_points_in_a_polygon_also_across_the_date_line(shift: float):
    corners = np.radians([(lat, (lon + shift + 180) % 360 - 180) for lat, lon in BOX])
    points = [(-35, -15), (-29, -15), (-41, -15), (-35, -21), (-35, -9), (-30.1, -10.1)]
    lat = np.radians([p[0] for p in points])
    lon = np.radians([(p[1] + shift + 180) % 360 - 180 for p in points])
    assert within(corners, lat, lon).tolist() == [True, False, False, False, False, True]


def test_a_notch_is_outside():
    notched = np.radians([(0, 0), (0, 10), (10, 10), (2, 5), (10, 0)])
    lat, lon = np.radians([8.0, 1.0]), np.radians([5.0, 5.0])
    assert within(notched, lat, lon).tolist() == [False, True]


def test_a_clause_for_another_context_is_left_out():
    drill = clause(id="1", contexts=(Context.EXERCISE,))
    rest = clause(id="2", contexts=(Context.OPERATION, Context.EXERCISE))
    treaty = agreement(drill, rest, clause(id="3"))
    for context, ids in (
        (Context.EXERCISE, ["1", "2", "3"]),
        (Context.OPERATION, ["2", "3"]),
        (Context.TEST, ["3"]),
    ):
        (term,) = Policy([treaty], "auria", "borvia", context).terms
        assert [(r.clause.id, r.at) for r in term.rules] == list(zip(ids, range(3), strict=False))
