"""Defended places ranked by how soon something may be there, over all threats and all places."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64
from skypact.warning.places import I64, Places
from skypact.warning.settings import WarningSettings
from skypact.warning.threat.kinematics import Kinematics
from skypact.warning.threat.pairs import pairs


class Rank(NamedTuple):
    """Places that anything threatens, the most urgent first, all (K,): track: row of the soonest
    threat; time_s, spread_s: of it; threats: how many threaten the place."""

    place: I64
    track: I64
    time_s: F64
    spread_s: F64
    threats: I64


def ranked(
    track: Kinematics,
    threat_class: NDArray[np.uint8],
    age_s: F64,
    places: Places,
    settings: WarningSettings,
) -> Rank:
    """Return the ranking for N tracks of these classes whose states are `age_s` old."""
    found = pairs(track, threat_class, age_s, places, settings, max(places.count, 1))
    time = np.maximum(found.time_s, 0.0)
    order = np.lexsort((found.row, time, found.place))
    place, count = np.unique(found.place[order], return_counts=True)
    first = order[np.cumsum(count) - count]
    urgent = np.lexsort((place, time[first]))
    soonest = first[urgent]
    return Rank(
        place[urgent], found.row[soonest], time[soonest], found.spread_s[soonest], count[urgent]
    )
