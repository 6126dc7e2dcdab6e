import numpy as np

from skypact.tracking.kernels.carry import carried
from skypact.tracking.kernels.layout import CONFIRMED, TRACK, TUNING


def test_what_falls_is_carried_down_and_what_flies_is_not() -> None:
    tracks, tuning = np.zeros(3, TRACK), np.zeros(1, TUNING)
    tracks["state"][:2] = CONFIRMED
    tracks["number"] = 7, 8, 9
    tracks["x"][:, 0] = 6.5e6
    tracks["x"][:, 4] = 300.0
    tracks["weight"][0, 0] = tracks["weight"][1, 3] = 1.0
    number, state, covariance = carried(tracks, 3, 10_000_000_000, tuning)
    assert number.tolist() == [7, 8]
    np.testing.assert_allclose(state[:, 1], 3000.0, rtol=1e-3)
    fall_mps2 = 3.986004418e14 / 6.5e6**2
    np.testing.assert_allclose(state[:, 0] - 6.5e6, [0.0, -50 * fall_mps2], rtol=1e-6)
    np.testing.assert_allclose(state[:, 3], [0.0, -10 * fall_mps2], rtol=1e-6)
    assert not covariance.any()
