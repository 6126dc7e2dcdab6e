"""Numbers of ASTERIX items, forth and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.sensors import asterix_fields as fields

DAY_S = 86_400


def utc(raw: int, arrival_ns: int) -> int:
    return int(fields.utc_ns(np.array([raw]), np.array([arrival_ns]))[0])


@pytest.mark.parametrize("late_s", [-30, 0, 30])
def test_time_of_day_crosses_midnight_both_ways(late_s: int) -> None:
    midnight_ns = 20_000 * fields.DAY_NS
    for offset_s in (-20, -1, 0, 1, 20):
        time_ns = midnight_ns + offset_s * 10**9
        raw = int(fields.raw_time(np.array([time_ns]))[0])
        assert utc(raw, time_ns + late_s * 10**9) == time_ns


@given(st.integers(0, 4 * 10**18), st.integers(-(10**12), 10**12))
def test_time_of_day_returns_within_half_a_unit(time_ns: int, late_ns: int) -> None:
    raw = int(fields.raw_time(np.array([time_ns]))[0])
    assert 0 <= raw < fields.TIME_OF_DAY_MAX
    if time_ns + late_ns > fields.DAY_NS:
        assert abs(utc(raw, time_ns + late_ns) - time_ns) <= fields.TIME_OF_DAY_LSB_NS // 2 + 1


@given(st.lists(st.integers(-(2**13), 2**13 - 1), min_size=1))
def test_signed_numbers_return(values: list[int]) -> None:
    raw, fits = fields.raw_quantity(np.array(values) * 0.25, 0.25, 14)
    assert fits.all()
    assert fields.sign(raw, 14).tolist() == values


def test_what_does_not_fit_is_said() -> None:
    _, fits = fields.raw_quantity(np.array([np.nan, np.inf, 8191.4, 8191.6, -8192]), 1.0, 14)
    assert fits.tolist() == [False, False, True, False, True]


@given(st.lists(st.from_regex(r"[A-Z0-9]([A-Z0-9 ]{0,6}[A-Z0-9])?", fullmatch=True), min_size=1))
def test_callsigns_return(names: list[str]) -> None:
    text = np.array([n.encode() for n in names], "S8")
    back = fields.callsigns(fields.raw_callsigns(text))
    assert back.tolist() == text.tolist()


@given(st.floats(-np.pi, np.pi, exclude_max=True))
def test_signed_angles_return(angle: float) -> None:
    raw = fields.raw_signed_angle(np.array([angle]), 30, 32)
    back = fields.sign(raw, 32)[0] * (np.pi / 2**30)
    away = abs(back - angle)
    assert min(away, 2 * np.pi - away) < 3e-9


def test_accuracy_category_never_promises_more_than_is_known() -> None:
    sd = np.array([0.5, 1.2, 1.3, 4.0, 4.1, 37.8, 1e4, 1e6])
    category = fields.nacp(sd)
    known = fields.NACP_SD_M[category]
    assert ((known >= sd) | (category == 0)).all()
    assert category.tolist() == [11, 11, 10, 10, 9, 8, 0, 0]


@given(st.integers(2 * 10**14, 4 * 10**18), st.integers(-250 * 10**9, 250 * 10**9))
def test_a_truncated_time_is_the_nearest_it_can_stand_for(time_ns: int, late_ns: int) -> None:
    whole = int(fields.raw_time(np.array([time_ns]))[0])
    cut = np.array([whole & 0xFFFF])
    found = int(fields.truncated_utc_ns(cut, np.array([time_ns + late_ns]))[0])
    since_midnight = time_ns % fields.DAY_NS
    if 600 * 10**9 < since_midnight < fields.DAY_NS - 600 * 10**9:
        assert abs(found - time_ns) <= fields.TIME_OF_DAY_LSB_NS // 2 + 1
    assert (found % fields.DAY_NS // fields.TIME_OF_DAY_LSB_NS) & 0xFFFF == cut[0]


@pytest.mark.parametrize("after_s", [-30, -1, 0, 1, 30])
@pytest.mark.parametrize("late_s", [-40, 0, 40])
def test_a_truncated_time_crosses_midnight(after_s: int, late_s: int) -> None:
    """The cycle of 512 s does not fit into a day; the last one ends after 384 s."""
    time_ns = 20_000 * fields.DAY_NS + after_s * 10**9
    cut = np.array([int(fields.raw_time(np.array([time_ns]))[0]) & 0xFFFF])
    found = fields.truncated_utc_ns(cut, np.array([time_ns + late_s * 10**9]))
    assert found.tolist() == [time_ns]
