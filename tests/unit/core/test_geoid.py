"""Undulations against those that EGM96's own program prints."""

import numpy as np
import pytest

from skypact.core.geoid import undulation_m

# lat, lon in degrees, undulation in m: the published sample output of the model's F477 program.
PUBLISHED = [
    (38.6281550, 269.7791550, -31.628),
    (-14.6212170, 305.0211140, -2.969),
    (46.8743190, 102.4487290, -43.575),
    (-23.6174460, 133.8747120, 15.871),
    (38.6254730, 359.9995000, 50.066),
    (-0.4667440, 0.0023000, 17.329),
]


@pytest.mark.parametrize(("lat_deg", "lon_deg", "expected_m"), PUBLISHED)
def test_published_values(lat_deg: float, lon_deg: float, expected_m: float) -> None:
    for turn in (0, -360, 360):
        found = undulation_m(np.radians(lat_deg), np.radians(lon_deg + turn))
        assert float(found) == pytest.approx(expected_m, abs=0.6)


def test_poles_seam_and_shape() -> None:
    lat, lon = (
        np.radians([[90.0, -90.0], [90.0, -90.0]]),
        np.radians([[0.0, 10.0], [-170.0, 200.0]]),
    )
    np.testing.assert_allclose(undulation_m(lat, lon), [[13.6, -29.5], [13.6, -29.5]], atol=0.06)
    west, east = undulation_m([0.3, 0.3], [-1e-9, 1e-9])
    assert west == pytest.approx(east, abs=1e-3)


def test_no_number_gives_no_number() -> None:
    assert np.isnan(undulation_m([np.nan, 0.1], [0.1, np.inf])).all()
