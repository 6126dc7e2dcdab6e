"""Threat evaluation against naive oracles."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.warning.places import gap_to_polygon
from skypact.warning.threat.classify import class_probabilities, held_class
from skypact.warning.threat.kinematics import kinematics
from tests.unit.warning.world import state, triangle

angles = st.lists(st.floats(0, 6.28), min_size=3, max_size=12, unique=True)


@settings(max_examples=100, deadline=None)
@given(
    angles,
    st.lists(st.floats(0.5, 3), min_size=12, max_size=12),
    st.floats(-4, 4),
    st.floats(-4, 4),
)
def test_gap_to_a_star_is_the_least_over_its_sides(
    turns: list[float], radii: list[float], x: float, y: float
) -> None:
    turn = np.sort(turns)
    corners = np.array(radii[: len(turn)])[:, None] * np.stack([np.cos(turn), np.sin(turn)], -1)
    corners = corners - [x, y]
    share = np.linspace(0, 1, 2001)[:, None, None]
    sides = corners + share * (np.roll(corners, -1, axis=0) - corners)
    least = np.sqrt((sides**2).sum(-1)).min()
    found = gap_to_polygon(corners[None])[0]
    # Winding number: how often the corners go round the origin.
    ahead = np.roll(corners, -1, axis=0)
    cross = corners[:, 0] * ahead[:, 1] - corners[:, 1] * ahead[:, 0]
    winding = np.arctan2(cross, (corners * ahead).sum(-1)).sum() / (2 * np.pi)
    if least > 1e-3:
        assert found == 0 if abs(winding) > 0.5 else abs(found - least) < 1e-2


@settings(max_examples=150, deadline=None)
@given(
    st.floats(-200, 500e3),
    st.floats(0, 5000),
    st.floats(-4000, 4000),
    st.floats(1, 20_000),
    st.floats(0.1, 500),
    st.booleans(),
)
def test_classes_of_any_track_are_probabilities_and_deciding_settles(
    height_m: float,
    speed_mps: float,
    climb_mps: float,
    position_sd_m: float,
    velocity_sd_mps: float,
    cooperative: bool,
) -> None:
    p, v = state(-32, -18, height_m, speed_mps, 45, climb_mps)
    spread = triangle(position_sd_m, velocity_sd_mps)
    track = kinematics(p[None], v[None], spread[None])
    found = class_probabilities(track, np.array([cooperative]))
    assert ((found >= 0) & (found <= 1)).all()
    assert abs(found.sum() - 1) < 1e-9
    once = held_class(found, np.zeros(1, np.uint8), 0.7)
    assert (held_class(found, once, 0.7) == once).all()
