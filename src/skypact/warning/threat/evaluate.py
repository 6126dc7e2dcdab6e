"""Which places a track threatens, how soon, and how sure that is. Pure and batched."""

from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64
from skypact.core.messages import (
    ImpactEllipse,
    LaunchSeen,
    ReachablePlace,
    ThreatClass,
    ThreatenedPlace,
)
from skypact.warning.places import Places
from skypact.warning.settings import WarningSettings
from skypact.warning.threat.kinematics import Kinematics
from skypact.warning.threat.pairs import Pairs, pairs

PLACES_MAX = 64
"""The most urgent places of one nation that one warning names."""
FAN_PLACES_MAX = 256
"""The same of a launch of which there is no track."""


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What one track threatens at `assessed_ns`. places: soonest first, of all nations; none:
    nothing, or, if `doubtful`, too uncertain to say. detected_ns, tracked_ns: for the ledger.

    Of a launch, `track` is its number, negative, and `launch` what was seen; places_more: how many
    places of the nation are not named. closest_m: by nation, as in Threatened; reachable:
    by what flies, as it was at reachable_ns."""

    track: int
    threat_class: ThreatClass
    class_probability: float
    assessed_ns: int
    places: tuple[ThreatenedPlace, ...]
    impact: ImpactEllipse | None
    detected_ns: int
    tracked_ns: int
    doubtful: bool = False
    launch: LaunchSeen | None = None
    places_more: int = 0
    closest_m: dict[str, float] = {}
    reachable: tuple[ReachablePlace, ...] = ()
    reachable_ns: int = 0

    def arrival_ns(self, place: ThreatenedPlace) -> int:
        """Return when the threat may be at `place`."""
        return self.assessed_ns + round(place.time_to_go_s * 1e9)

    def over_ns(self) -> int:
        """Return when the last of its places has been reached, spread included."""
        return max(
            (self.arrival_ns(p) + round(p.time_spread_s * 1e9) for p in self.places),
            default=self.assessed_ns,
        )

    def nations(self) -> tuple[str, ...]:
        """Return the nations threatened, soonest first."""
        return tuple(dict.fromkeys(place.nation for place in self.places))

    def of_nation(self, nation: str) -> "Assessment":
        """Return the part that concerns the places of one nation."""
        mine = tuple(place for place in self.places if place.nation == nation)
        named = FAN_PLACES_MAX if self.launch else PLACES_MAX
        more = max(len(mine) - named, 0)
        could = tuple(place for place in self.reachable if place.nation == nation)
        return msgspec.structs.replace(self, places=mine[:named], places_more=more, reachable=could)


class Threatened(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of `evaluate`: places by row of the batch, soonest first; impacts by row; doubtful (N,):
    too uncertain to say; closest_m: by row and nation, how near the way straight on comes to the
    soonest of its places."""

    places: dict[int, list[ThreatenedPlace]]
    impacts: dict[int, ImpactEllipse]
    doubtful: NDArray[np.bool_]
    closest_m: dict[int, dict[str, float]]


def evaluate(
    track: Kinematics,
    threat_class: NDArray[np.uint8],
    age_s: F64,
    places: Places,
    settings: WarningSettings,
) -> Threatened:
    """Return what the N tracks threaten; `age_s` (N,): how old each state is.

    Tracks too uncertain to be taken seriously are doubtful.
    """
    found = pairs(track, threat_class, age_s, places, settings, PLACES_MAX)
    named = Threatened(places={}, impacts={}, doubtful=found.doubtful, closest_m={})
    shape, impact = found.shape, found.impact
    for i, row in enumerate(found.fallen.tolist()):
        named.impacts[row] = ImpactEllipse(
            lat_rad=float(impact.lat_rad[i]),
            lon_rad=float(impact.lon_rad[i]),
            semi_major_m=float(shape.semi_major_m[i]),
            semi_minor_m=float(shape.semi_minor_m[i]),
            azimuth_rad=float(shape.azimuth_rad[i]),
        )
    _name(found, places, named)
    return named


def _name(found: Pairs, places: Places, named: Threatened) -> None:
    """Turn pairs into what people read, row by row."""
    which: list[int] = found.place.tolist()
    to_go: list[float] = np.round(np.clip(found.time_s, 0.0, 86_400.0), 3).tolist()
    within: list[float] = np.round(np.clip(found.spread_s, 0.0, 86_400.0), 3).tolist()
    made = [
        ThreatenedPlace(
            name=(place := places.places[at]).name,
            nation=place.nation,
            time_to_go_s=time_s,
            time_spread_s=spread_s,
        )
        for at, time_s, spread_s in zip(which, to_go, within, strict=True)
    ]
    first: list[int] = np.flatnonzero(np.diff(found.row, prepend=-1)).tolist()
    for begin, end in pairwise([*first, len(made)]):
        row = int(found.row[begin])
        named.places[row] = made[begin:end]
        if np.isnan(found.closest_m[begin]):
            continue  # it falls
        near: list[float] = found.closest_m[begin:end].tolist()
        soonest = named.closest_m.setdefault(row, {})
        for place, near_m in zip(made[begin:end], near, strict=True):
            soonest.setdefault(place.nation, near_m)
