"""Registration: biases of the sensors, learnt from common targets and taken off their plots."""

from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import InvariantError
from skypact.core.messages import Standing
from skypact.tracking.kernels.compare import compare_sensors
from skypact.tracking.kernels.layout import POINT
from skypact.tracking.kernels.register import (
    AZIMUTH,
    BIASES,
    EAST,
    ELEVATION,
    GAP_PERIODS,
    RANGE,
    SCALE,
    TALLY,
    TIME,
    UP,
    place_hits,
)
from skypact.tracking.registration.biases import PRIOR_SD, Biases
from skypact.tracking.registration.health import Health
from skypact.tracking.registration.hearsay import Hearsay
from skypact.tracking.registration.hits import Hits
from skypact.tracking.registration.links import linked

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_STEP_NS = 10_000_000_000
_MEMORY_S, _LATELY_S = 900.0, 40.0
_JUMP_SD = 5.0  # what was lately learnt differs by so much from all that was learnt
_TYPICAL_SPEED_MPS = 250.0
_SURE_TIME_S = 0.15
# What is known stays so until its uncertainty is this much beyond the limit.
_EASE = 1.5
_PLACE_STEP_M, _TIME_STEP_S = 10.0, 0.02
_POLAR = [RANGE, AZIMUTH, ELEVATION]
_TOLD = [*_POLAR, TIME]


class RegistrationState(msgspec.Struct, frozen=True, kw_only=True):
    """All that is remembered."""

    hits: tuple[bytes, int, int]
    biases: tuple[bytes, bytes]
    latest: tuple[bytes, bytes]
    hearsay: tuple[bytes, bytes, int]
    health: tuple[Any, ...]
    applied: bytes
    sites: bytes
    sure: tuple[bool, ...]
    lost: tuple[bool, ...]
    standing: tuple[Standing, ...]
    step_ns: int
    mark_ns: int


class Change(NamedTuple):
    """The correction of sensor s changed by `by` (BIASES,)."""

    s: int
    by: F64


def _ordered(points: NDArray[Any]) -> NDArray[Any]:
    return points[np.lexsort((points["time_ns"], points["track"]))]


