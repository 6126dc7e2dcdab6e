"""What a launch that was seen from space says of a radar's first plots: how fast they fall.

A launch report gives where and when something left the ground. A plot high above all aircraft that
can be reached from there in that time has, by free fall from the one to the other, a velocity; with
it a track starts from one plot instead of from any speed and any direction. The other way round, a
launch point from plots, is never computed.
"""

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.geodesy import GM_M3PS2, ecef_from_geodetic, geodetic_from_ecef
from skypact.core.messages import LaunchDetections

F64 = NDArray[np.float64]
LAUNCH = np.dtype(
    [("time_ns", "<i8"), ("time_sd_s", "<f8"), ("position", "<f8", (3,)), ("sd_m", "<f8")]
)
KEPT = 64
AGE_MAX_S, AGE_MIN_S = 1_500.0, 60.0
CONFIDENCE_MIN = 0.5
# The motor burns half a minute to two minutes: what flies is as if launched later by so much.
BURN_S, BURN_SD_S = 35.0, 20.0
SPEED_MIN_MPS, SPEED_MAX_MPS = 300.0, 7_500.0
SD_MIN_MPS = 60.0


class Launches:
    """Remembers the latest launches that were surely enough ones."""

    def __init__(self) -> None:
        self._held = np.zeros(0, LAUNCH)

    def recent(self, time_ns: int) -> bool:
        """Return whether there is any launch that what is seen at a time may come from."""
        return bool(len(self._held)) and time_ns - int(self._held["time_ns"][-1]) <= AGE_MAX_S * 1e9

    def take(self, message: LaunchDetections) -> None:
        """Remember launches; the oldest go when there are too many."""
        rows = np.zeros(message.count, LAUNCH)
        lat, lon = array(message, "lat_rad"), array(message, "lon_rad")
        rows["time_ns"] = array(message, "time_ns")
        rows["time_sd_s"] = array(message, "time_sd_s")
        rows["position"] = ecef_from_geodetic(lat, lon, np.zeros(message.count))
        rows["sd_m"] = np.hypot(array(message, "major_sd_m"), array(message, "minor_sd_m"))
        sure = array(message, "confidence") >= CONFIDENCE_MIN
        held = np.concatenate([self._held, rows[sure]])
        self._held = held[np.argsort(held["time_ns"], kind="stable")][-KEPT:]

    def to_bytes(self) -> bytes:
        """Return what is remembered."""
        return self._held.tobytes()

    def from_bytes(self, state: bytes) -> None:
        """Take over what to_bytes returned."""
        self._held = np.frombuffer(state, LAUNCH).copy()

    def velocities(
        self, time_ns: NDArray[np.int64], position_ecef_m: F64, high_m: float
    ) -> tuple[NDArray[np.int64], F64, F64]:
        """Return which plots may come from a launch, their velocities ECEF (n, 3) and the variance
        of these along each axis.

        time_ns (N,), position_ecef_m (N, 3) of plots; those not above `high_m` are left out. When
        several launches fit, the velocity is their mean and its variance covers them all.
        """
        none = np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros(0)
        if not len(self._held) or not len(time_ns):
            return none
        known = np.flatnonzero(~np.isnan(position_ecef_m).any(axis=1))
        rows = known[geodetic_from_ecef(position_ecef_m[known])[2] > high_m]
        if not len(rows):
            return none
        velocity, variance, fits = self._by_launch(time_ns[rows], position_ecef_m[rows])
        count = fits.sum(axis=1)
        share = fits / np.maximum(count, 1)[:, None]
        mean = np.einsum("nl,nlc->nc", share, np.where(fits[..., None], velocity, 0.0))
        off = np.where(fits[..., None], velocity - mean[:, None], 0.0)
        spread = np.einsum("nl,nlc,nlc->n", share, off, off)
        total = np.einsum("nl,nl->n", share, np.where(fits, variance, 0.0)) + spread
        some = count > 0
        return rows[some], mean[some], total[some]

    def _by_launch(
        self, time_ns: NDArray[np.int64], position: F64
    ) -> tuple[F64, F64, NDArray[np.bool_]]:
        """Return velocities (N, L, 3), variances (N, L) and which fit (N, L)."""
        held = self._held
        age_s = (time_ns[:, None] - held["time_ns"]) / 1e9
        flown_s = np.maximum(age_s - BURN_S, 1.0)
        way = position[:, None] - held["position"]
        way_m = np.sqrt((way * way).sum(axis=2))
        middle = position[:, None] - 0.5 * way
        pull = -GM_M3PS2 * middle / (np.sqrt((middle * middle).sum(axis=2)) ** 3)[..., None]
        begun = way / flown_s[..., None] - 0.5 * pull * flown_s[..., None]
        now = way / flown_s[..., None] + 0.5 * pull * flown_s[..., None]
        begun_mps = np.sqrt((begun * begun).sum(axis=2))
        up = held["position"] / np.sqrt((held["position"] ** 2).sum(axis=1))[:, None]
        fits = (age_s >= AGE_MIN_S) & (age_s <= AGE_MAX_S)
        fits &= (begun_mps >= SPEED_MIN_MPS) & (begun_mps <= SPEED_MAX_MPS)
        fits &= np.einsum("nlc,lc->nl", begun, up) > 0
        late_s = np.hypot(BURN_SD_S, held["time_sd_s"])
        # An error of the time changes the mean velocity and how long gravity has pulled.
        by_time = (way_m / flown_s + 0.5 * np.sqrt((pull * pull).sum(axis=2)) * flown_s) / flown_s
        sd = np.hypot(by_time * late_s, held["sd_m"] / flown_s)
        return now, np.square(sd) + SD_MIN_MPS**2, fits
