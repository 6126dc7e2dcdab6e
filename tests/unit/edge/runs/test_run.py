import numpy as np

from skypact.core.geodesy import ecef_from_enu, enu_axes
from skypact.core.site import SensorSite
from skypact.edge.runs.run import Run, plots_ecef, rows_in_frame
from skypact.tracking.sites import site_rows

SITE = SensorSite(
    name="n", sac=1, sic=2, lat_deg=48.0, lon_deg=20.0, height_m=100.0, period_s=5.0
)  # fmt: skip


def test_rows_come_back_to_where_they_were() -> None:
    dice = np.random.default_rng(3)
    state, origin = dice.normal(0, 1e6, (4, 6)), np.array([4e6, 1e6, 5e6])
    square = dice.normal(0, 1, (4, 6, 6))
    covariance = square @ square.transpose(0, 2, 1)
    rotation = enu_axes(0.8, 0.3)
    found = [
        (np.array([1, 2, 3]), state[:3], covariance[:3]),
        (np.array([2]), state[3:], covariance[3:]),
    ]
    rows = rows_in_frame([5.0, 10.0], found, origin, rotation)
    assert rows.time_s.tolist() == [5, 5, 5, 10]
    assert rows.number.tolist() == [1, 2, 3, 2]
    np.testing.assert_allclose(rows.position_ecef_m, state[:, :3])
    np.testing.assert_allclose(rows.velocity_ecef_mps, state[:, 3:])
    np.testing.assert_allclose(rows.covariance_ecef, covariance[:, :3, :3])
    assert rows_in_frame([], [], origin, rotation).number.size == 0


def test_plots_stand_where_the_radar_saw_them() -> None:
    sites = site_rows((SITE,))
    polar = np.array([[10e3, np.pi / 2, 0.1], [10e3, 0.0, np.nan], [np.nan, 0.0, 0.0]])
    places = plots_ecef(sites, np.zeros(3, np.int64), polar)
    east = [10e3 * np.cos(0.1), 0.0, 10e3 * np.sin(0.1)]
    expected = ecef_from_enu([east, [0.0, 10e3, 0.0]], SITE.origin)
    np.testing.assert_allclose(places[:2], expected, atol=1e-6)
    assert np.isnan(places[2]).all()


def test_notes_come_in_order() -> None:
    rows = rows_in_frame([], [], np.zeros(3), np.eye(3))
    run = Run(rows, {"notes": ["b"]}, site_rows(())[:-1], (), lambda: np.zeros((0, 3)))
    assert run.noted(0.12345, ["a"]).report == {"notes": ["a", "b"], "read_s": 0.123}
