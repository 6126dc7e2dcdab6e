"""Pairs of tracks and places as arrays."""

import numpy as np

from skypact.warning.places import Places
from skypact.warning.settings import Place, WarningSettings
from skypact.warning.threat.kinematics import kinematics
from skypact.warning.threat.pairs import Pairs, pairs
from tests.unit.warning.launched import arc
from tests.unit.warning.world import LAT, LON, PLACES, cruise_away, cruise_to_alder, triangle

BALLISTIC, CRUISE, AIRCRAFT = 1, 2, 4


def look(rows: list, kinds: list[int], places: Places | None = None, most: int = 64) -> Pairs:
    p, v = np.array([a for a, _ in rows]), np.array([b for _, b in rows])
    track = kinematics(p, v, np.tile(triangle(100, 3), (len(rows), 1)))
    kind, age = np.array(kinds, np.uint8), np.full(len(rows), 2.0)
    return pairs(track, kind, age, places or Places(PLACES), WarningSettings(), most)


def test_what_falls_and_what_flies_stand_together_by_row() -> None:
    found = look(
        [cruise_to_alder(), arc(200), cruise_away(), cruise_to_alder()],
        [CRUISE, BALLISTIC, CRUISE, AIRCRAFT],
    )
    assert found.row.tolist() == [0, 0, 1]
    assert [PLACES[i].name for i in found.place] == ["Alder", "Birch", "Alder"]
    assert np.isnan(found.closest_m).tolist() == [False, False, True]
    assert found.fallen.tolist() == [1]
    assert len(found.impact.lat_rad) == len(found.shape.azimuth_rad) == 1
    assert not found.doubtful.any()


def test_the_age_of_a_state_is_taken_off_the_time() -> None:
    (time, _) = look([cruise_to_alder()], [CRUISE]).time_s
    assert abs(time - (55_000 / 240 - 2)) < 3


def test_of_many_places_in_an_ellipse_those_in_the_middle_are_kept() -> None:
    row = [
        Place(
            name=f"P{k}",
            nation="auria",
            kind="site",
            lat_deg=LAT,
            lon_deg=LON + k / 100,
            radius_m=100,
        )
        for k in range(-30, 30)
    ]
    some = look([arc(60)], [BALLISTIC], Places(row), 5)
    all_ = look([arc(60)], [BALLISTIC], Places(row), 64)
    assert some.place.tolist() == all_.place.tolist()[:5]
    assert len(all_.place) > 5


def test_nothing_at_all() -> None:
    assert look([cruise_to_alder()], [CRUISE], Places(())).row.tolist() == []
    none = kinematics(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 21)))
    found = pairs(none, np.zeros(0, np.uint8), np.zeros(0), Places(PLACES), WarningSettings(), 64)
    assert len(found.row) == len(found.doubtful) == 0
