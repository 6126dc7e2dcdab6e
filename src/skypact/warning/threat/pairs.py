"""Which tracks threaten which places, as arrays: where they come down, or what they head for."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64
from skypact.core.messages import ThreatClass
from skypact.warning.places import I64, Places
from skypact.warning.settings import WarningSettings
from skypact.warning.threat.approach import reach
from skypact.warning.threat.fall import CHI2_95, Air, Ellipse, Impact, ellipse, predict_impact
from skypact.warning.threat.kernels_reach import struck
from skypact.warning.threat.kinematics import Kinematics

FALLING = np.array([c in (ThreatClass.BALLISTIC, ThreatClass.ROCKET) for c in ThreatClass])
FLYING = np.array([c in (ThreatClass.CRUISE, ThreatClass.DRONE) for c in ThreatClass])
ELLIPSE_MAX_M = 500_000.0
SPEED_SPREAD_MAX = 0.3


class Pairs(NamedTuple):
    """row of the batch and place, (K,) each, time_s to it, spread_s half of its 95 % window,
    closest_m of the way straight on, NaN for what falls; the most urgent places of a row first.

    doubtful (N,): tracks too uncertain to say; fallen (F,): rows whose impact and shape are known.
    """

    row: I64
    place: I64
    time_s: F64
    spread_s: F64
    closest_m: F64
    doubtful: NDArray[np.bool_]
    fallen: I64
    impact: Impact
    shape: Ellipse


def pairs(
    track: Kinematics,
    threat_class: NDArray[np.uint8],
    age_s: F64,
    places: Places,
    settings: WarningSettings,
    most: int,
) -> Pairs:
    """Return what N tracks whose states are `age_s` (N,) old threaten, of each nation the `most`
    urgent places of a track."""
    falls = FALLING[threat_class]
    sane = (track.position_sd_m <= settings.position_sd_max_m) | falls
    sane &= track.speed_sd_mps <= SPEED_SPREAD_MAX * np.maximum(track.speed_mps, 1.0)
    steady = track.course_sd_rad <= np.radians(settings.course_sd_max_deg)
    sane &= steady | falls
    falling = np.flatnonzero(sane & falls)
    flying = np.flatnonzero(sane & FLYING[threat_class])
    fallen, impact, shape, struck_ = _struck(track.rows(falling), places, settings, most)
    doubtful = ~sane
    doubtful[np.delete(falling, fallen)] = True
    horizon = settings.horizon_s(threat_class[flying] == int(ThreatClass.CRUISE))
    cone = float(np.radians(settings.cone_deg))
    met = reach(track.rows(flying), places, horizon, cone, settings.margin_m, most)
    point, hit, time, spread = struck_
    row = np.concatenate([falling[point], flying[met.track]])
    place = np.concatenate([hit, met.place])
    order_key = np.concatenate([np.arange(len(point)), met.time_s])
    order = np.lexsort((place, order_key, row))
    to_go = np.concatenate([time, met.time_s]) - age_s[row]
    return Pairs(
        row[order],
        place[order],
        to_go[order],
        np.concatenate([spread, met.spread_s])[order],
        np.concatenate([np.full(len(point), np.nan), met.closest_m])[order],
        doubtful,
        falling[fallen],
        impact,
        shape,
    )


def _struck(
    track: Kinematics, places: Places, settings: WarningSettings, most: int
) -> tuple[I64, Impact, Ellipse, tuple[I64, I64, F64, F64]]:
    """Return which of the tracks come down somewhere known, where, and (track, place, time, spread)
    of the places in their ellipses, those nearest to the middle first."""
    air = Air(
        settings.ballistic_coefficient_kgpm2,
        settings.ballistic_coefficient_spread,
        settings.impact_sd_min_m,
    )
    impact = predict_impact(track, air)
    shape = ellipse(impact.covariance)
    good = np.flatnonzero(np.isfinite(impact.time_s) & (shape.semi_major_m <= ELLIPSE_MAX_M))
    impact = Impact(*(column[good] for column in impact))
    shape = Ellipse(*(column[good] for column in shape))
    # Margin as extra spread, so that the 95 % ellipse grows by about that much all around.
    spread = impact.covariance + settings.margin_m**2 / CHI2_95 * np.eye(2)
    rows = (
        impact.lat_rad,
        impact.lon_rad,
        shape.semi_major_m + settings.margin_m,
        spread[:, 0, 0],
        spread[:, 0, 1],
        spread[:, 1, 1],
        np.full(len(good), np.sqrt(CHI2_95)),
    )
    pair, distance = struck(
        np.ascontiguousarray(np.stack(rows, -1)),
        places.band,
        places.centre,
        places.wide_m,
        places.begin,
        places.corner,
    )
    point, place = pair[:, 0], places.order[pair[:, 1]]
    order = np.lexsort((place, distance, point))
    order = order[_rank(point[order]) < most * max(len(places.nations), 1)]
    point, place = point[order], place[order]
    found = good[point], place, impact.time_s[point], 2 * impact.time_sd_s[point]
    return good, impact, shape, found


def _rank(group: I64) -> I64:
    """Return how many rows of its own group stand before each row; groups stand together."""
    first = np.flatnonzero(np.diff(group, prepend=-1))
    return np.arange(len(group)) - np.repeat(first, np.diff(first, append=len(group)))
