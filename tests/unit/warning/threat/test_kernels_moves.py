import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.geodesy import enu_axes, geodetic_from_ecef
from skypact.warning.threat.kernels_moves import moves


@given(st.integers(0, 2**32 - 1))
def test_it_is_what_the_formulas_say(seed: int) -> None:
    dice = np.random.default_rng(seed)
    direction = dice.normal(size=3)
    p = direction / np.linalg.norm(direction) * dice.uniform(6.36e6, 7.5e6)
    v = dice.normal(size=3) * dice.uniform(0.5, 2_000)
    factor = dice.normal(size=(6, 6)) * np.array([400.0] * 3 + [30.0] * 3)[:, None]
    c = factor @ factor.T
    full, found = moves(p[None], v[None], c[np.triu_indices(6)][None])
    np.testing.assert_array_equal(full[0], np.triu(c) + np.triu(c, 1).T)
    lat, lon, height = geodetic_from_ecef(p)
    axes = enu_axes(lat, lon)
    east, north, climb = axes @ v
    position, velocity = axes @ c[:3, :3] @ axes.T, axes @ c[3:, 3:] @ axes.T
    ground, speed = np.hypot(east, north), np.linalg.norm(v)
    across = np.array([north, -east, 0]) / ground
    expected = [
        lat, lon, height, np.sqrt(position[2, 2]),
        speed, np.sqrt((axes @ v) @ velocity @ (axes @ v)) / speed,
        climb, np.sqrt(velocity[2, 2]), ground, np.arctan2(east, north) % (2 * np.pi),
        min(np.sqrt(across @ velocity @ across) / max(ground, 0.1), np.pi),
        np.sqrt(position[0, 0] + position[1, 1]),
    ]  # fmt: skip
    np.testing.assert_allclose(found[0], expected, rtol=1e-7, atol=1e-5)


def test_none_gives_none() -> None:
    full, found = moves(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 21)))
    assert (full.shape, found.shape) == ((0, 6, 6), (0, 12))
