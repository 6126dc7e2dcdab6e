"""What a clause allows and how versions differ, in words."""

from datetime import UTC, datetime

import pytest

from skypact.core.messages import Context
from skypact.sharing.treaty.words import (
    Change,
    allows,
    differences,
    frame_differences,
    length,
    terms,
)
from tests.unit.sharing.treaty import agreement, clause, everything

BOX = ((-30.0, -20.0), (-30.0, -14.0), (-35.0, -14.0), (-35.0, -20.0))
LARGER = ((-29.0, -21.0), (-29.0, -13.0), (-36.0, -13.0), (-36.0, -21.0))
SHIFTED = ((-30.0, -17.0), (-30.0, -11.0), (-35.0, -11.0), (-35.0, -17.0))
ROUND = {"position_grid_m": 1_000.0, "velocity_grid_mps": 20.0}


def lines(old: dict, new: dict, what: str = "track") -> list[str]:
    return [
        d.line("borvia")
        for d in differences(agreement(clause(what, **old)), agreement(clause(what, **new)))
    ]


@pytest.mark.parametrize(
    ("metres", "words"), [(500.0, "500 m"), (1_000.0, "1 km"), (1_500.0, "1.5 km")]
)
def test_lengths(metres: float, words: str):
    assert length(metres) == words


def test_all_that_a_track_clause_says():
    one = clause(area_deg=BOX, height_max_m=20_000.0, delay_s=10.0, show_callsign=True, **ROUND)
    assert terms(one) == (
        "inside an area of 4 corners, below 20 km, rounded to 1 km and 20 m/s, 10 s late, "
        "with the call sign"
    )
    assert terms(clause()) == "everywhere, in full precision, at once"
    assert allows(everything())[1] == (
        "clause warn: borvia gets warnings of class unknown, ballistic, cruise, drone, aircraft, "
        "rocket: with the predicted impact"
    )


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({}, ROUND, [Change.COARSER, Change.COARSER]),
        (ROUND, {}, [Change.FINER, Change.FINER]),
        ({}, {"delay_s": 10.0}, [Change.LATER]),
        ({"delay_s": 10.0}, {"delay_s": 5.0}, [Change.SOONER]),
        ({}, {"height_max_m": 9e3}, [Change.NARROWER]),
        ({}, {"height_min_m": 9e3}, [Change.NARROWER]),
        ({"height_min_m": 9e3}, {}, [Change.WIDER]),
        ({}, {"show_address": True}, [Change.WIDER]),
        ({"show_address": True}, {}, [Change.NARROWER]),
        ({}, {"area_deg": BOX}, [Change.NARROWER]),
        ({"area_deg": BOX}, {}, [Change.WIDER]),
        ({"area_deg": BOX}, {"area_deg": LARGER}, [Change.WIDER]),
        ({"area_deg": LARGER}, {"area_deg": BOX}, [Change.NARROWER]),
        ({"area_deg": BOX}, {"area_deg": SHIFTED}, [Change.WIDER, Change.NARROWER]),
        ({"area_deg": BOX}, {"area_deg": BOX}, []),
    ],
)
def test_a_track_clause_that_changes(old: dict, new: dict, changes: list[Change]):
    found = differences(agreement(clause(**old)), agreement(clause(**new)))
    assert [d.change for d in found] == changes


def test_an_area_over_the_date_line_grows():
    small = ((0.0, 178.0), (0.0, -178.0), (5.0, 180.0))
    large = ((-1.0, 176.0), (-1.0, -176.0), (7.0, 180.0))
    found = differences(agreement(clause(area_deg=small)), agreement(clause(area_deg=large)))
    assert [d.change for d in found] == [Change.WIDER]


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ((), ("cestia",), [Change.OTHER]),
        (("borvia",), ("borvia", "cestia"), [Change.WIDER]),
        (("borvia", "cestia"), ("borvia",), [Change.NARROWER]),
    ],
)
def test_nations_whose_warnings_are_told(old: tuple, new: tuple, changes: list[Change]):
    found = differences(
        agreement(clause("warning", for_nations=old)), agreement(clause("warning", for_nations=new))
    )
    assert [d.change for d in found] == changes


