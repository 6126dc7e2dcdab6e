"""Launches that were reported: which reports are of one launch, and which track came of it.

A track is never carried back: the reported launch is carried forward. What left that point at that
time and is now where the track is must fly at about one velocity, and the track does or does not.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.geodesy import F64, GM_M3PS2, distance_m, ecef_from_geodetic
from skypact.core.messages import LaunchDetections, LaunchSeen, ThreatClass, ThreatenedPlace
from skypact.warning.places import Places
from skypact.warning.settings import WarningSettings
from skypact.warning.threat.evaluate import Assessment
from skypact.warning.threat.launch.falling import Falling
from skypact.warning.threat.launch.fan import CELL_SPARE_M, LaunchPoint, cell, fan

LAUNCHES_MAX = 512
SAME_S, SAME_M = 10.0, 20_000.0
FLOWN_MIN_S = 15.0
DISTANCE2_MAX = 16.0  # of three values, 0.999
BURN_S, BURN_SD_S = 35.0, 20.0
"""What flies is as if launched at full speed later by so much."""
LATE_SHARE_MAX = 0.5
SPEED_SD_MIN_MPS, SPEED_MAX_MPS = 60.0, 7_500.0
KEPT_AFTER_S = 120.0


class Launch(msgspec.Struct, kw_only=True):
    """number: counts from 1; lat, lon: as reported; azimuth_rad, burn_s: None where not seen;
    received_ns: of the first report; over_ns: last arrival; track: what came of it, 0 not known."""

    number: int
    time_ns: int
    time_sd_s: float
    lat_rad: float
    lon_rad: float
    sd_m: float
    azimuth_rad: float | None
    burn_s: float | None
    confidence: float
    received_ns: int
    over_ns: int = 0
    track: int = 0

    def take(self, other: "Launch") -> None:
        """Take over another report of the same launch: the sharper place, what one of them saw."""
        self.confidence = max(self.confidence, other.confidence)
        for seen in ("azimuth_rad", "burn_s"):
            if getattr(other, seen) is not None:
                setattr(self, seen, getattr(other, seen))
        if other.sd_m < self.sd_m:
            self.lat_rad, self.lon_rad, self.sd_m = other.lat_rad, other.lon_rad, other.sd_m
        if other.time_sd_s < self.time_sd_s:
            self.time_ns, self.time_sd_s = other.time_ns, other.time_sd_s


class Launches:
    """The launches of the last minutes, oldest first."""

    def __init__(self, settings: WarningSettings) -> None:
        self._settings = settings
        self._count = 0
        self._held: list[Launch] = []

    def take(self, message: LaunchDetections, places: Places, now_ns: int) -> list[Assessment]:
        """Take reports; return what each launch that they are of, and that no track came of yet,
        may reach. Reports of one message are of different launches."""
        taken: list[int] = []
        out: list[Assessment] = []
        for report in _reports(message):
            if report.confidence < self._settings.launch_confidence_min:
                continue
            launch = self._same(report, taken)
            if launch is None:
                self._count += 1
                launch = report
                launch.number, launch.received_ns = self._count, now_ns
                self._held = [*self._held, launch][-LAUNCHES_MAX:]
            else:
                launch.take(report)
            taken.append(launch.number)
            if not launch.track:
                out.append(self._assess(launch, places, now_ns))
        return out

    def join(self, falling: Falling) -> list[tuple[int, int]]:
        """Return (number of a launch, number of the track that came of it) for those that are found
        now: each launch one track, the best match first."""
        waiting = [launch for launch in self._held if not launch.track]
        known = [launch.track for launch in self._held if launch.track]
        rows = np.flatnonzero(~np.isin(falling.number, known))
        if not waiting or not len(rows):
            return []
        distance2 = _distances2(waiting, falling.rows(rows))
        joined: list[tuple[int, int]] = []
        order: list[int] = np.argsort(distance2, axis=None, kind="stable").tolist()
        for pair in order:
            at, row = divmod(pair, len(rows))
            if not distance2[at, row] <= DISTANCE2_MAX:
                break
            launch, track = waiting[at], int(falling.number[rows[row]])
            if not launch.track and all(track != number for _, number in joined):
                launch.track = track
                joined.append((launch.number, track))
        return joined

    def forget_old(self, now_ns: int) -> list[int]:
        """Let go of launches that are long over; return their numbers."""
        kept_ns = now_ns - round(KEPT_AFTER_S * 1e9)
        gone = [launch.number for launch in self._held if launch.over_ns < kept_ns]
        self._held = [launch for launch in self._held if launch.over_ns >= kept_ns]
        return gone

    @property
    def waiting(self) -> bool:
        """Return whether there is a launch of which no track has come yet."""
        return any(not launch.track for launch in self._held)

    def save(self) -> tuple[int, list[Launch]]:
        """Return what is remembered."""
        return self._count, self._held

    def load(self, state: tuple[int, Sequence[Launch]]) -> None:
        """Take over what `save` returned."""
        self._count, self._held = state[0], list(state[1])

    def _same(self, report: Launch, taken: Sequence[int]) -> Launch | None:
        for held in self._held:
            apart_s = abs(held.time_ns - report.time_ns) / 1e9
            if held.number in taken or apart_s > SAME_S + 2 * np.hypot(
                held.time_sd_s, report.time_sd_s
            ):
                continue
            apart_m = distance_m(held.lat_rad, held.lon_rad, report.lat_rad, report.lon_rad)
            if apart_m <= SAME_M + 2 * np.hypot(held.sd_m, report.sd_m):
                return held
        return None

    def _assess(self, launch: Launch, places: Places, now_ns: int) -> Assessment:
        middle = cell(launch.lat_rad, launch.lon_rad)
        point = LaunchPoint(middle, launch.sd_m, launch.azimuth_rad, launch.burn_s)
        found = fan(point, places, self._settings)
        age_s = (now_ns - launch.time_ns) / 1e9
        early = found.earliest_s - 2 * launch.time_sd_s - age_s
        late = found.latest_s + 2 * launch.time_sd_s - age_s
        due = np.flatnonzero(late > 0)
        early, late = np.maximum(early[due], 0.0), np.clip(late[due], 0.0, 86_400.0)
        middle_s: list[float] = np.round((early + late) / 2).tolist()
        spread_s: list[float] = np.round((late - early) / 2).tolist()
        reached: list[int] = found.place[due].tolist()
        launch.over_ns = now_ns + round(float(late.max(initial=0.0)) * 1e9)
        return Assessment(
            track=-launch.number,
            threat_class=ThreatClass.BALLISTIC,
            class_probability=launch.confidence,
            assessed_ns=now_ns,
            places=tuple(
                ThreatenedPlace(
                    name=places.places[place].name,
                    nation=places.places[place].nation,
                    time_to_go_s=to_go_s,
                    time_spread_s=within_s,
                )
                for place, to_go_s, within_s in zip(reached, middle_s, spread_s, strict=True)
            ),
            impact=None,
            detected_ns=launch.received_ns,
            tracked_ns=0,
            launch=LaunchSeen(
                lat_rad=middle[0],
                lon_rad=middle[1],
                within_m=round(float(CELL_SPARE_M + 2 * launch.sd_m), -3),
                time_ns=launch.time_ns,
                confidence=round(launch.confidence, 2),
            ),
        )


def _reports(message: LaunchDetections) -> list[Launch]:
    column = {name: array(message, name).tolist() for name in message.COLUMNS}
    return [
        Launch(
            number=0,
            time_ns=column["time_ns"][i],
            time_sd_s=column["time_sd_s"][i],
            lat_rad=column["lat_rad"][i],
            lon_rad=column["lon_rad"][i],
            sd_m=float(np.hypot(column["major_sd_m"][i], column["minor_sd_m"][i])),
            azimuth_rad=_or_none(column["azimuth_rad"][i]),
            burn_s=_or_none(column["burn_s"][i]),
            confidence=column["confidence"][i],
            received_ns=0,
        )
        for i in range(message.count)
    ]


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else value


def _distances2(launches: Sequence[Launch], track: Falling) -> F64:
    """Return the squared statistical distances (L, N) between how tracks fly and how what left a
    launch point in time would have to; infinite where it cannot have come from there."""
    lat, lon = (np.array([getattr(x, n) for x in launches]) for n in ("lat_rad", "lon_rad"))
    point = ecef_from_geodetic(lat, lon, np.zeros(len(launches)))[:, None]
    begun: NDArray[np.int64] = np.array([launch.time_ns for launch in launches])
    burn = np.array([launch.burn_s or 2 * BURN_S for launch in launches]) / 2
    burn_sd = np.array([5.0 if launch.burn_s else BURN_SD_S for launch in launches])
    late_sd = np.hypot(burn_sd, [launch.time_sd_s for launch in launches])[:, None]
    place_sd = np.array([launch.sd_m for launch in launches])[:, None]
    age_s = (track.time_ns[None] - begun[:, None]) / 1e9
    flown = np.maximum(age_s - burn[:, None], FLOWN_MIN_S)
    late_sd = np.minimum(late_sd, LATE_SHARE_MAX * flown)
    way = track.position_ecef_m[None] - point
    middle = track.position_ecef_m[None] - 0.5 * way
    pull = -GM_M3PS2 * middle / (np.linalg.norm(middle, axis=-1) ** 3)[..., None]
    wanted = way / flown[..., None] + 0.5 * pull * flown[..., None]
    off = ((track.velocity_ecef_mps[None] - wanted) ** 2).sum(-1)
    # An error of the time changes the mean velocity and how long gravity has pulled.
    fall = 0.5 * np.linalg.norm(pull, axis=-1) * flown
    by_time = (np.linalg.norm(way, axis=-1) / flown + fall) / flown * late_sd
    variance = by_time**2 + (place_sd / flown) ** 2 + SPEED_SD_MIN_MPS**2
    variance = variance + track.speed_variance[None]
    fits = (age_s >= FLOWN_MIN_S) & (np.linalg.norm(way, axis=-1) <= SPEED_MAX_MPS * flown)
    return np.where(fits, off / variance, np.inf)
