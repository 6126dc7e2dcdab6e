import numpy as np

from skypact.tracking.kernels.layout import HIT, POINT
from skypact.tracking.registration.kernels.register import BIASES, place_hits
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, straight

ROWS = site_rows([RADAR])


def placed(raw: np.ndarray, sensor: int, place: np.ndarray, bias: np.ndarray) -> np.ndarray:
    hit, point = np.zeros(1, HIT), np.zeros(1, POINT)
    hit["raw"], hit["sensor"], hit["place"], hit["time_ns"] = raw, sensor, place, T0_NS
    hit["noise_var"] = ROWS["noise_var"][0] if sensor == 0 else 25.0
    assert place_hits(hit, ROWS, bias, np.ones((1, 3)), point) == 1
    return point[0]


def test_biases_are_taken_off_and_the_clock_is_set_back() -> None:
    truth = straight([0.0])
    bias = np.array([[300.0, 0.0, 0.004, -0.002, 1.5, 10.0, -20.0, 5.0]])
    raw = polar(RADAR, truth - bias[0, 5:] @ ROWS["rotation"][0]) + bias[0, [0, 2, 3]]
    point = placed(raw[0], 0, truth[0], bias)
    np.testing.assert_allclose(point["x"], truth[0], atol=1e-6)
    assert point["time_ns"] == T0_NS - 1_500_000_000


def test_a_height_not_measured_is_that_of_the_track() -> None:
    truth = straight([0.0])
    raw = polar(RADAR, truth)[0]
    raw[2] = np.nan
    np.testing.assert_allclose(
        placed(raw, 0, truth[0], np.zeros((1, BIASES)))["x"], truth[0], atol=1e-6
    )


def test_axes_are_orthonormal_and_the_covariance_follows_them() -> None:
    truth = straight([0.0])
    for sensor, raw in ((0, polar(RADAR, truth)[0]), (1, truth[0])):
        point = placed(raw, sensor, truth[0], np.zeros((1, BIASES)))
        np.testing.assert_allclose(point["axes"] @ point["axes"].T, np.eye(3), atol=1e-12)
        along = point["axes"] @ point["cov"] @ point["axes"].T
        sd = np.sqrt(ROWS["noise_var"][0]) if sensor == 0 else np.full(3, 5.0)
        np.testing.assert_allclose(np.sqrt(np.diag(along)), sd * point["lever"], rtol=1e-9)
