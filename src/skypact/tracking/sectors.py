"""Many engines side by side, a sector each, that hand their tracks over at the borders.

A plot goes to every sector that it lies in or within the margin of, so a track that nears a border
is already held on the other side when it crosses. One engine owns a track, the others hold copies
that are never shown. When it has crossed, the copy there takes its number over, or, where there is
none, the track itself moves.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.tracking.engine import Engine
from skypact.tracking.kernels.layout import CHAINED, CONFIRMED, FRESH_NS, ROWS
from skypact.tracking.settings import TrackingSettings

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_SAME2 = 16.0  # squared distance within which a track and its copy are one
_HOLD_RAD = 5e-4  # a track goes over when it is so far across a border (3 km)
_EVERYWHERE_M = 1e9
_STEP_NS = 1_000_000_000


class Handover(NamedTuple):
    """Tracks on their way: TRACK rows and SIGHT rows (n, sensors)."""

    tracks: NDArray[Any]
    sights: NDArray[Any]


def take_out(engine: Engine, rows: I64) -> Handover:
    """Return these rows of an engine's table and remove them."""
    table = engine.table
    moved = Handover(table.tracks[rows].copy(), table.sights[rows].copy())
    table.remove(rows)
    return moved


def take_in(engine: Engine, moved: Handover) -> None:
    """Add tracks under the numbers they have; a copy that is there already takes the number over.

    Where the table is full, the track is not taken (counted as not started).
    """
    table = engine.table
    table.reserve(len(moved.tracks))
    for track, sights in zip(moved.tracks, moved.sights, strict=True):
        twin = _twin(table.tracks[: table.count], track)
        if twin >= 0:
            mine = table.tracks[twin]
            mine["number"], mine["state"] = track["number"], CONFIRMED
            mine["odds"] = max(mine["odds"], track["odds"])
            for name in ("detected_ns", "confirmed_ns", "first_ns"):
                mine[name] = track[name]
            continue
        i = table.count
        if i >= table.tracks.size:
            table.refuse(1)
            continue
        table.tracks[i], table.sights[i] = track, sights
        entry = table.entries[i : i + 1]
        entry["time_ns"], entry["until_ns"] = track["time_ns"], 0
        entry["middle"], entry["velocity"] = track["x"][:3], track["x"][3:]
        entry["apart"], entry["cell"] = _EVERYWHERE_M, -1
        table.counters[ROWS] += 1
    table.counters[CHAINED] = table.counters[FRESH_NS] = 0


def _twin(tracks: NDArray[Any], track: Any) -> int:
    """Return the row that is the same target as `track`, -1 when there is none."""
    if tracks.size == 0:
        return -1
    dt = 1e-9 * (track["time_ns"] - tracks["time_ns"])[:, None]
    x, cov = tracks["x"], tracks["cov"]
    off = track["x"][:3] - x[:, :3] - dt * x[:, 3:]
    size = np.trace(cov[:, :3, :3], axis1=1, axis2=2) + np.trace(track["cov"][:3, :3])
    size = size + dt[:, 0] ** 2 * np.trace(cov[:, 3:, 3:], axis1=1, axis2=2)
    far2 = np.sum(off * off, axis=1) / size
    best = int(far2.argmin())
    return best if far2[best] < _SAME2 else -1


