import numpy as np
import pytest

from skypact.core.messages import ThreatClass
from skypact.warning.settings import WarningSettings
from skypact.warning.threat.assess import Assessor
from tests.unit.warning.world import (
    PLACES,
    SECOND_NS,
    START_NS,
    cruise_away,
    cruise_to_alder,
    state,
    tracks,
    triangle,
)

T0 = START_NS


def assessor(**settings: object) -> Assessor:
    return Assessor(WarningSettings(**settings), PLACES)  # pyright: ignore[reportArgumentType]


def test_only_threats_and_those_asked_for_are_assessed() -> None:
    batch = tracks(
        T0,
        [(3, state(-32, -18.5, 11e3, 240, 90)), (1, cruise_to_alder()), (2, cruise_away())],
    )
    seen = assessor().observe(batch, [3], T0)
    assert [(a.track, len(a.places)) for a in seen.assessments] == [(1, 2), (2, 0), (3, 0)]
    assert seen.news.tolist() == [1, 2, 3]
    assert seen.news_class.tolist() == [
        ThreatClass.CRUISE,
        ThreatClass.CRUISE,
        ThreatClass.AIRCRAFT,
    ]
    assert ((seen.news_probability > 0.7) & (seen.news_probability <= 1)).all()


def test_the_last_of_doubled_rows_counts() -> None:
    seen = assessor().observe(tracks(T0, [(1, cruise_away()), (1, cruise_to_alder())]), [], T0)
    assert [len(a.places) for a in seen.assessments] == [2]


def test_classes_that_are_not_to_warn_do_not() -> None:
    batch = tracks(T0, [(1, cruise_to_alder())])
    assert not assessor(warn_of=("ballistic",)).observe(batch, [], T0).assessments


def test_a_track_may_have_to_be_seen_twice() -> None:
    wary = assessor(looks_min=2)
    assert not wary.observe(tracks(T0, [(1, cruise_to_alder())]), [], T0).assessments
    later = T0 + SECOND_NS
    assert wary.observe(tracks(later, [(1, cruise_to_alder())]), [], later).assessments


def test_what_threatens_now_is_kept_until_it_does_not() -> None:
    one = assessor()
    one.observe(tracks(T0, [(1, cruise_to_alder()), (2, cruise_to_alder())]), [], T0)
    assert sorted(one.found) == [1, 2]
    vague = triangle(60, 200)
    (lost,) = one.observe(tracks(T0, [(1, cruise_to_alder())], vague), [], T0).assessments
    assert lost.doubtful
    one.lose(2, 0)
    assert not one.found
    assert one.memory.number.tolist() == [1]


def test_time_to_go_counts_from_now_even_for_an_old_state() -> None:
    later = T0 + 20 * SECOND_NS
    (fresh,) = assessor().observe(tracks(T0, [(1, cruise_to_alder())]), [], T0).assessments
    (old,) = assessor().observe(tracks(T0, [(1, cruise_to_alder())]), [], later).assessments
    assert old.places[0].time_to_go_s == pytest.approx(fresh.places[0].time_to_go_s - 20)
    assert np.isclose(fresh.arrival_ns(fresh.places[0]), old.arrival_ns(old.places[0]))


def test_what_else_it_could_reach_stands_beside_what_it_heads_for_and_is_renewed() -> None:
    one = assessor()

    def look(after_s: float):
        now_ns = T0 + round(after_s * SECOND_NS)
        (found,) = one.observe(tracks(now_ns, [(1, cruise_to_alder())]), [], now_ns).assessments
        return found

    first = look(0)
    assert {p.name for p in first.places} == {"Alder", "Birch"}
    (cedar,) = first.reachable
    # Some 260 km at 1.2 times 240 m/s, and a turn.
    assert cedar.name == "Cedar"
    assert cedar.earliest_s == pytest.approx(260e3 / 288, rel=0.06)
    assert first.of_nation("cestia").reachable == (cedar,)
    assert first.of_nation("auria").reachable == ()
    assert look(1).reachable_ns == T0
    assert look(11).reachable_ns == T0 + 11 * SECOND_NS
