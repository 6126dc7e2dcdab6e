import numpy as np
import pytest

from skypact.core.geodesy import enu_axes
from skypact.warning.threat.kinematics import kinematics
from tests.unit.warning.world import state, triangle


def test_speed_height_climb_and_course() -> None:
    p, v = state(-32, -18, 5000, 300, 120, -40)
    track = kinematics(p[None], v[None], triangle(50, 3)[None])
    assert track.height_wgs84_m[0] == pytest.approx(5000, abs=0.01)
    assert track.along_mps[0] == pytest.approx(300)
    assert track.speed_mps[0] == pytest.approx(np.hypot(300, 40))
    assert track.climb_mps[0] == pytest.approx(-40)
    assert np.degrees(track.course_rad[0]) == pytest.approx(120)
    assert track.height_sd_m[0] == pytest.approx(50)
    assert track.position_sd_m[0] == pytest.approx(50 * np.sqrt(2))
    assert track.speed_sd_mps[0] == pytest.approx(3)
    assert track.climb_sd_mps[0] == pytest.approx(3)
    assert track.course_sd_rad[0] == pytest.approx(3 / 300)


def test_spread_is_turned_into_the_local_frame() -> None:
    p, v = state(-32, -18, 100, 200, 90)  # due east
    axes = enu_axes(np.radians(-32), np.radians(-18))
    full = np.zeros((6, 6))
    full[:3, :3] = axes.T @ np.diag([10.0, 20.0, 300.0]) ** 2 @ axes
    full[3:, 3:] = axes.T @ np.diag([7.0, 4.0, 1.0]) ** 2 @ axes
    track = kinematics(p[None], v[None], full[np.triu_indices(6)][None])
    assert track.height_sd_m[0] == pytest.approx(300)
    assert track.position_sd_m[0] == pytest.approx(np.hypot(10, 20))
    assert track.speed_sd_mps[0] == pytest.approx(7)  # along: east
    assert track.course_sd_rad[0] == pytest.approx(4 / 200)  # across: north
    assert track.climb_sd_mps[0] == pytest.approx(1)


def test_a_standing_track_has_any_course() -> None:
    p, _ = state(-32, -18, 100, 200, 90)
    track = kinematics(p[None], np.zeros((1, 3)), triangle(50, 3)[None])
    assert track.course_sd_rad[0] == pytest.approx(np.pi)


def test_rows_pick_tracks() -> None:
    p, v = state(-32, -18, 100, 200, 90)
    two = kinematics(np.stack([p, p]), np.stack([v, -v]), np.tile(triangle(), (2, 1)))
    assert two.rows(np.array([1])).course_rad == two.course_rad[1:]
