"""Sightings of a tenth of a second at a time: judged, learnt from, worked into confirmed tracks."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.geodesy import ecef_from_geodetic
from skypact.core.messages import Sightings
from skypact.tracking.engine import Engine
from skypact.tracking.sightings.areas import Areas, AreasState, Unexplained, cells
from skypact.tracking.sightings.nudge import nudge
from skypact.tracking.sightings.pairs import Seen, likelihoods, pairs, seen
from skypact.tracking.sightings.reliability import Reliability, ReliabilityState, posterior
from skypact.tracking.sites import in_coverage

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

HOLD_NS = 100_000_000
WAITING_MAX = 20_000  # sightings of one batch; a flood beyond it is counted and left
LATE_NS = 30_000_000_000
# Where a source points, whatever it means would be about here.
LOOKED_M, LOOKED_HEIGHT_M = 3_000.0, 500.0
_NAMES = tuple(Sightings.COLUMNS)


class CrowdState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a snapshot holds. waiting: columns of the sightings not judged yet."""

    waiting: dict[str, bytes]
    due_ns: int
    reliability: ReliabilityState
    areas: AreasState


class Crowd:
    """All sources without a site. refused: sightings left aside, by reason."""

    def __init__(self) -> None:
        self.reliability, self.areas = Reliability(), Areas()
        self.due_ns: int | None = None
        self._waiting = _empty()

    def take(self, message: Sightings, now_ns: int) -> tuple[int, int]:
        """Keep sightings until they are judged; return how many were too old, and too many."""
        columns = {name: array(message, name) for name in _NAMES}
        timely = np.abs(columns["time_ns"] - now_ns) <= LATE_NS
        room = max(WAITING_MAX - len(self._waiting["time_ns"]), 0)
        rows = np.flatnonzero(timely)
        for name in _NAMES:
            kept = columns[name][rows[:room]]
            self._waiting[name] = np.concatenate([self._waiting[name], kept])
        if self.due_ns is None and len(self._waiting["time_ns"]):
            self.due_ns = now_ns + HOLD_NS
        return int((~timely).sum()), max(len(rows) - room, 0)

    def work(self, engine: Engine, now_ns: int) -> tuple[I64, list[Unexplained]]:
        """Judge what waits; return the rows of tracks it changed, and what no track explains."""
        columns, self._waiting, self.due_ns = self._waiting, _empty(), None
        looks, table = seen(columns), engine.table
        rows = engine.confirmed()
        tracks = table.tracks[rows]
        noise = tracks["weight"] @ engine.tuning["noise"][0]
        found = pairs(looks, tracks["time_ns"], tracks["x"], tracks["cov"], noise)
        count = len(looks.time_ns)
        ratio, part = likelihoods(count, found)
        sources, lone = columns["source"], ratio == 0
        believed, new = self.reliability.of(sources)
        weight = np.where(believed >= 0.5, believed, 0.0)
        area = cells(columns["lat_rad"], columns["lon_rad"])
        weight = self.areas.capped(area, weight, new, now_ns)
        told = ~lone | _looked(looks, columns, engine.sites)
        self.reliability.learn(sources[told], ratio[told], now_ns)
        self.areas.expect(area, weight, believed, now_ns)
        sighted = columns["sighted"].astype(np.int64)
        unexplained = self.areas.note(
            area[lone], sources[lone], weight[lone], sighted[lone], now_ns
        )
        # A sighting that fits several tracks is shared by them.
        heavy = weight * posterior(believed, ratio)
        changed = nudge(table.tracks, rows, found, heavy[found.sighting] * part)
        if changed.size:
            table.refile()
        return changed, unexplained

    def to_bytes(self) -> bytes:
        """Return the whole state."""
        return msgspec.msgpack.encode(
            CrowdState(
                waiting={name: column.tobytes() for name, column in self._waiting.items()},
                due_ns=-1 if self.due_ns is None else self.due_ns,
                reliability=self.reliability.state(),
                areas=self.areas.state(),
            )
        )

    def from_bytes(self, state: bytes) -> None:
        """Take over what to_bytes returned."""
        held = msgspec.msgpack.decode(state, type=CrowdState)
        self._waiting = {
            name: np.frombuffer(held.waiting[name], Sightings.COLUMNS[name].dtype)
            for name in _NAMES
        }
        self.due_ns = None if held.due_ns < 0 else held.due_ns
        self.reliability.restore(held.reliability)
        self.areas.restore(held.areas)


def _empty() -> Columns:
    return {name: np.zeros(0, Sightings.COLUMNS[name].dtype) for name in _NAMES}


def _looked(looks: Seen, columns: Columns, sites: NDArray[Any]) -> NDArray[np.bool_]:
    """Return for which sightings a radar looks where they point, so that pointing at nothing
    means something."""
    azimuth = looks.azimuth_rad
    ahead = np.stack([np.sin(azimuth), np.cos(azimuth), np.zeros(len(azimuth))], 1) * LOOKED_M
    up = ecef_from_geodetic(
        columns["lat_rad"], columns["lon_rad"], np.full(len(azimuth), LOOKED_HEIGHT_M)
    )
    place = up + np.einsum("nij,ni->nj", looks.axes, ahead)
    return in_coverage(np.concatenate([place, np.zeros_like(place)], 1), sites)
