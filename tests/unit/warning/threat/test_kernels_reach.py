"""Parts of the kernels of places; the whole of them is held to an oracle in tests/property."""

import numpy as np
import pytest

from skypact.warning.threat.kernels_reach import (
    basis_at,
    closest_of,
    corner_within,
    gap_of,
    grown,
    places_corners,
    seen_from,
    widths,
)

SQUARE = np.array([[1.0, 1.0], [1.0, 3.0], [3.0, 3.0], [3.0, 1.0]])


@pytest.mark.parametrize(
    ("offset", "gap"),
    [((0, 0), np.sqrt(2)), ((0, 2), 1.0), ((2, 2), 0.0), ((5, 2), 2.0), ((4, 4), np.sqrt(2))],
)
def test_gap_to_a_square(offset: tuple[float, float], gap: float) -> None:
    found, inside = gap_of.py_func(SQUARE - offset, 4)
    assert found == pytest.approx(gap)
    assert inside is bool(gap == 0)


@pytest.mark.parametrize(
    ("course_deg", "near"), [(45, 0.0), (90, 1.0), (0, 1.0), (270, np.sqrt(2)), (20, 0.0)]
)
def test_the_way_straight_on(course_deg: float, near: float) -> None:
    found = closest_of.py_func(SQUARE, 4, np.sqrt(2), np.radians(course_deg))
    assert found == pytest.approx(near)


def test_angles_to_a_square() -> None:
    low, high = widths.py_func(SQUARE, 4, np.radians(45))
    assert np.degrees([low, high]) == pytest.approx([-26.565, 26.565], abs=1e-3)


def test_a_point_is_seen_in_its_distance_and_direction() -> None:
    basis = basis_at.py_func(0.0, 0.0)
    angle = 0.3
    east, north = seen_from.py_func(basis, np.cos(angle), np.sin(angle), 0.0)
    assert (east, north) == (pytest.approx(0.3 * 6371008.8), pytest.approx(0))
    assert seen_from.py_func(basis, 1.0, 0.0, 0.0) == (0.0, 0.0)


def test_room_grows_and_keeps_what_is_there() -> None:
    pair, value = np.array([[1, 2]]), np.array([[3.0, 4.0]])
    more, longer = grown.py_func(pair, value, 1)
    assert more.shape == longer.shape == (2, 2)
    assert (more[0].tolist(), longer[0].tolist()) == ([1, 2], [3.0, 4.0])


def test_the_most_corners_of_a_place() -> None:
    assert places_corners.py_func(np.array([0, 3, 8, 12])) == 5
    assert places_corners.py_func(np.array([0])) == 1


@pytest.mark.parametrize("angle", [0.0, 1e-9, 1e-4, 0.05, 0.0999, 0.1001, 1.0, 2.5])
def test_distances_are_right_near_and_far(angle: float) -> None:
    basis = basis_at.py_func(0.7, -2.0)
    e, n, u = (np.array(basis[i : i + 3]) for i in (0, 3, 6))
    point = np.cos(angle) * u + np.sin(angle) * (0.6 * e + 0.8 * n)
    east, north = seen_from.py_func(basis, *point)
    assert np.hypot(east, north) == pytest.approx(angle * 6371008.8, rel=1e-9, abs=1e-2)


def test_a_corner_in_the_cone() -> None:
    assert corner_within.py_func(SQUARE, 4, np.radians(45), 0.01)
    assert not corner_within.py_func(SQUARE, 4, np.radians(90), 0.3)
    assert not corner_within.py_func(SQUARE, 4, np.radians(225), 1.0)
