"""A phone's report becomes a line that the sensors room reads; no place finer than a cell."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.edge.intake.report import CELL_DEG, coarse, decode, line
from skypact.sensors.lines.sighting import SightingLine
from skypact.sensors.lines.text import record

GOOD = {"what": "drone", "azimuth_deg": 359.96, "lat_deg": -32.123456, "lon_deg": -18.987654}


def read(**changed: object) -> SightingLine:
    made = record(line(decode(msgspec.json.encode(GOOD | changed)), "observer-1"), "sightings")
    assert isinstance(made, SightingLine)
    return made


def test_it_is_a_sighting_from_magnetic_north_with_wide_errors() -> None:
    made = read(accuracy_m=400.0, elevation_deg=12.34)
    assert (made.source, made.what, made.magnetic, made.time) == ("observer-1", "drone", True, None)
    assert (made.azimuth_deg, made.azimuth_sd_deg, made.elevation_deg) == (360.0, 15.0, 12.3)
    assert made.place_sd_m == round(math.hypot(321.4, 400))
    assert read().elevation_deg is None


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_no_finer_place_than_a_cell_is_ever_in_a_line(lat: float, lon: float) -> None:
    made = read(lat_deg=lat, lon_deg=lon)
    for said, true in ((made.lat_deg, lat), (made.lon_deg, lon)):
        assert abs(said - true) <= CELL_DEG / 2 + 1e-6
        assert round((said / CELL_DEG - 0.5) % 1, 6) in (0, 1) or abs(said) in (90, 180)


def test_what_the_page_has_rounded_stays() -> None:
    assert coarse(coarse(12.3456, 90), 90) == coarse(12.3456, 90) == 12.345


@pytest.mark.parametrize(
    "changed",
    [
        *({"what": "zeppelin"}, {"azimuth_deg": 361}, {"azimuth_deg": None}, {"lat_deg": 91}),
        *({"name": "me"}, {"accuracy_m": 5_001}, {"elevation_deg": "up"}),
    ],
)
def test_anything_else_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read(**changed)
