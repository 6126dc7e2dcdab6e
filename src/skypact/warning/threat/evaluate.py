"""Which places a track threatens, how soon, and how sure that is. Pure and batched."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64
from skypact.core.messages import ImpactEllipse, LaunchSeen, ThreatClass, ThreatenedPlace
from skypact.warning.places import Places, gap_to_polygon
from skypact.warning.settings import WarningSettings
from skypact.warning.threat.approach import reach
from skypact.warning.threat.fall import CHI2_95, Air, ellipse, predict_impact
from skypact.warning.threat.kinematics import Kinematics

FALLING = np.array([c in (ThreatClass.BALLISTIC, ThreatClass.ROCKET) for c in ThreatClass])
FLYING = np.array([c in (ThreatClass.CRUISE, ThreatClass.DRONE) for c in ThreatClass])
ELLIPSE_MAX_M = 500_000.0
SPEED_SPREAD_MAX = 0.3
PLACES_MAX = 64
"""The most urgent places of one nation that one warning names."""
FAN_PLACES_MAX = 256
"""The same of a launch of which there is no track."""


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What one track threatens at `assessed_ns`. places: soonest first, of all nations; none:
    nothing, or, if `doubtful`, too uncertain to say. detected_ns, tracked_ns: for the ledger.

    Of a launch, `track` is its number, negative, and `launch` what was seen; places_more: how many
    places of the nation are not named."""

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
        return msgspec.structs.replace(self, places=mine[:named], places_more=more)


class Threatened(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of `evaluate`: places by row of the batch, soonest first; impacts by row; doubtful (N,):
    too uncertain to say."""

    places: dict[int, list[ThreatenedPlace]]
    impacts: dict[int, ImpactEllipse]
    doubtful: NDArray[np.bool_]


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
    falls = FALLING[threat_class]
    sane = (track.position_sd_m <= settings.position_sd_max_m) | falls
    sane &= track.speed_sd_mps <= SPEED_SPREAD_MAX * np.maximum(track.speed_mps, 1.0)
    steady = track.course_sd_rad <= np.radians(settings.course_sd_max_deg)
    sane &= steady | falls
    found = Threatened(places={}, impacts={}, doubtful=~sane)
    falling = np.flatnonzero(sane & falls)
    if len(falling):
        _evaluate_fall(track.rows(falling), falling, age_s, places, settings, found)
    flying = np.flatnonzero(sane & FLYING[threat_class])
    if len(flying):
        horizon = np.where(
            threat_class[flying] == int(ThreatClass.CRUISE),
            settings.cruise_horizon_s,
            settings.drone_horizon_s,
        )
        cone = np.radians(settings.cone_deg)
        pairs = reach(track.rows(flying), places, horizon, float(cone), settings.margin_m)
        row = flying[pairs.track]
        _note(found, row, pairs.place, pairs.time_s - age_s[row], pairs.spread_s, places)
    return found


def _evaluate_fall(
    track: Kinematics,
    row: NDArray[np.int64],
    age_s: F64,
    places: Places,
    settings: WarningSettings,
    found: Threatened,
) -> None:
    air = Air(
        settings.ballistic_coefficient_kgpm2,
        settings.ballistic_coefficient_spread,
        settings.impact_sd_min_m,
    )
    impact = predict_impact(track, air)
    shape = ellipse(impact.covariance)
    known = np.isfinite(impact.time_s) & (shape.semi_major_m <= ELLIPSE_MAX_M)
    found.doubtful[row] = ~known
    good = np.flatnonzero(known)
    for i in good.tolist():
        found.impacts[int(row[i])] = ImpactEllipse(
            lat_rad=float(impact.lat_rad[i]),
            lon_rad=float(impact.lon_rad[i]),
            semi_major_m=float(shape.semi_major_m[i]),
            semi_minor_m=float(shape.semi_minor_m[i]),
            azimuth_rad=float(shape.azimuth_rad[i]),
        )
    lat, lon = impact.lat_rad[good], impact.lon_rad[good]
    point, place = places.near(lat, lon, shape.semi_major_m[good] + settings.margin_m)
    corners = places.corners_from(lat[point], lon[point], place)
    # Margin as extra spread, so that the 95 % ellipse grows by about that much all around.
    spread = impact.covariance[good][point] + settings.margin_m**2 / CHI2_95 * np.eye(2)
    hit = gap_to_polygon(_whitened(corners, spread)) <= np.sqrt(CHI2_95)
    point, place = good[point[hit]], place[hit]
    time = impact.time_s[point] - age_s[row[point]]
    _note(found, row[point], place, time, 2 * impact.time_sd_s[point], places)


def _whitened(corners: F64, covariance: F64) -> F64:
    """Return corners (K, V, 2) where each covariance (K, 2, 2) is that of the unit circle."""
    a, b, c = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    first = np.sqrt(a)
    slope = b / first
    second = np.sqrt(np.maximum(c - slope * slope, 1e-6))
    x = corners[..., 0] / first[:, None]
    y = (corners[..., 1] - slope[:, None] * x) / second[:, None]
    return np.stack([x, y], -1)


def _note(
    found: Threatened,
    row: NDArray[np.int64],
    place: NDArray[np.int64],
    time_s: F64,
    spread_s: F64,
    places: Places,
) -> None:
    order = np.lexsort((place, time_s, row))
    for k in order.tolist():
        named = places.places[int(place[k])]
        found.places.setdefault(int(row[k]), []).append(
            ThreatenedPlace(
                name=named.name,
                nation=named.nation,
                time_to_go_s=round(min(max(float(time_s[k]), 0.0), 86_400.0), 3),
                time_spread_s=round(min(float(spread_s[k]), 86_400.0), 3),
            )
        )
