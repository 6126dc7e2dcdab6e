"""The fall against an independent integrator and against what theory says."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from skypact.core.geodesy import EARTH_RATE_RADPS, GM_M3PS2, J2, SEMI_MAJOR_AXIS_M
from skypact.core.geodesy import geodetic_from_ecef as geodetic
from skypact.warning.threat.kernels_fall import DENSITY_KGPM3, SCALE_HEIGHT_M, fall
from tests.unit.warning.world import state


def oracle(p: np.ndarray, v: np.ndarray, drag: float) -> tuple[np.ndarray, float]:
    """Integrate in vectors, with the geodetic height, to 1e-10."""
    turn = np.array([0, 0, EARTH_RATE_RADPS])

    def rate(_: float, s: np.ndarray) -> np.ndarray:
        x, u = s[:3], s[3:]
        r = np.linalg.norm(x)
        z2 = (x[2] / r) ** 2
        pull = -GM_M3PS2 / r**3 * x
        oblate = (
            -1.5 * J2 * GM_M3PS2 * SEMI_MAJOR_AXIS_M**2 / r**5 * x
            * np.array([1 - 5 * z2, 1 - 5 * z2, 3 - 5 * z2])
        )  # fmt: skip
        spin = -2 * np.cross(turn, u) - np.cross(turn, np.cross(turn, x))
        height = max(float(geodetic(x)[2]), 0.0)
        density = DENSITY_KGPM3 * np.exp(-height / SCALE_HEIGHT_M)
        air = -0.5 * density * drag * np.linalg.norm(u) * u
        return np.concatenate([u, pull + oblate + spin + air])

    def ground(_: float, s: np.ndarray) -> float:
        return float(geodetic(s[:3])[2])

    ground.terminal, ground.direction = True, -1
    flown = solve_ivp(
        rate, (0, 4000), np.concatenate([p, v]), "DOP853", rtol=1e-9, atol=1e-3, events=ground
    )
    return flown.y[:3, -1], float(flown.t[-1])


@pytest.mark.parametrize(
    ("height_m", "along_mps", "climb_mps", "drag_m2pkg"),
    [
        (50e3, 1700, 1400, 0.0),
        (50e3, 1700, 1400, 1 / 8000),
        (100e3, 2500, 0, 1 / 2000),
        (200e3, 3400, 2000, 1 / 8000),
        (6e3, 430, 420, 1 / 4000),
    ],
)
def test_impact_agrees_with_an_independent_integrator(
    height_m: float, along_mps: float, climb_mps: float, drag_m2pkg: float
) -> None:
    p, v = state(-32, -18, height_m, along_mps, 60, climb_mps)
    ground, time = fall(p[None], v[None], np.array([drag_m2pkg]))
    truth, flight_s = oracle(p, v, drag_m2pkg)
    assert np.linalg.norm(ground[0] - truth) < 10
    assert time[0] == pytest.approx(flight_s, abs=0.05)


def test_impact_lies_on_the_ground() -> None:
    p, v = state(-32, -18, 80e3, 2000, 200, 500)
    ground, _ = fall(p[None], v[None], np.array([1e-4]))
    assert abs(float(geodetic(ground[0])[2])) < 0.5


def test_air_shortens_the_range_and_lengthens_the_descent() -> None:
    p, v = state(-32, -18, 100e3, 1500, 90, 0)
    two = np.stack([p, p]), np.stack([v, v])
    ground, time = fall(*two, np.array([0.0, 1 / 500]))
    assert np.linalg.norm(ground[1] - p) < np.linalg.norm(ground[0] - p)
    assert time[1] > time[0]


def test_what_does_not_come_down_within_an_hour_has_no_impact() -> None:
    p, v = state(-32, -18, 500e3, 8500, 90, 3000)
    ground, time = fall(p[None], v[None], np.zeros(1))
    assert np.isnan(ground).all()
    assert np.isnan(time).all()
