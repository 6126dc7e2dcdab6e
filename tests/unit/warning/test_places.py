import numpy as np
import pytest

from skypact.warning.places import Places
from skypact.warning.settings import Place
from tests.unit.warning.oracle import corners_from, gap_to_polygon, holds_origin
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


def test_places_are_sorted_by_latitude_and_know_which_they_are() -> None:
    places = Places(PLACES)
    assert places.nations == ("auria", "borvia", "cestia")
    assert (np.diff(places.band) >= 0).all()
    names = [PLACES[i].name for i in places.order]
    assert names[0] == "Cedar"
    assert [places.nations[n] for n in places.nation] == [PLACES[i].nation for i in places.order]
    sizes = [len(PLACES[i].corners_deg) for i in places.order]
    assert np.diff(places.begin).tolist() == sizes
    assert np.linalg.norm(places.corner, axis=1) == pytest.approx(1)


def test_a_zone_across_the_180th_meridian() -> None:
    corners = ((0, 179.5), (0, -179.5), (1, -179.5), (1, 179.5))
    zone = Place(name="Z", nation="a", kind="zone", polygon=corners)
    assert abs(zone.centre_deg[1]) == pytest.approx(180)
    places = Places((zone,))
    assert places.reach_m[0] < 90e3
    for lon in (179.9, -179.9):
        corners = corners_from(np.radians([0.5]), np.radians([lon]), zone.corners_deg)
        assert holds_origin(corners)[0]


def test_no_places_at_all() -> None:
    places = Places(())
    assert places.corner.shape == places.centre.shape == (0, 3)
    assert places.begin.tolist() == [0]
