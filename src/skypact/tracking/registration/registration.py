"""Registration: biases of the sensors, learnt from common targets and taken off their plots."""

from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import InvariantError
from skypact.core.messages import Standing
from skypact.tracking.kernels.layout import FEED, NEXT, POINT
from skypact.tracking.registration.biases import PRIOR_SD, Biases
from skypact.tracking.registration.health import Health
from skypact.tracking.registration.hearsay import Hearsay
from skypact.tracking.registration.hits import Hits
from skypact.tracking.registration.kernels.compare import compare_sensors
from skypact.tracking.registration.kernels.judge import (
    LOST,
    MOVED,
    NOISY,
    STUCK,
    SURE,
    WRONG,
    drifted_sensors,
    judge_sensors,
)
from skypact.tracking.registration.kernels.register import (
    AZIMUTH,
    BIASES,
    ELEVATION,
    GAP_PERIODS,
    RANGE,
    SCALE,
    TALLY,
    TIME,
    place_hits,
)
from skypact.tracking.registration.links import linked

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_STEP_NS = 10_000_000_000
_PLENTY = 100  # hits; with fewer a step waits another 10 s once every sensor is known
_MEMORY_S, _LATELY_S = 900.0, 40.0


class RegistrationState(msgspec.Struct, frozen=True, kw_only=True):
    """All that is remembered."""

    hits: tuple[bytes, int, int]
    biases: tuple[bytes, bytes]
    latest: tuple[bytes, bytes]
    hearsay: tuple[bytes, bytes, int]
    health: tuple[Any, ...]
    applied: bytes
    sites: bytes
    standing: tuple[Standing, ...]
    step_ns: int
    mark_ns: int
    taken: int


class Change(NamedTuple):
    """The correction of sensor s changed by `by` (BIASES,)."""

    s: int
    by: F64