class Sectors:
    """Engines side by side along the meridians `borders_rad` (rising, east of -pi).

    Takes plots as Engine.run does; sites as there. margin_rad: of longitude.
    """

    def __init__(
        self,
        settings: TrackingSettings,
        sites: NDArray[Any],
        borders_rad: tuple[float, ...],
        margin_rad: float = 0.02,
    ) -> None:
        count = len(borders_rad) + 1
        self.engines = [Engine(settings, sites, k + 1, count) for k in range(count)]
        self._sites, self._margin_rad = sites, margin_rad
        self._edges: F64 = np.array([-np.pi, *borders_rad, np.pi])
        self._owned: list[set[int]] = [set() for _ in self.engines]
        self._next_ns = 0

    def run(self, s: int, plots: NDArray[Any], seen_ns: int, now_ns: int, whole: bool) -> None:
        """Work the plots of one sensor in, each where it belongs; once a second, hand over."""
        lon_rad = self._plot_longitudes(s, plots)
        for k, engine in enumerate(self.engines):
            low, high = self._edges[k] - self._margin_rad, self._edges[k + 1] + self._margin_rad
            mine = plots[(lon_rad >= low) & (lon_rad <= high)]
            ended = engine.run(s, mine, seen_ns, now_ns, whole).ended
            self._owned[k].difference_update(ended.tolist())
        if seen_ns >= self._next_ns:
            self._next_ns = seen_ns + _STEP_NS
            for k in range(len(self.engines)):
                self._claim(k, seen_ns)
            for k in range(len(self.engines)):
                self._hand_over(k, seen_ns)

    def states_at(self, time_ns: int) -> tuple[I64, F64]:
        """Return (numbers, states (n, 6) ECEF) of all confirmed tracks, each from its owner."""
        numbers: list[I64] = []
        states: list[F64] = []
        for k, engine in enumerate(self.engines):
            held, x = engine.states_at(time_ns)
            owned = self._owns(k, held)
            numbers.append(held[owned])
            states.append(x[owned])
        return np.concatenate(numbers), np.concatenate(states)

    def _plot_longitudes(self, s: int, plots: NDArray[Any]) -> F64:
        """Return about where plots lie; without elevation as if on the ground."""
        site = self._sites[s]
        position = plots["position"]
        if site["radar"] == 1:
            slant, azimuth, elevation = plots["polar"].T
            elevation = np.nan_to_num(elevation)
            flat = slant * np.cos(elevation)
            local = [flat * np.sin(azimuth), flat * np.cos(azimuth), slant * np.sin(elevation)]
            position = site["position"] + np.stack(local, 1) @ site["rotation"]
        return np.arctan2(position[:, 1], position[:, 0])

    def _owns(self, k: int, numbers: I64) -> NDArray[np.bool_]:
        return np.isin(numbers, sorted(self._owned[k]))

    def _confirmed_at(self, k: int, time_ns: int) -> tuple[I64, I64, F64]:
        """Return (rows, numbers, longitudes) of the confirmed tracks of an engine."""
        engine = self.engines[k]
        numbers, states = engine.states_at(time_ns)
        return engine.confirmed(), numbers, np.arctan2(states[:, 1], states[:, 0])

    def _claim(self, k: int, time_ns: int) -> None:
        """Own what was confirmed in the sector and is no copy of a track another engine owns."""
        rows, numbers, lon_rad = self._confirmed_at(k, time_ns)
        inside = (lon_rad >= self._edges[k]) & (lon_rad < self._edges[k + 1])
        new = np.flatnonzero(inside & ~self._owns(k, numbers))
        for n in new.tolist():
            track = self.engines[k].table.tracks[rows[n]]
            if not any(self._holds(other, track) for other in self._beside(k)):
                self._owned[k].add(int(numbers[n]))

    def _beside(self, k: int) -> list[int]:
        return [other for other in (k - 1, k + 1) if 0 <= other < len(self.engines)]

    def _holds(self, k: int, track: Any) -> bool:
        """Say whether engine k owns the target that `track` follows."""
        table = self.engines[k].table
        twin = _twin(table.tracks[: table.count], track)
        return twin >= 0 and int(table.tracks["number"][twin]) in self._owned[k]

    def _hand_over(self, k: int, time_ns: int) -> None:
        """Give the tracks that have crossed a border to the engine on the other side."""
        rows, numbers, lon_rad = self._confirmed_at(k, time_ns)
        owned = self._owns(k, numbers)
        west = owned & (lon_rad < self._edges[k] - _HOLD_RAD)
        east = owned & (lon_rad > self._edges[k + 1] + _HOLD_RAD)
        leaving = np.flatnonzero(west | east)
        if leaving.size == 0:
            return
        moved = take_out(self.engines[k], rows[leaving])
        for other, which in ((k - 1, west[leaving]), (k + 1, east[leaving])):
            if which.any():
                take_in(self.engines[other], Handover(moved.tracks[which], moved.sights[which]))
                given = set(numbers[leaving][which].tolist())
                self._owned[k] -= given
                self._owned[other] |= given
