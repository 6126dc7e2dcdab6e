import numpy as np
import pytest

from skypact.core.errors import SkypactError
from skypact.core.geodesy import (
    EARTH_RATE_RADPS,
    GM_M3PS2,
    J2,
    SEMI_MAJOR_AXIS_M,
    distance_m,
    ecef_from_geodetic,
    geodetic_from_ecef,
)
from skypact.exercise import arcs

VACUUM = arcs.Forces(density_kgpm3=0.0)


def solved(range_deg: float, forces: arcs.Forces, drag: float = 8000.0, height: float = 0.0):
    launch = (np.radians([-32.0]), np.radians([-14.0]), np.array([height]))
    aim = (np.radians([-32.4]), np.radians([-14.0 - range_deg]))
    p, v, there = arcs.solve(launch, aim, np.array([np.nan]), np.array([drag]), forces)
    assert there.all()
    return aim, p, v


@pytest.mark.parametrize("range_deg", [1.5, 6.4, 22.0])
@pytest.mark.parametrize("forces", [VACUUM, arcs.Forces()])
def test_an_arc_comes_down_at_its_aim(range_deg: float, forces: arcs.Forces) -> None:
    aim, p, v = solved(range_deg, forces, height=25_000.0)
    _, _, flight_s, impact = arcs.fly(p, v, np.array([8000.0]), forces)
    lat, lon, height = geodetic_from_ecef(impact)
    assert distance_m(lat, lon, *aim)[0] < 100
    assert abs(height[0]) < 1
    assert 60 < flight_s[0] < 1500


def test_without_air_the_energy_in_the_turning_frame_is_constant() -> None:
    _, p, v = solved(6.4, VACUUM)
    track_p, track_v, flight_s, _ = arcs.fly(p, v, np.array([8000.0]), VACUUM)
    before = track_p[: int(flight_s[0] / arcs.STEP_S)], track_v[: int(flight_s[0] / arcs.STEP_S)]
    energy = jacobi(*before)
    assert np.ptp(energy) < 1e-9 * abs(energy[0])


def test_with_air_energy_is_lost() -> None:
    _, p, v = solved(6.4, arcs.Forces(), height=25_000.0)
    track_p, track_v, flight_s, _ = arcs.fly(p, v, np.array([8000.0]), arcs.Forces())
    last = int(flight_s[0] / arcs.STEP_S)
    energy = jacobi(track_p[:last], track_v[:last])
    assert energy[-1] < energy[0] - 1e5


def jacobi(position: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Energy per mass in the frame that turns with the Earth (Jacobi's integral), with J2."""
    p, v = position[:, 0], velocity[:, 0]
    r = np.linalg.norm(p, axis=1)
    sin2 = (p[:, 2] / r) ** 2
    pull = -GM_M3PS2 / r * (1 - J2 * (SEMI_MAJOR_AXIS_M / r) ** 2 * (1.5 * sin2 - 0.5))
    turning = 0.5 * EARTH_RATE_RADPS**2 * (p[:, 0] ** 2 + p[:, 1] ** 2)
    return 0.5 * np.sum(v * v, axis=1) + pull - turning


@pytest.mark.parametrize(
    ("range_km", "speed_kmps", "apogee_km", "flight_s"),
    [(300, 1.70, 74, 251), (700, 2.55, 170, 391), (1500, 3.63, 352, 595), (2000, 4.11, 459, 702)],
)
def test_least_energy_on_a_still_round_earth(
    range_km: float, speed_kmps: float, apogee_km: float, flight_s: float
) -> None:
    """Against the closed solution (Bate, Mueller, White 6.2), which these figures come from."""
    forces = arcs.Forces(j2=0.0, earth_rate_radps=0.0, density_kgpm3=0.0)
    # Along the equator the ellipsoid is a circle.
    lon = range_km * 1000 / SEMI_MAJOR_AXIS_M
    start, zero = (np.zeros(1), np.zeros(1), np.zeros(1)), np.zeros(1)
    aim = zero, np.array([lon])
    p, v, there = arcs.solve(start, aim, np.array([np.nan]), np.ones(1), forces)
    assert there.all()
    track_p, _, flown_s, _ = arcs.fly(p, v, np.ones(1), forces)
    assert np.linalg.norm(v) / 1000 == pytest.approx(speed_kmps, rel=0.01)
    assert arcs.height_m(track_p).max() / 1000 == pytest.approx(apogee_km, rel=0.01)
    assert flown_s[0] == pytest.approx(flight_s, rel=0.01)


def test_height_is_zero_on_the_ellipsoid() -> None:
    lat = np.radians(np.linspace(-90, 90, 19))
    ground = ecef_from_geodetic(lat, 0.3, 0.0)
    assert np.abs(arcs.height_m(ground)).max() < 1e-6
    above = ecef_from_geodetic(lat, 0.3, 200_000.0)
    assert np.abs(arcs.height_m(above) - 200_000).max() < 30


def test_the_interpolation_keeps_ends_and_velocities() -> None:
    _, p, v = solved(6.4, VACUUM)
    track_p, track_v, _, _ = arcs.fly(p, v, np.array([8000.0]), VACUUM)
    ends = track_p[100], track_v[100], track_p[101], track_v[101]
    at_start, velocity = arcs.between(*ends, np.zeros(1), arcs.STEP_S)
    assert np.abs(at_start - track_p[100]).max() == 0
    assert np.abs(velocity - track_v[100]).max() < 1e-9
    middle, _ = arcs.between(*ends, np.full(1, 0.5), arcs.STEP_S)
    states = np.empty((2, 1, 6))
    half_s = arcs.STEP_S / 2
    arcs._flights(track_p[100], track_v[100], np.array([8000.0]), VACUUM, half_s, states)
    assert np.abs(middle - states[1, :, :3]).max() < 1e-3


def test_which_aim_is_out_of_reach_is_told() -> None:
    launch = (np.radians([-32.0] * 2), np.radians([-14.0] * 2), np.zeros(2))
    aim, drag = (np.radians([-32.4] * 2), np.radians([-15.0] * 2)), np.array([100.0, 1e6])
    _, _, there = arcs.solve(launch, aim, np.full(2, np.nan), drag, arcs.Forces())
    assert there.tolist() == [False, True]


def test_arcs_do_not_depend_on_each_other() -> None:
    launch = (np.radians([-32.0] * 2), np.radians([-14.0] * 2), np.full(2, 20_000.0))
    aim, drag = (np.radians([-32.4, -33.0]), np.radians([-16.0, -15.0])), np.array([9e3, 5e3])
    _, both, _ = arcs.solve(launch, aim, np.full(2, np.nan), drag, arcs.Forces())
    one = (launch[0][1:], launch[1][1:], launch[2][1:]), (aim[0][1:], aim[1][1:])
    _, alone, _ = arcs.solve(*one, np.full(1, np.nan), drag[1:], arcs.Forces())
    assert both[1] == pytest.approx(alone[0], abs=1e-9)


def test_what_never_comes_down_is_refused() -> None:
    p, v = np.array([[7e6, 0.0, 0.0]]), np.array([[12_000.0, 0.0, 0.0]])
    with pytest.raises(SkypactError, match="hour"):
        arcs.fly(p, v, np.ones(1), VACUUM)