class Registration:
    """Biases of the radars of one node (SITE rows; the last is position reports).

    `sites`: the rows as the tracker should use them: noise and place follow what is learnt;
    `feeds`: FEED rows; `hits`: where a pass keeps the plots that hit a track, as they came.
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
        self.hits = Hits(self._learns)
        self.feeds = np.zeros(sites.size, FEED)
        self.feeds["noise_var"] = sites["noise_var"]
        self._flags: I64 = np.zeros(self.radars, np.int64)
        self._touched = [False] * sites.size
        self._noted = self.health.verdicts.copy()
        self._known = False  # every sensor's biases
        self._step_ns = self._mark_ns = self._taken = 0
        periods = self._base["period_ns"][: self.radars]
        self._hold_ns = int(np.clip(1.15 * periods.max(initial=0), 6e9, 30e9))

    def corrected(self, s: int, plots: NDArray[Any]) -> NDArray[Any]:
        """Return the plots of sensor s (PLOT rows) without its bias; the same rows when it has
        none."""
        if not self._touched[s]:
            return plots
        if self.health.stuck[s]:
            if not self.health.moves_again(s, plots["polar"]):
                return plots[:0]
            self._touched[s] = bool(self.applied[s].any())
        bias, made = self.applied[s], plots.copy()
        polar = made["polar"]
        polar[:, 0] = np.maximum(polar[:, 0] * (1 - bias[SCALE]) - bias[RANGE], 0.0)
        polar[:, 1] = (polar[:, 1] - bias[AZIMUTH]) % (2 * np.pi)
        polar[:, 2] -= bias[ELEVATION]
        made["time_ns"] -= self.feeds["shift_ns"][s]
        return made

    def step(self, seen_ns: int) -> list[Change]:
        """Learn, every 10 to 30 s of plot time; return which corrections changed."""
        if not self._learns or seen_ns < self._step_ns:
            return []
        # When every sensor is known there is less to learn, and little is to be had from few hits.
        sure, taken = self._known, int(self.hits.ring[NEXT])
        if sure and taken - self._taken < _PLENTY and seen_ns < self._step_ns + _STEP_NS:
            return []
        self._taken = taken
        self._step_ns = seen_ns + (2 if sure else 1) * _STEP_NS
        mark_ns = seen_ns - self._hold_ns
        start_ns = max(self._mark_ns, mark_ns - 3 * _STEP_NS)
        self._mark_ns = mark_ns
        gone_s = 1e-9 * (mark_ns - start_ns)
        self.biases.forget(float(np.exp(-gone_s / _MEMORY_S)))
        self._latest.forget(float(np.exp(-gone_s / _LATELY_S)))
        self._hearsay.forget(float(np.exp(-gone_s / _MEMORY_S)))
        longest = int(self._base["period_ns"].max())
        hits = self.hits.since(start_ns - round(GAP_PERIODS * longest), self.biases.value)
        if not (hits["sensor"] != hits["sensor"][:1]).any():
            return []
        points = np.empty(hits.size, POINT)
        # How noisy a sensor is shows against what it is believed to be.
        place_hits(hits, self._base, self.biases.value, self.health.ratio, points)
        tally = np.zeros((self.radars, TALLY))
        self._compare(points, tally, start_ns, 1)
        place_hits(hits, self._base, self.biases.value, self.health.factors(), points)
        self._compare(linked(points, self.radars), tally, start_ns, 2)
        self.health.learn(tally)
        self._solve()
        self._doubt(self.health.jumped())
        return self._judge()

    def _doubt(self, jumped: list[int]) -> None:
        """Forget what was learnt of the sensors that jumped or drifted."""
        for s in sorted({*jumped, *self._drifted()}):
            self.biases.reset(s)
            self._latest.reset(s)
            self._hearsay.reset(s)
            self.health.verdicts[s, LOST] = 1

    def _solve(self) -> None:
        told = self._hearsay.information, self._hearsay.vector
        self.biases.solve(told)
        self._latest.solve(told)

    def _drifted(self) -> list[int]:
        """Return the sensors of which the latest comparisons contradict what was learnt before."""
        latest, before, found = self._latest, self.biases, self._flags
        told = latest.value, latest.sd, before.value, before.sd
        if drifted_sensors(*told, self.health.verdicts, found) == 0:
            return []
        return np.flatnonzero(found).tolist()

    def to_bytes(self) -> bytes:
        """Return the whole state."""
        return msgspec.msgpack.encode(
            RegistrationState(
                hits=self.hits.to_bytes(),
                biases=self.biases.to_bytes(),
                latest=self._latest.to_bytes(),
                hearsay=self._hearsay.to_bytes(),
                health=self.health.state(),
                applied=self.applied.tobytes(),
                sites=self.sites.tobytes(),
                standing=tuple(self.standing),
                step_ns=self._step_ns,
                mark_ns=self._mark_ns,
                taken=self._taken,
            )
        )

    def from_bytes(self, state: bytes) -> None:
        """Take over what to_bytes returned; InvariantError when it is of other sensors."""
        held = msgspec.msgpack.decode(state, type=RegistrationState)
        if len(held.standing) != self.radars or len(held.sites) != self.sites.nbytes:
            raise InvariantError("the snapshot's registration is of other sensors")
        self.hits.from_bytes(*held.hits)
        self.biases.from_bytes(*held.biases)
        self._latest.from_bytes(*held.latest)
        self._hearsay.from_bytes(*held.hearsay)
        self._solve()
        self.health.restore(held.health)
        self.applied = np.frombuffer(held.applied, np.float64).reshape(-1, BIASES).copy()
        if self._learns:
            # What was learnt; all else is as the settings say today.
            learnt = np.frombuffer(held.sites, self.sites.dtype)
            for name in ("position", "noise_var"):
                self.sites[name] = learnt[name]
        self._note_verdicts()
        self.standing = list(held.standing)
        self._step_ns, self._mark_ns, self._taken = held.step_ns, held.mark_ns, held.taken

    def _compare(self, points: NDArray[Any], tally: F64, start_ns: int, mode: int) -> None:
        b, size = self.biases, self.radars * BIASES
        information, vector = np.zeros((2, size, size)), np.zeros((2, size))
        estimate = b.wide, b.flat, information, vector
        compare_sensors(
            points, self._base, PRIOR_SD, estimate, tally, start_ns, self._mark_ns, mode
        )
        if mode == 1:
            return
        for each in (self.biases, self._latest):
            each.add(information[0], vector[0])
        self._hearsay.take(information[1], vector[1], tally, self._mark_ns)

    def _judge(self) -> list[Change]:
        """Decide what is believed of each sensor, and set sites and corrections after it."""
        verdicts, steps = self.health.verdicts, np.empty((self.radars, BIASES))
        moved = judge_sensors(
            *(self._base, self.sites, self.biases.value, self.biases.sd, PRIOR_SD),
            *(self.health.ratio, self.applied, steps, verdicts),
        )
        if moved or (verdicts != self._noted).any():
            self._note_verdicts()
        if moved == 0:
            return []
        return [Change(s, steps[s]) for s in np.flatnonzero(verdicts[:, MOVED]).tolist()]

    def _note_verdicts(self) -> None:
        """Note the standing of each sensor, whose plots cannot be taken as they are, and whose time
        stamps are late."""
        self._noted = self.health.verdicts.copy()
        self._known = bool((self._noted[:, SURE] != 0)[self._ranging].all())
        corrected: list[bool] = np.any(self.applied != 0.0, axis=1).tolist()
        for s, verdict in enumerate(self.health.verdicts.tolist()):
            self.standing[s] = _standing(verdict, corrected[s])
            self._touched[s] = corrected[s] or verdict[STUCK] != 0
        self.feeds["shift_ns"][: self.radars] = np.round(1e9 * self.applied[:, TIME])


def _standing(verdict: list[int], corrected: bool) -> Standing:
    if verdict[STUCK]:
        return Standing.STUCK
    if (verdict[WRONG] or verdict[LOST]) and not verdict[SURE]:
        return Standing.DOUBTFUL
    if verdict[NOISY]:
        return Standing.NOISY
    if not verdict[SURE]:
        return Standing.ALONE
    return Standing.CORRECTED if corrected else Standing.GOOD
