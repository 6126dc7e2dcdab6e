"""The ranking equals one by hand over all pairs."""

import numpy as np

from skypact.warning.places import Places
from skypact.warning.settings import WarningSettings
from skypact.warning.threat.kinematics import kinematics
from skypact.warning.threat.pairs import pairs
from skypact.warning.threat.ranking import ranked
from tests.unit.warning.world import LAT, LON, PLACES, cruise_to_alder, state, triangle

CRUISE = 2


def test_the_soonest_threat_of_each_place_the_most_urgent_place_first() -> None:
    rows = [
        cruise_to_alder(60),
        cruise_to_alder(40),
        state(LAT, LON, 100, 240, 90),
        state(LAT - 1, LON + 1, 100, 240, 180),
    ]
    p, v = np.array([a for a, _ in rows]), np.array([b for _, b in rows])
    track = kinematics(p, v, np.tile(triangle(), (4, 1)))
    kind, age = np.full(4, CRUISE, np.uint8), np.zeros(4)
    places, settings = Places(PLACES), WarningSettings()
    rank = ranked(track, kind, age, places, settings)
    found = pairs(track, kind, age, places, settings, 64)
    by_hand: dict[int, list[tuple[float, int]]] = {}
    for place, time, row in zip(found.place, found.time_s, found.row, strict=True):
        by_hand.setdefault(int(place), []).append((float(time), int(row)))
    order = sorted(by_hand, key=lambda place: (min(by_hand[place])[0], place))
    assert rank.place.tolist() == order
    assert rank.track.tolist() == [min(by_hand[place])[1] for place in order]
    assert rank.threats.tolist() == [len(by_hand[place]) for place in order]
    assert [PLACES[i].name for i in rank.place] == ["Alder", "Birch", "Cedar"]
    assert rank.track.tolist()[:2] == [2, 2]
