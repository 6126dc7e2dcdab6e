import numpy as np
import pytest

from skypact.core.geodesy import MEAN_RADIUS_M, distance_m, geodetic_from_ecef
from skypact.exercise.routes import Routes, path

LAT = np.radians([-32.0, -32.2, -32.9, -32.9])
LON = np.radians([-16.0, -17.0, -17.1, -16.0])
HEIGHT = np.array([60.0, 60.0, 500.0, 100.0])


def one(radius_m: float = 3000.0, height_m: np.ndarray = HEIGHT) -> Routes:
    return Routes([path(LAT, LON, height_m, radius_m)], np.array([240.0]))


def sampled(routes: Routes, step_s: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    times = np.arange(0, routes.flight_s[0], step_s)
    states = [routes.state(np.array([t])) for t in times]
    return times, np.array([p[0] for p, _ in states]), np.array([v[0] for _, v in states])


def test_it_starts_and_ends_at_its_waypoints() -> None:
    routes = one()
    for time, at in ((0.0, 0), (float(routes.flight_s[0]), -1)):
        lat, lon, height = geodetic_from_ecef(routes.state(np.array([time]))[0])
        assert distance_m(lat, lon, LAT[at], LON[at])[0] < 0.01
        assert height[0] == pytest.approx(HEIGHT[at], abs=0.01)


def test_velocity_is_the_derivative_of_position() -> None:
    routes = one()
    for time in np.linspace(1, routes.flight_s[0] - 1, 200):
        before, after = (routes.state(np.array([time + d]))[0] for d in (-0.005, 0.005))
        velocity = routes.state(np.array([time]))[1]
        # Only where a corner begins or ends does the acceleration jump, never the velocity.
        assert np.abs((after - before) / 0.01 - velocity).max() < 0.6


def test_speed_is_constant_within_the_flattening() -> None:
    _, _, velocity = sampled(one())
    assert np.linalg.norm(velocity, axis=1) == pytest.approx(240.0, rel=0.005)


def test_turns_keep_to_their_radius() -> None:
    times, _, velocity = sampled(one(3000.0, np.full(4, 60.0)), 0.1)
    acceleration = np.linalg.norm(np.diff(velocity, axis=0), axis=1) / np.diff(times)
    assert acceleration.max() == pytest.approx(240.0**2 / 3000.0, rel=0.03)


def test_a_corner_is_passed_inside_and_close() -> None:
    _, position, _ = sampled(one(3000.0))
    lat, lon, _ = geodetic_from_ecef(position)
    for at in (1, 2):
        miss = distance_m(lat, lon, LAT[at], LON[at]).min()
        assert 10 < miss < 3000


def test_short_legs_get_a_tighter_turn() -> None:
    lat, lon = np.radians([0.0, 0.0, 0.05]), np.radians([0.0, 0.05, 0.05])
    routes = Routes([path(lat, lon, np.zeros(3), 50_000.0)], np.array([100.0]))
    legs_m = 2 * 0.05 * np.pi / 180 * MEAN_RADIUS_M
    assert 0.7 * legs_m < routes.length_m[0] < legs_m


def test_many_routes_fly_as_each_alone() -> None:
    paths = [path(LAT + k * 0.01, LON, HEIGHT, 2000.0) for k in range(4)]
    speeds = np.array([240.0, 50.0, 120.0, 90.0])
    times = np.array([10.0, 400.0, 1e6, 33.0])
    together, _ = Routes(paths, speeds).state(times)
    for k in range(4):
        alone, _ = Routes([paths[k]], speeds[k : k + 1]).state(times[k : k + 1])
        assert np.abs(together[k] - alone[0]).max() < 1e-6


def test_no_routes() -> None:
    position, velocity = Routes([], np.zeros(0)).state(np.zeros(0))
    assert position.shape == velocity.shape == (0, 3)