class Registration:
    """Biases of the radars of one node (SITE rows; the last is position reports).

    `sites`: the rows as the tracker should use them: noise and place follow what is learnt.
    """

    def __init__(self, sites: NDArray[Any], learns: bool = True) -> None:
        """sites: as the settings say; learns: False to take every sensor at its word."""
        self._base = sites.copy()
        self.sites = sites.copy()
        self.radars = int(sites.size) - 1
        self._ranging = sites["radar"][: self.radars] == 1
        self._learns = learns and int(self._ranging.sum()) > 1
        self.biases, self.health = Biases(self.radars), Health(self.radars)
        self._latest = Biases(self.radars)
        self._hearsay = Hearsay(self.radars)
        self.applied: F64 = np.zeros((self.radars, BIASES))
        self.standing = [Standing.ALONE] * self.radars
        self._sure = np.zeros(self.radars, np.bool_)
        self._lost = np.zeros(self.radars, np.bool_)
        self._hits = Hits()
        self._step_ns = self._mark_ns = 0
        periods = self._base["period_ns"][: self.radars]
        self._hold_ns = int(np.clip(1.15 * periods.max(initial=0), 6e9, 30e9))

    def corrected(self, s: int, plots: NDArray[Any]) -> NDArray[Any]:
        """Return the plots of sensor s (PLOT rows) without its bias; the same rows when it has
        none."""
        if s == self.radars:
            return plots
        if self.health.stuck[s]:
            self.health.moves_again(s, plots["polar"])
            if self.health.stuck[s]:
                return plots[:0]
        bias = self.applied[s]
        if not bias.any():
            return plots
        made = plots.copy()
        polar = made["polar"]
        polar[:, 0] = np.maximum(polar[:, 0] * (1 - bias[SCALE]) - bias[RANGE], 0.0)
        polar[:, 1] = (polar[:, 1] - bias[AZIMUTH]) % (2 * np.pi)
        polar[:, 2] -= bias[ELEVATION]
        made["time_ns"] -= self.shift_ns(s)
        return made

    def shift_ns(self, s: int) -> int:
        """Return how late the time stamps of sensor s are."""
        return 0 if s == self.radars else round(1e9 * float(self.applied[s, TIME]))

    def note(self, s: int, raw: NDArray[Any], plots: NDArray[Any]) -> None:
        """Remember which plots hit a track; raw: as the sensor gave them, plots: after the pass."""
        if self._learns:
            self._hits.add(s, plots, raw, self._base[s])

    def step(self, seen_ns: int) -> list[Change]:
        """Learn, at most every 10 s of plot time; return which corrections changed."""
        if not self._learns or seen_ns < self._step_ns:
            return []
        # When every sensor is known there is less to learn.
        self._step_ns = seen_ns + (2 if bool(self._sure[self._ranging].all()) else 1) * _STEP_NS
        mark_ns = seen_ns - self._hold_ns
        start_ns = max(self._mark_ns, mark_ns - 3 * _STEP_NS)
        self._mark_ns = mark_ns
        gone_s = 1e-9 * (mark_ns - start_ns)
        self.biases.forget(float(np.exp(-gone_s / _MEMORY_S)))
        self._latest.forget(float(np.exp(-gone_s / _LATELY_S)))
        self._hearsay.forget(float(np.exp(-gone_s / _MEMORY_S)))
        longest = int(self._base["period_ns"].max())
        hits = self._hits.since(start_ns - round(GAP_PERIODS * longest))
        if not (hits["sensor"] != hits["sensor"][:1]).any():
            return []
        points = np.zeros(hits.size, POINT)
        # How noisy a sensor is shows against what it is believed to be.
        place_hits(hits, self._base, self.biases.value, self.health.ratio, points)
        tally = np.zeros((self.radars, TALLY))
        self._compare(_ordered(points), tally, start_ns, 1)
        place_hits(hits, self._base, self.biases.value, self.health.factors(), points)
        self._compare(linked(_ordered(points), self.radars), tally, start_ns, 2)
        self.health.learn(tally)
        self._solve()
        jumped = self.health.jumped()
        for s in range(self.radars):
            if s in jumped or self._drifted(s):
                self.biases.reset(s)
                self._latest.reset(s)
                self._hearsay.reset(s)
                self._lost[s] = True
        return self._judge()

    def _solve(self) -> None:
        told = self._hearsay.information, self._hearsay.vector
        self.biases.solve(*told)
        self._latest.solve(*told)

    def _drifted(self, s: int) -> bool:
        """Say whether the latest comparisons contradict what was learnt of a sensor before."""
        if not self._sure[s]:
            return False
        off = np.abs(self._latest.value[s] - self.biases.value[s])[_TOLD]
        sd = np.hypot(self._latest.sd[s], self.biases.sd[s])[_TOLD]
        return bool((off > _JUMP_SD * sd).any())

    def to_bytes(self) -> bytes:
        """Return the whole state."""
        return msgspec.msgpack.encode(
            RegistrationState(
                hits=self._hits.to_bytes(),
                biases=self.biases.to_bytes(),
                latest=self._latest.to_bytes(),
                hearsay=self._hearsay.to_bytes(),
                health=self.health.state(),
                applied=self.applied.tobytes(),
                sites=self.sites.tobytes(),
                sure=tuple(self._sure.tolist()),
                lost=tuple(self._lost.tolist()),
                standing=tuple(self.standing),
                step_ns=self._step_ns,
                mark_ns=self._mark_ns,
            )
        )

    def from_bytes(self, state: bytes) -> None:
        """Take over what to_bytes returned; InvariantError when it is of other sensors."""
        held = msgspec.msgpack.decode(state, type=RegistrationState)
        if len(held.standing) != self.radars or len(held.sites) != self.sites.nbytes:
            raise InvariantError("the snapshot's registration is of other sensors")
        self._hits.from_bytes(*held.hits)
        self.biases.from_bytes(*held.biases)
        self._latest.from_bytes(*held.latest)
        self._hearsay.from_bytes(*held.hearsay)
        self._solve()
        self.health.restore(held.health)
        self.applied = np.frombuffer(held.applied, np.float64).reshape(-1, BIASES).copy()
        self.sites[:] = np.frombuffer(held.sites, self.sites.dtype)
        self._sure = np.array(held.sure, np.bool_)
        self._lost = np.array(held.lost, np.bool_)
        self.standing = list(held.standing)
        self._step_ns, self._mark_ns = held.step_ns, held.mark_ns

    def _compare(self, points: NDArray[Any], tally: F64, start_ns: int, mode: int) -> None:
        b, size = self.biases, self.radars * BIASES
        information, vector = np.zeros((2, size, size)), np.zeros((2, size))
        estimate = b.wide, b.flat, information, vector
        compare_sensors(
            points, self._base, PRIOR_SD, *estimate, tally, start_ns, self._mark_ns, mode
        )
        for each in (self.biases, self._latest):
            each.add(information[0], vector[0])
        self._hearsay.take(information[1], vector[1], tally, self._mark_ns)

    def _judge(self) -> list[Change]:
        """Decide what is believed of each sensor, and set sites and corrections after it."""
        changes: list[Change] = []
        factors = self.health.factors()
        for s in range(self.radars):
            sure, wrong = self._believe(s)
            had = bool(self.applied[s].any())
            wanted = self.biases.value[s] if sure and (wrong or had) else np.zeros(BIASES)
            step = wanted - self.applied[s]
            if self._matters(s, step) or (had and not wanted.any()):
                self.applied[s] = wanted
                changes.append(Change(s, step))
            self._weigh(s, sure, wrong, factors[s])
            self.standing[s] = self._standing(s, sure, wrong)
        return changes

    def _believe(self, s: int) -> tuple[bool, bool]:
        """Return (whether the biases of a sensor are known well enough, whether it has some)."""
        value, sd = self.biases.value[s], self.biases.sd[s]
        noise = np.sqrt(self._base["noise_var"][s])
        measures = ~np.isnan(noise)
        off, blur = np.abs(value[_POLAR]), sd[_POLAR]
        late, blur_s = abs(float(value[TIME])), float(sd[TIME])
        ease = _EASE if self._sure[s] else 1.0
        sure = bool((blur <= ease * np.maximum(noise, 0.1 * off))[measures].all())
        sure &= blur_s <= ease * max(_SURE_TIME_S, 0.1 * late)
        self._sure[s] = sure
        self._lost[s] &= not sure
        wrong = bool(((off > 4 * blur) & (off > 0.3 * noise))[measures].any())
        return sure, wrong or late > max(4 * blur_s, _SURE_TIME_S)

    def _matters(self, s: int, step: F64) -> bool:
        """Say whether a change of the correction is worth moving tracks for."""
        noise = np.sqrt(self._base["noise_var"][s])
        measures = ~np.isnan(noise)
        polar = bool((np.abs(step[_POLAR]) > 0.1 * noise)[measures].any())
        place = float(np.abs(step[EAST : UP + 1]).max()) > _PLACE_STEP_M
        return polar or place or abs(float(step[TIME])) > _TIME_STEP_S

    def _weigh(self, s: int, sure: bool, wrong: bool, factor: F64) -> None:
        """Set the noise and place of a sensor: what is not known of its bias counts as noise."""
        value, sd = self.biases.value[s], self.biases.sd[s]
        rest = sd[_POLAR] ** 2 if sure and wrong else np.zeros(3)
        if (wrong or self._lost[s]) and not sure:
            rest = np.minimum(sd, PRIOR_SD / 2)[_POLAR] ** 2 + value[_POLAR] ** 2
            rest[0] += (_TYPICAL_SPEED_MPS * float(value[TIME])) ** 2
        base = self._base[s]
        rest = np.where(np.isnan(base["noise_var"]), 0.0, rest)
        self.sites["noise_var"][s] = base["noise_var"] * factor + rest
        self.sites["position"][s] = base["position"] + np.sum(
            self.applied[s, EAST : UP + 1, None] * base["rotation"], axis=0
        )

    def _standing(self, s: int, sure: bool, wrong: bool) -> Standing:
        if self.health.stuck[s]:
            return Standing.STUCK
        if (wrong or self._lost[s]) and not sure:
            return Standing.DOUBTFUL
        if self.health.noisy[s]:
            return Standing.NOISY
        if not sure:
            return Standing.ALONE
        return Standing.CORRECTED if self.applied[s].any() else Standing.GOOD
