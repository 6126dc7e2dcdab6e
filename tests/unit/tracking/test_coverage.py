import numpy as np

from skypact.core.geodesy import ecef_from_enu
from skypact.tracking.coverage import in_coverage
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR


def test_range_and_elevation_limits_decide() -> None:
    enu = np.array([[0, 50e3, 5e3], [0, 500e3, 30e3], [0, 10.0, 5e3], [0, 100.0, 0.0]])
    states = np.hstack([ecef_from_enu(enu, RADAR.origin), np.zeros((4, 3))])
    assert in_coverage(states, site_rows([RADAR])).tolist() == [True, False, False, False]
