import numpy as np
import pytest

from skypact.tracking.kernels.layout import SIGHT, TRACK
from skypact.tracking.registration.kernels.register import (
    AZIMUTH,
    BIASES,
    EAST,
    ELEVATION,
    RANGE,
    SCALE,
    TIME,
)
from skypact.tracking.registration.shift import displacements, shift_tracks
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, polar, straight

SITE = site_rows([RADAR])[0]
STATES = np.hstack([straight([0.0, 30.0]), np.tile([100.0, -50.0, 20.0], (2, 1))])


@pytest.mark.parametrize("kind", [RANGE, SCALE, AZIMUTH, ELEVATION])
def test_a_larger_bias_moves_plots_the_other_way(kind: int) -> None:
    by = np.zeros(BIASES)
    by[kind] = {RANGE: 50.0, SCALE: 1e-4}.get(kind, 1e-4)
    before = polar(RADAR, STATES[:, :3])
    after = polar(RADAR, STATES[:, :3] + displacements(STATES, SITE, by))
    size = -by[kind] * (before[:, 0] if kind == SCALE else 1.0)
    column = {RANGE: 0, SCALE: 0, AZIMUTH: 1, ELEVATION: 2}[kind]
    np.testing.assert_allclose((after - before)[:, column], size, rtol=0.01)


def test_a_later_clock_moves_plots_ahead_and_a_moved_site_takes_them_along() -> None:
    late, east = np.zeros(BIASES), np.zeros(BIASES)
    late[TIME], east[EAST] = 2.0, 30.0
    np.testing.assert_allclose(displacements(STATES, SITE, late), 2 * STATES[:, 3:])
    np.testing.assert_allclose(
        displacements(STATES, SITE, east), np.tile(30 * SITE["rotation"][0], (2, 1))
    )


def test_only_tracks_of_that_sensor_move_all_the_way() -> None:
    tracks, sights = np.zeros(3, TRACK), np.zeros((3, 2), SIGHT)
    tracks["x"] = STATES[0]
    tracks["model_x"] = STATES[0]
    sights["hit_ns"] = np.array([[100, 0], [100, 90], [0, 100]]) * 10**9
    by = np.zeros(BIASES)
    by[RANGE] = 100.0
    shift_tracks(tracks, sights, 0, SITE, by)
    moved = np.linalg.norm(tracks["x"][:, :3] - STATES[0, :3], axis=1)
    np.testing.assert_allclose(moved, [100, 50, 0], atol=1e-6)
    grown = np.trace(tracks["model_cov"][:, 0, :3, :3], axis1=1, axis2=2)
    np.testing.assert_allclose(grown, [900, 3400, 0], rtol=1e-6)
