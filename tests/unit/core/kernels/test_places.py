import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.geodesy import enu_axes, geodetic_from_ecef, velocity_enu_from_ecef
from skypact.core.kernels.places import shown_places


@given(st.integers(0, 2**32 - 1))
def test_places_are_those_of_the_array_functions(seed: int) -> None:
    dice = np.random.default_rng(seed)
    direction = dice.normal(size=(20, 3))
    direction[:2] = [[0, 0, 1], [0, 0, -1]]
    p = (
        direction
        / np.linalg.norm(direction, axis=1)[:, None]
        * dice.uniform(6.36e6, 7.5e6, (20, 1))
    )
    v = dice.normal(size=(20, 3)) * 500
    shown = shown_places(np.hstack([p, v]), np.zeros((20, 6, 6)))
    np.testing.assert_allclose(shown[:3], geodetic_from_ecef(p), rtol=1e-12, atol=1e-6)
    local = velocity_enu_from_ecef(v, shown[0], shown[1])
    np.testing.assert_allclose(shown[3:6].T, local, rtol=1e-9, atol=1e-9)


def test_the_spread_is_told_across_and_up() -> None:
    """Against a covariance made in the local frame: 300 m by 100 m, turned, and 50 m up."""
    state, turn = np.zeros((2, 6)), 0.7
    state[:, :3] = [[-2.0e6, 5.0e6, 3.4e6], [1.0e6, -4.0e6, -5.0e6]]
    lat, lon, _ = geodetic_from_ecef(state[:, :3])
    turned = np.array(
        [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]
    )
    local = turned @ np.diag([300.0**2, 100.0**2, 50.0**2]) @ turned.T
    covariance = np.zeros((2, 6, 6))
    for row, axes in enumerate(enu_axes(lat, lon)):
        covariance[row, :3, :3] = axes.T @ local @ axes
    _, across, up = shown_places(state, covariance)[6:]
    assert across == pytest.approx([300.0, 300.0])
    assert up == pytest.approx([50.0, 50.0])


def test_none_gives_none() -> None:
    assert shown_places(np.zeros((0, 6)), np.zeros((0, 6, 6))).shape == (9, 0)