def test_classes_that_change_alike_share_a_line():
    old = agreement(clause(id="1", classes=("drone", "cruise", "rocket")))
    new = agreement(clause(id="1", classes=("rocket",)), clause(id="2", classes=("aircraft",)))
    assert [d.line("borvia") for d in differences(old, new)] == [
        "wider: borvia, track of class aircraft: also by clause 2: everywhere, in full precision, "
        "at once",
        "narrower: borvia, track of class cruise, drone: no longer by clause 1: everywhere, in "
        "full precision, at once",
    ]


def test_another_order_is_told():
    first, second = clause(id="1", area_deg=BOX), clause(id="2")
    (found,) = differences(agreement(first, second), agreement(second, first))
    assert (found.change, found.text) == (Change.OTHER, "the clauses now decide in the order 2, 1")


def test_the_words_name_what_was():
    assert lines({}, {"delay_s": 10.0}) == [
        "later: borvia, track of class aircraft, ballistic, cruise, drone, rocket, unknown: "
        "clause 1: 10 s late, was 0 s late"
    ]


def test_times_and_lease():
    old, later = everything(), datetime(2023, 12, 5, tzinfo=UTC)
    found = frame_differences(old, everything(valid_until=later, lease_s=30.0))
    assert found == [
        "wider: ends 2023-12-05 00:00:00 UTC, was 2023-12-01 00:00:00 UTC",
        "narrower: lease 30 s, was 60 s",
    ]
    assert frame_differences(old, everything(valid_from=datetime(2023, 11, 3, tzinfo=UTC))) == [
        "narrower: begins 2023-11-03 00:00:00 UTC, was 2023-11-01 00:00:00 UTC"
    ]
    assert frame_differences(old, old) == []


def test_contexts_in_words():
    drill, both = (Context.EXERCISE,), (Context.EXERCISE, Context.TEST)
    assert terms(clause(contexts=both)).endswith("at once, only in exercise and test")
    changes = [
        [
            d.change
            for d in differences(agreement(clause(contexts=a)), agreement(clause(contexts=b)))
        ]
        for a, b in (((), drill), (drill, both), (drill, (Context.TEST,)), (both, both))
    ]
    assert changes == [[Change.NARROWER], [Change.WIDER], [Change.OTHER], []]


@pytest.mark.parametrize(
    ("key", "some", "more", "words"),
    [
        ("identities", ("hostile",), ("hostile", "suspect"), "held as hostile or suspect"),
        ("detections", ("primary",), ("primary", "other"), "detected only by primary and other"),
    ],
)
def test_what_an_object_must_be_in_words(key: str, some: tuple, more: tuple, words: str):
    assert words in terms(clause(**{key: more}))
    changes = [
        [d.change for d in differences(agreement(clause(**a)), agreement(clause(**b)))]
        for a, b in (({}, {key: some}), ({key: some}, {key: more}), ({key: more}, {}))
    ]
    assert changes == [[Change.NARROWER], [Change.WIDER], [Change.WIDER]]


UNNAMED = {"for_nations": ("borvia",), "among": ("cestia", "deltia"), **ROUND}


def test_what_a_coalition_shows_in_words():
    assert terms(clause("unnamed", **UNNAMED)) == (
        "to borvia as from the coalition, rounded to 1 km and 20 m/s, while inside what the owner "
        "and cestia and deltia declare, everywhere"
    )
    assert terms(clause("coverage", classes=())) == "in cells of 50 km"
    assert allows(agreement(clause("coalition", classes=(), tracks_max=8))) == [
        "clause 1: borvia gets what the coalition sees: 8 tracks a second"
    ]


@pytest.mark.parametrize(
    ("what", "old", "new", "line"),
    [
        ("unnamed", UNNAMED, {**UNNAMED, "among": ("cestia", "deltia", "estia")}, "narrower"),
        ("unnamed", {**UNNAMED, "among": ("cestia", "estia")}, UNNAMED, "wider"),
        ("coalition", {"classes": ()}, {"classes": (), "tracks_max": 8}, "narrower"),
        ("coverage", {"classes": ()}, {"classes": (), "position_grid_m": 20_000.0}, "cells of 20"),
    ],
)
def test_differences_of_what_a_coalition_shows(what: str, old: dict, new: dict, line: str):
    assert any(line in said for said in lines(old, new, what))
