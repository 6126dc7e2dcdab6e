"""The text of an agreement's Cedar policies."""

from datetime import UTC, datetime

import cedarpy

from skypact.sharing.treaty.cedar import microseconds, policies
from tests.unit.sharing.treaty import START, agreement, clause

AREA = ((-31.0, -19.0), (-31.0, -17.0), (-33.0, -17.5))
TREATY = agreement(
    clause(id="1", classes=("drone",), area_deg=AREA, delay_s=3.0),
    clause(id="2", classes=("drone", "rocket"), position_grid_m=500.0, velocity_grid_mps=5.0),
    clause("warning", id="3", classes=("rocket",), show_impact=True),
)


def test_the_same_agreement_gives_the_same_text_and_cedar_reads_it():
    text = policies(TREATY)
    assert text == policies(TREATY)
    assert len(cedarpy.format_policies(text).split("permit (")) == 4


def test_obligations_stand_in_annotations():
    text = policies(TREATY)
    first, second, third = text.split("@id")[2:]
    assert '@delay_s("3")' in first
    assert '@area_deg("[-31.0, -19.0] [-31.0, -17.0] [-33.0, -17.5]")' in first
    assert '@position_grid_m("500")' in second
    assert '@shows("impact")' in third


def test_a_later_clause_leaves_to_an_earlier_one_what_that_admits():
    first, second, third = policies(TREATY).split("@id")[2:]
    assert "unless" not in first
    assert second.count("unless") == 1
    assert 'resource.areas.contains("1")' in second
    assert "unless" not in third


def test_times_are_exact():
    assert microseconds(START) == 1_698_796_800_000_000
    assert microseconds(datetime(2023, 1, 1, 0, 0, 0, 1, UTC)) % 10 == 1
