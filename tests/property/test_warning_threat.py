"""Threat evaluation against naive oracles."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.warning.places import Places
from skypact.warning.settings import Place
from skypact.warning.threat.approach import reach
from skypact.warning.threat.classify import class_probabilities, held_class
from skypact.warning.threat.kernels_reach import struck
from skypact.warning.threat.kinematics import kinematics
from tests.unit.warning.oracle import (
    closest,
    corners_from,
    gap_to_polygon,
    heading_for,
    struck_by,
)
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


def stars(dice: np.random.Generator, count: int) -> Places:
    """Return star-shaped zones, some thin, some wide, two nations."""
    made: list[Place] = []
    for k in range(count):
        corners = int(dice.integers(3, 12))
        turn = np.sort(dice.uniform(0, 2 * np.pi, corners))
        radius = dice.uniform(0.01, 1, corners) * 10 ** dice.uniform(-2, 0.2)
        lat = dice.uniform(-34, -30) + radius * np.cos(turn)
        lon = dice.uniform(-20, -16) + radius * np.sin(turn)
        polygon = tuple(zip(lat.tolist(), lon.tolist(), strict=True))
        try:
            place = Place(name=f"Z{k}", nation="ab"[k % 2], kind="zone", polygon=polygon)
        except ValueError:
            continue
        made.append(place)
    return Places(made)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_kernel_of_what_lies_ahead_equals_whole_matrices(seed: int) -> None:
    dice = np.random.default_rng(seed)
    places = stars(dice, 40)
    rows = [
        state(
            dice.uniform(-34, -30),
            dice.uniform(-20, -16),
            300,
            dice.uniform(20, 300),
            dice.uniform(0, 360),
        )
        for _ in range(12)
    ]
    p, v = np.array([a for a, _ in rows]), np.array([b for _, b in rows])
    track = kinematics(p, v, np.tile(triangle(200, dice.uniform(0.5, 20)), (12, 1)))
    horizon = dice.uniform(100, 2700, 12)
    cone = float(np.radians(dice.uniform(0, 40)))
    found = reach(track, places, horizon, cone, 2000.0, 64)
    expected = heading_for(track, places, horizon, cone, 2000.0)
    kept = set(zip(found.track.tolist(), found.place.tolist(), strict=True))
    assert kept == expected.keys()
    for k, (t, p_) in enumerate(zip(found.track.tolist(), found.place.tolist(), strict=True)):
        assert abs(found.time_s[k] * track.along_mps[t] - expected[t, p_]) < 1.0
        corners = corners_from(
            track.lat_rad[t : t + 1], track.lon_rad[t : t + 1], places.places[p_].corners_deg
        )[0]
        inside = expected[t, p_] == 0
        near = 0.0 if inside else closest(corners, track.course_rad[t])
        aside = track.position_sd_m[t] + expected[t, p_] * track.course_sd_rad[t]
        step = 10 ** np.floor(np.log10(2 * aside))
        assert abs(found.closest_m[k] - near) < 0.01 * near + 150 + step / 2


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_kernel_of_what_is_struck_equals_whole_matrices(seed: int) -> None:
    dice = np.random.default_rng(seed)
    places, count = stars(dice, 40), 10
    lat, lon = np.radians(dice.uniform(-34, -30, count)), np.radians(dice.uniform(-20, -16, count))
    root = dice.normal(size=(count, 2, 2)) * 10 ** dice.uniform(3, 5, (count, 1, 1))
    covariance = root @ np.swapaxes(root, 1, 2) + 1e5 * np.eye(2)
    look = 2.5 * np.sqrt(np.linalg.eigvalsh(covariance)[:, 1])
    rows = (lat, lon, look, covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1])
    ellipse = np.ascontiguousarray(np.stack([*rows, np.full(count, 2.4477)], -1))
    pair, distance = struck(
        ellipse, places.band, places.centre, places.wide_m, places.begin, places.corner
    )
    expected = struck_by(lat, lon, covariance, places, 2.4477)
    found = {
        (t, int(places.order[p])): d
        for (t, p), d in zip(pair.tolist(), distance.tolist(), strict=True)
    }
    odd = found.keys() ^ expected.keys()
    assert all(abs(expected.get(k, found.get(k, 0.0)) - 2.4477) < 1e-3 for k in odd)
    for key in found.keys() & expected.keys():
        assert abs(found[key] - expected[key]) < 1e-3 + 1e-3 * expected[key]
