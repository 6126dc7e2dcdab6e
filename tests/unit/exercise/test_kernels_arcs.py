"""Flights against an integrator made by others."""

import numpy as np
from scipy.integrate import solve_ivp

from skypact.core.geodesy import EARTH_RATE_RADPS, J2, ecef_from_geodetic, enu_axes
from skypact.exercise.kernels_arcs import flights, height_above, rate

FORCES = np.array([J2, EARTH_RATE_RADPS, 1.225])


def test_a_flight_is_that_of_a_fine_integrator() -> None:
    lat, lon = np.radians([-32.0, 40.0]), np.radians([-18.0, 20.0])
    p = ecef_from_geodetic(lat, lon, np.array([25_000.0, 1_000.0]))
    v = np.einsum(
        "nji,nj->ni", enu_axes(lat, lon), [[1500.0, 300.0, 1600.0], [200.0, -700.0, 900.0]]
    )
    drag = np.array([8000.0, 3000.0])
    flight_s, impact = flights(p, v, drag, FORCES, 0.5, 7200, np.empty((0, 0, 6)))
    for i in range(2):

        def ground(_: float, s: np.ndarray) -> float:
            return height_above.py_func(*s[:3])

        ground.terminal, ground.direction = True, -1
        found = solve_ivp(
            lambda _, s, d=drag[i]: rate.py_func(tuple(s), d, *FORCES),
            (0, 3600), np.r_[p[i], v[i]], rtol=1e-10, atol=1e-6, events=ground,
        )  # fmt: skip
        assert abs(found.t_events[0][0] - flight_s[i]) < 0.01
        assert np.linalg.norm(found.y_events[0][0][:3] - impact[i]) < 5


def test_who_does_not_come_down_has_no_impact() -> None:
    p, v = np.array([[7.0e6, 0, 0]]), np.array([[0.0, 9000.0, 0]])
    flight_s, impact = flights(p, v, np.array([8000.0]), FORCES, 2.0, 100, np.empty((0, 0, 6)))
    assert np.isnan(flight_s).all()
    assert np.isnan(impact).all()
