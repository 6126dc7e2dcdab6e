"""Reports are the engine's own states, with a covariance that grows on the way."""

import numpy as np

from skypact.core.geodesy import ecef_from_geodetic
from skypact.tracking.engine import Engine
from skypact.tracking.kernels.layout import CONFIRMED, TENTATIVE
from skypact.tracking.report import report_at
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows

SETTINGS = TrackingSettings()
AT_NS = 60_000_000_000


def engine() -> Engine:
    made = Engine(SETTINGS, site_rows(()))
    made.table.reserve(2)
    tracks = made.table.tracks
    tracks["state"][:2] = CONFIRMED, TENTATIVE
    tracks["number"][:2] = 5, 6
    tracks["time_ns"][:2] = AT_NS
    tracks["x"][:2, :3] = ecef_from_geodetic(0.8, 0.3, 9_000.0)
    tracks["x"][:2, 3:] = 100.0, 0.0, 0.0
    tracks["cov"][:2] = np.diag([100.0] * 3 + [4.0] * 3)
    tracks["weight"][:2, 1] = 1.0
    made.table.counters[0] = 2
    return made


def test_only_confirmed_tracks_are_reported() -> None:
    report = report_at(engine(), AT_NS)
    assert report.number.tolist() == [5]
    np.testing.assert_array_equal(report.covariance[0], np.diag([100.0] * 3 + [4.0] * 3))


def test_the_covariance_is_that_of_constant_velocity_with_noise() -> None:
    dt, q = 10.0, SETTINGS.flying_noise[1]
    move = np.block([[np.eye(3), dt * np.eye(3)], [np.zeros((3, 3)), np.eye(3)]])
    noise = q * np.kron([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]], np.eye(3))
    expected = move @ np.diag([100.0] * 3 + [4.0] * 3) @ move.T + noise
    report = report_at(engine(), AT_NS + 10_000_000_000)
    np.testing.assert_allclose(report.covariance[0], expected)
    assert report.state[0, 0] > report_at(engine(), AT_NS).state[0, 0]
