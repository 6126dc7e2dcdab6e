"""New sources of an area share one allowance; what no track explains is told once."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.tracking.sightings.areas import (
    CELL_RAD,
    NEW_WEIGHT_MAX,
    TELL_AGAIN_NS,
    WINDOW_NS,
    Areas,
    cells,
    middle,
)

HERE = int(cells(np.array([-0.55]), np.array([-0.31]))[0])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=30), min_size=1, max_size=12))
def test_new_sources_of_an_area_never_weigh_more_than_the_allowance(
    batches: list[list[float]],
) -> None:
    areas, spent = Areas(), 0.0
    for k, weights in enumerate(batches):
        asked = np.array(weights)
        where = np.full(len(asked), HERE)
        got = areas.capped(where, asked, np.ones(len(asked), bool), k * WINDOW_NS // 20)
        assert (got <= asked + 1e-12).all()
        spent += float(got.sum())
    assert spent <= NEW_WEIGHT_MAX + 1e-9


def test_the_allowance_is_an_area_and_a_minute_and_only_of_the_new() -> None:
    areas, many = Areas(), np.full(100, 0.5)
    new = np.ones(100, bool)
    where = np.full(100, HERE)
    assert areas.capped(where, many, new, 0).sum() == pytest.approx(NEW_WEIGHT_MAX)
    assert areas.capped(where, many, new, 1).sum() == 0
    assert areas.capped(where, many, ~new, 1).sum() == 50
    assert areas.capped(where + 1, many, new, 1).sum() == pytest.approx(NEW_WEIGHT_MAX)
    assert areas.capped(where, many, new, WINDOW_NS).sum() == pytest.approx(NEW_WEIGHT_MAX)


def note(areas: Areas, sources: list[int], weight: float, now_ns: int, what: int = 1) -> int:
    n = len(sources)
    return len(
        areas.note(
            *(np.full(n, HERE), np.array(sources, np.uint64), np.full(n, weight)),
            *(np.full(n, what), now_ns),
        )
    )


def test_people_are_told_when_enough_believed_sources_agree() -> None:
    areas = Areas()
    assert note(areas, [1, 2], 0.9, 0) == 0
    assert note(areas, [1, 2] * 20, 0.9, 1) == 0  # two are not enough, however often they say it
    assert note(areas, [5], 0.9, 2) == 1
    assert note(areas, [6, 7, 8], 0.9, 3) == 0  # told already
    assert note(areas, [1, 2, 3, 4, 5], 0.9, TELL_AGAIN_NS + WINDOW_NS) == 1


def test_a_stranger_among_many_is_no_source_and_the_window_ends() -> None:
    areas = Areas()
    assert note(areas, list(range(100)), 0.02, 0) == 0
    assert note(areas, [1, 2], 9.0, 0) == 0
    assert note(areas, [3], 0.9, WINDOW_NS) == 0


def test_as_many_false_reports_as_are_expected_are_no_news() -> None:
    areas, n = Areas(), 400
    where, weight = np.full(n, HERE), np.full(n, 0.8)
    areas.expect(where, weight, np.full(n, 0.8), 0)  # 64 of 320 by weight
    assert note(areas, list(range(80)), 0.8, 0) == 0
    assert note(areas, list(range(80, 120)), 0.8, 0) == 1


def test_what_most_weight_says_is_told() -> None:
    areas = Areas()
    n = 6
    [told] = areas.note(
        *(np.full(n, HERE), np.arange(n, dtype=np.uint64), np.full(n, 0.9)),
        *(np.array([1, 1, 1, 1, 2, 3]), 0),
    )
    assert (told.sources, told.sighted) == (6, 1)
    assert abs(told.lat_rad + 0.55) <= CELL_RAD / 2


@settings(deadline=None)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_the_middle_of_an_area_is_in_it_or_near(lat_deg: float, lon_deg: float) -> None:
    lat, lon = math.radians(lat_deg), math.radians(lon_deg)
    mid_lat, mid_lon = middle(int(cells(np.array([lat]), np.array([lon]))[0]))
    assert abs(mid_lat - lat) <= CELL_RAD / 2 + 1e-9
    assert abs(mid_lon) <= math.pi
    if abs(lat_deg) < 80 and abs(lon_deg) < 178:
        assert abs(mid_lon - lon) * math.cos(lat) <= CELL_RAD


def test_a_restored_memory_is_the_same() -> None:
    areas, other = Areas(), Areas()
    areas.capped(np.array([HERE]), np.array([0.7]), np.array([True]), 5)
    areas.expect(np.array([HERE]), np.array([0.7]), np.array([0.5]), 5)
    note(areas, [1, 2, 3, 4, 5], 0.9, 6)
    other.restore(areas.state())
    assert other.state() == areas.state()
    assert note(other, [9], 1.0, 7) == 0
