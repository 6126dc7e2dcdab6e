"""Sightings of lines: true north, and sources as numbers."""

import numpy as np
import pytest

from skypact.core.columns import pack
from skypact.core.messages import Sighted, Sightings
from skypact.sensors.lines.magnetic import declination_rad
from skypact.sensors.lines.sighting import SightingLine, columns, pseudonym

TIME_S = 1_790_000_000


def line(**changed: object) -> SightingLine:
    base = {"source": "a", "lat_deg": -32.0, "lon_deg": -18.0, "azimuth_deg": 10.0}
    return SightingLine(**(base | changed))  # type: ignore[arg-type]


def test_a_compass_is_corrected_to_true_north() -> None:
    made = columns([line(), line(magnetic=True)], np.array([TIME_S * 10**9] * 2))
    pack(Sightings, **made)
    off = declination_rad(-32, -18, TIME_S)
    assert np.degrees(off) == pytest.approx(-23.4, abs=0.2)
    assert made["azimuth_rad"][0] == pytest.approx(np.radians(10))
    assert made["azimuth_rad"][1] == pytest.approx(np.radians(10) + off + 2 * np.pi)


def test_what_it_is_and_how_it_was_perceived() -> None:
    made = columns([line(what="missile", signal_speed_mps=340.0), line()], np.array([1, 2]))
    assert made["sighted"].tolist() == [Sighted.MISSILE, Sighted.OTHER]
    assert made["signal_speed_mps"][0] == 340
    assert np.isnan(made["signal_speed_mps"][1])


def test_names_become_numbers_that_stay() -> None:
    assert pseudonym("a") == pseudonym("a") != pseudonym("b")
    assert len({pseudonym(f"m{i}") for i in range(14_000)}) == 14_000
