"""Times and units of lines."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from skypact.sensors.lines import fields


def test_a_time_is_seconds_or_text_or_the_arrival() -> None:
    assert fields.time_ns(None, 7) == 7
    assert fields.time_ns(1_790_000_000.25, 0) == 1_790_000_000_250_000_000
    spoken = datetime(2026, 9, 21, 14, 13, 20, 123_457, UTC)
    assert fields.time_ns(spoken, 0) == 1_790_000_000_123_457_000
    there = spoken.astimezone(timezone(timedelta(hours=3)))
    assert fields.time_ns(there, 0) == 1_790_000_000_123_457_000
    assert fields.time_ns(datetime(1969, 12, 31, 23, 59, 59, 500_000, UTC), 0) == -500_000_000


def test_azimuths_are_within_a_turn() -> None:
    found = fields.azimuths([-90, 0, 360, -1e-14, None])
    assert np.degrees(found[:3]) == pytest.approx([270, 0, 0])
    assert 0 <= found[3] <= 6.2831853071795872
    assert np.isnan(found[4])


def test_what_is_missing_is_nan_or_nothing() -> None:
    assert np.isnan(fields.measured([None, 2.0])).tolist() == [True, False]
    assert fields.addresses(["", "3C660c"]).tolist() == [0, 0x3C660C]
    assert fields.callsigns(["", " dlh1 "]).tolist() == [b"", b"DLH1"]
