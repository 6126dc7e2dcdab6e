"""From a batch of system tracks to classes and assessments: the numeric half of the room."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.geodesy import F64
from skypact.core.messages import ReachablePlace, SystemTracks, ThreatClass
from skypact.core.table import among, last_of_each
from skypact.warning.places import Places
from skypact.warning.settings import Place, WarningSettings
from skypact.warning.threat.evaluate import Assessment, Threatened, evaluate
from skypact.warning.threat.kinematics import Kinematics, kinematics
from skypact.warning.threat.launch.falling import Falling
from skypact.warning.threat.memory import TrackMemory
from skypact.warning.threat.pairs import FALLING
from skypact.warning.threat.reachable import Agility, reachable

REACHABLE_EVERY_NS = 10_000_000_000
REACHABLE_TRACKS_MAX = 50
"""Of one batch; the others have their turn with the next."""
REACHABLE_MAX = 16
"""Of each nation, the nearest."""


class Seen(NamedTuple):
    """news (M,): numbers of tracks whose class is to be told, with class and probability;
    assessments: of every track that threatens, and of those asked for that do not any more;
    falling: the tracks of the batch that fall."""

    news: NDArray[np.uint32]
    news_class: NDArray[np.uint8]
    news_probability: F64
    assessments: Sequence[Assessment]
    falling: Falling


class Assessor:
    """Classes and threats of all tracks; `found` holds those that threaten now, by number."""

    def __init__(self, settings: WarningSettings, places: tuple[Place, ...]) -> None:
        self._settings = settings
        self.places = Places(places)
        self._warns = np.array([c.name.lower() in settings.warn_of for c in ThreatClass])
        self.memory = TrackMemory()
        self.found: dict[int, Assessment] = {}

    def observe(self, batch: SystemTracks, asked: Sequence[int], now_ns: int) -> Seen:
        """Take a batch; `asked`: tracks whose end of threat matters too."""
        settings, last = self._settings, last_of_each(array(batch, "number"))
        number = array(batch, "number")[last]
        time_ns = array(batch, "time_ns")[last]
        track = kinematics(
            array(batch, "position_ecef_m")[last],
            array(batch, "velocity_ecef_mps")[last],
            array(batch, "covariance")[last],
        )
        row = self.memory.observe(
            number,
            time_ns,
            array(batch, "detection")[last],
            track,
            settings.class_probability_min,
            now_ns,
        )
        held = self.memory.held[row]
        probability = self.memory.probability_of(row)
        ripe = self._warns[held] & (self.memory.looks[row] >= settings.looks_min)
        which = np.flatnonzero(ripe)
        threatened = evaluate(
            track.rows(which), held[which], (now_ns - time_ns[which]) / 1e9, self.places, settings
        )
        could = self._could_reach(track, held, number, which, threatened, now_ns)
        of_which = {int(i): k for k, i in enumerate(which.tolist())}
        also = np.array([*asked, *self.found], np.uint32)
        wanted = np.flatnonzero(ripe | among(number, also))
        detected, confirmed = array(batch, "detected_ns")[last], array(batch, "confirmed_ns")[last]
        assessments: list[Assessment] = []
        for i in wanted.tolist():
            k = of_which.get(i, -1)
            found = Assessment(
                track=int(number[i]),
                threat_class=ThreatClass(int(held[i])),
                class_probability=min(float(probability[i]), 1.0),
                assessed_ns=now_ns,
                places=tuple(threatened.places.get(k, ())),
                impact=threatened.impacts.get(k),
                closest_m=threatened.closest_m.get(k, {}),
                **could.get(k, {}),
                doubtful=held[i] == ThreatClass.UNKNOWN
                or (k >= 0 and bool(threatened.doubtful[k])),
                detected_ns=int(detected[i]),
                tracked_ns=int(confirmed[i]),
            )
            self._keep(found)
            assessments.append(found)
        news = self.memory.untold(row)
        falls = np.flatnonzero(FALLING[held] & (probability >= settings.class_probability_min))
        spread = np.einsum("nii->n", track.covariance[falls, 3:, 3:]) / 3
        states = track.position_ecef_m[falls], track.velocity_ecef_mps[falls]
        return Seen(
            self.memory.number[news],
            self.memory.held[news],
            np.clip(self.memory.probability_of(news), 0.0, 1.0),
            assessments,
            Falling(number[falls], time_ns[falls], *states, spread),
        )

    def lose(self, number: int, successor: int) -> None:
        """Forget a track, or carry it over to its new number."""
        self.found.pop(number, None)
        if successor:
            self.memory.rename(number, successor)
        else:
            self.memory.drop(np.array([number], np.uint32))

    def _could_reach(
        self,
        track: Kinematics,
        held: NDArray[np.uint8],
        number: NDArray[np.uint32],
        which: NDArray[np.int64],
        threatened: Threatened,
        now_ns: int,
    ) -> dict[int, dict[str, Any]]:
        """Return fields of assessments by row of `which`: what flies and threatens could turn to.
        Worked out anew every REACHABLE_EVERY_NS for each track."""
        kept: dict[int, dict[str, Any]] = {}
        stale: list[int] = []
        for k in threatened.closest_m:
            before = self.found.get(int(number[which[k]]))
            old = before is None or now_ns - before.reachable_ns >= REACHABLE_EVERY_NS
            if old and len(stale) < REACHABLE_TRACKS_MAX:
                stale.append(k)
            elif before is not None:
                kept[k] = {"reachable": before.reachable, "reachable_ns": before.reachable_ns}
        rows = which[stale]
        horizon = self._settings.horizon_s(held[rows] == ThreatClass.CRUISE)
        found = reachable(
            track.rows(rows),
            self.places,
            horizon,
            Agility(self._settings.turn_max_mps2, self._settings.faster_share),
            self._settings.margin_m,
            REACHABLE_MAX,
        )
        rows_: list[int] = found.track.tolist()
        places: list[int] = found.place.tolist()
        soonest: list[float] = np.round(found.earliest_s).tolist()
        could: list[list[ReachablePlace]] = [[] for _ in stale]
        headed = [{place.name for place in threatened.places[k]} for k in stale]
        for i, at, earliest_s in zip(rows_, places, soonest, strict=True):
            place = self.places.places[at]
            if place.name not in headed[i]:
                could[i].append(
                    ReachablePlace(name=place.name, nation=place.nation, earliest_s=earliest_s)
                )
        for k, mine in zip(stale, could, strict=True):
            kept[k] = {"reachable": tuple(mine), "reachable_ns": now_ns}
        return kept

    def _keep(self, found: Assessment) -> None:
        if found.places:
            self.found[found.track] = found
        else:
            self.found.pop(found.track, None)
