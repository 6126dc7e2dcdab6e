"""Polygons on the Earth."""

import numpy as np
import pytest

from skypact.core.geodesy import off_area_m, within

SQUARE = np.radians([[0.0, 179.0], [0.0, -179.0], [2.0, -179.0], [2.0, 179.0]])


def test_an_area_may_cross_the_date_line() -> None:
    lat, lon = np.radians([[1, 1, 1, 3], [179.5, -179.5, 170, 180]])
    assert within(SQUARE, lat, lon).tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "expected_km"),
    [(1.0, 180.0, 0.0), (3.0, 180.0, 111.2), (1.0, 178.0, 111.2), (3.0, 178.0, 157.2)],
)
def test_distance_to_an_area_over_edges_and_corners(
    lat_deg: float, lon_deg: float, expected_km: float
) -> None:
    found = off_area_m(SQUARE, float(np.radians(lat_deg)), float(np.radians(lon_deg)))
    assert found / 1000 == pytest.approx(expected_km, abs=0.3)
