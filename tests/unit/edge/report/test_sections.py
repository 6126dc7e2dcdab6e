"""Sections tell the summary in words and tables."""

import copy

from skypact.edge.report import sections
from tests.unit.edge.report.summaries import summary


def test_what_was_never_warned_and_warned_for_nothing_is_said() -> None:
    told = copy.deepcopy(summary())
    told["nations"]["auria"]["warning"]["places_never_warned"] = ["Aurensis"]
    told["nations"]["borvia"]["false_alarms"] |= {"places_told": 2, "place_minutes": 12.5}
    said = " ".join(sections.findings(told))
    assert "Never warned of some: Aurensis." in said
    assert "2 places heard a warning though nothing came down there: 12.5 minutes" in said


def test_a_group_is_one_row() -> None:
    table = sections.threats_table(summary())
    assert table.count("<tr>") == 3
    assert "Cove, Borvia" in table


def test_tables_have_a_row_a_nation() -> None:
    for table in (sections.nations_table, sections.siap_table, sections.burden_table):
        assert table(summary()).count("<tr>") == 4


def test_no_warning_no_calibration() -> None:
    told = copy.deepcopy(summary())
    told["calibration"]["warnings"] = 0
    assert "No warning" in sections.calibration_section(told)[0]
