import numpy as np
import pytest

from skypact.warning.places import Places, gap_to_polygon, holds_origin
from skypact.warning.settings import Place
from tests.unit.warning.world import PLACES

SQUARE = np.array([[1.0, 1.0], [1.0, 3.0], [3.0, 3.0], [3.0, 1.0]])


@pytest.mark.parametrize(
    ("offset", "gap"),
    [((0, 0), np.sqrt(2)), ((0, 2), 1.0), ((2, 2), 0.0), ((5, 2), 2.0), ((4, 4), np.sqrt(2))],
)
def test_gap_to_a_square(offset: tuple[float, float], gap: float) -> None:
    assert gap_to_polygon((SQUARE - offset)[None])[0] == pytest.approx(gap)


def test_a_dent_is_outside() -> None:
    dented = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 1.0], [0.0, 4.0]])
    assert not holds_origin((dented - [2, 3])[None])[0]
    assert holds_origin((dented - [2, 0.5])[None])[0]


def test_repeated_corners_change_nothing() -> None:
    padded = np.concatenate([SQUARE, SQUARE[-1:], SQUARE[-1:]])
    assert holds_origin((padded - [2, 2])[None])[0]
    assert gap_to_polygon(padded[None])[0] == pytest.approx(np.sqrt(2))


def test_corners_are_seen_from_a_point_in_metres() -> None:
    places = Places(PLACES)
    corners = places.corners_from(np.radians([-32.0]), np.radians([-18.0]), np.array([0]))
    assert np.hypot(corners[..., 0], corners[..., 1]).max() == pytest.approx(5000, rel=0.02)
    assert gap_to_polygon(corners)[0] == 0


def test_only_places_within_reach_are_looked_at() -> None:
    places = Places(PLACES)
    point, place = places.near(
        np.radians([-32.0, -34.0]), np.radians([-18.0, -17.0]), np.array([30e3, 1.0])
    )
    assert list(zip(point.tolist(), place.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 2)]


def test_a_zone_across_the_180th_meridian() -> None:
    corners = ((0, 179.5), (0, -179.5), (1, -179.5), (1, 179.5))
    zone = Place(name="Z", nation="a", kind="zone", polygon=corners)
    assert abs(zone.centre_deg[1]) == pytest.approx(180)
    places = Places((zone,))
    assert places.reach_m[0] < 90e3
    for lon in (179.9, -179.9):
        corners = places.corners_from(np.radians([0.5]), np.radians([lon]), np.array([0]))
        assert holds_origin(corners)[0]


def test_no_places_at_all() -> None:
    point, place = Places(()).near(np.zeros(2), np.zeros(2), np.ones(2))
    assert len(point) == len(place) == 0
