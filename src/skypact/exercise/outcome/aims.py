"""Which defended place each object of a night comes down on."""

from typing import NamedTuple

import numpy as np

from skypact.core.geodesy import distance_m, within
from skypact.core.messages import ThreatClass
from skypact.exercise.scenario import Scenario
from skypact.exercise.truth import Truth

MARGIN_M = 2_000.0  # as the warning room adds around a place


class Aim(NamedTuple):
    """One object: the `[[threat]]` it belongs to, when it starts and ends in seconds of the
    scenario, and the place it ends on, "" for none."""

    name: str
    group: str
    threat_class: str
    start_s: float
    end_s: float
    place: str
    nation: str
    shelter_s: float


def aims(scenario: Scenario, truth: Truth) -> list[Aim]:
    """Return what each object ends on: the first place of the scenario that holds its end; crewed
    aircraft end on none."""
    held = np.full(truth.count, -1, np.int64)
    for p, place in reversed(list(enumerate(scenario.places))):
        if place.lat_deg is not None and place.lon_deg is not None and place.radius_m is not None:
            lat, lon = np.radians([place.lat_deg, place.lon_deg])
            off = distance_m(lat, lon, truth.end_lat_rad, truth.end_lon_rad)
            held[off <= place.radius_m + MARGIN_M] = p
        else:
            corners = np.radians(place.corners_deg)
            held[within(corners, truth.end_lat_rad, truth.end_lon_rad)] = p
    found: list[Aim] = []
    for k, name in enumerate(truth.names):
        harmless = truth.threat_class[k] == ThreatClass.AIRCRAFT
        on = -1 if harmless else int(held[k])
        place = scenario.places[on] if on >= 0 else None
        found.append(
            Aim(
                name,
                truth.groups[k],
                ThreatClass(int(truth.threat_class[k])).name.lower(),
                float(truth.start_s[k]),
                float(truth.end_s[k]),
                place.name if place else "",
                place.nation if place else "",
                place.shelter_s if place else 0.0,
            )
        )
    return found
