import numpy as np
import pytest

from skypact.core.geodesy import ecef_from_geodetic
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR


def test_radars_become_rows_and_the_last_row_stands_for_reports() -> None:
    rows = site_rows([RADAR])
    assert rows["radar"].tolist() == [1, 0]
    np.testing.assert_allclose(rows["position"][0], ecef_from_geodetic(*RADAR.origin))
    np.testing.assert_allclose(rows["rotation"][0] @ rows["rotation"][0].T, np.eye(3), atol=1e-12)
    assert rows["period_ns"][0] == 5_000_000_000
    depth, span = RADAR.range_max_m - RADAR.range_min_m, rows["elevation_span"][0]
    volume = 2 * np.pi * depth * span
    assert rows["false_density"][0] * volume == pytest.approx(RADAR.clutter_per_scan)
    assert span == pytest.approx(np.radians(21))
