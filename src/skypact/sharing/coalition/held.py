"""Tracks of partners who may be passed on, as they told them to us."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.messages import PartnerTracks
from skypact.core.table import Table, TableState, among, last_of_each
from skypact.sharing.degrade import bounds

F64, I64 = NDArray[np.float64], NDArray[np.int64]
S = 1_000_000_000
FIELDS = {
    "state": ("<f8", 6),
    "time_ns": ("<i8", 1),
    "bounds": ("<f8", 2),
    "threat_class": ("|u1", 1),
}


class HeldState(msgspec.Struct, frozen=True, kw_only=True):
    """tracks: by our own serial number; serials: by nation and its number; issued: serials."""

    tracks: TableState
    serials: list[tuple[str, int, int]]
    issued: int


class Held:
    """Tracks by a serial number of our own, which goes with a track when its owner renumbers it. A
    track that its owner ends is kept: it fades as if nothing had been heard of it."""

    def __init__(self) -> None:
        self.tracks = Table(FIELDS)
        self._serials: dict[tuple[str, int], int] = {}
        self._issued = 0

    def hear(self, message: PartnerTracks) -> None:
        """Take what a partner tells of its tracks."""
        nation = message.partner
        successors = message.successors or (0,) * len(message.deleted)
        for old, new in zip(message.deleted, successors, strict=True):
            if new and (nation, old) in self._serials:
                self._serials.setdefault((nation, new), self._serials.pop((nation, old)))
        if not message.count:
            return
        number = array(message, "number").astype(np.int64)
        if message.label:
            self._drop(nation, number.tolist())
            return
        kept = last_of_each(number)
        serials = np.array([self._serial(nation, n) for n in number[kept].tolist()], np.int64)
        position, velocity = (
            array(message, name)[kept] for name in ("position_ecef_m", "velocity_ecef_mps")
        )
        self.tracks.put(
            serials,
            state=np.concatenate([position, velocity], 1),
            time_ns=array(message, "time_ns")[kept],
            bounds=np.stack(bounds(array(message, "covariance")[kept]), 1),
            threat_class=array(message, "threat_class")[kept],
        )

    def _drop(self, nation: str, numbers: list[int]) -> None:
        """Forget what the nation has marked: it is not passed on."""
        gone = [self._serials.pop((nation, n)) for n in numbers if (nation, n) in self._serials]
        self.tracks.drop(among(self.tracks.keys, gone))

    def _serial(self, nation: str, number: int) -> int:
        key = (nation, number)
        if key not in self._serials:
            self._issued += 1
            self._serials[key] = self._issued
        return self._serials[key]

    def of(self, nation: str) -> I64:
        """Return the serials of a nation's tracks, ascending."""
        return np.array(sorted(s for (n, _), s in self._serials.items() if n == nation), np.int64)

    def serial(self, nation: str, number: int) -> int:
        """Return the serial of a nation's track, 0 for none."""
        return self._serials.get((nation, number), 0)

    def at(self, rows: I64, now_ns: int) -> F64:
        """Return the states (N, 6) of some rows, carried to a time."""
        state = self.tracks["state"][rows]
        gap_s = (now_ns - self.tracks["time_ns"][rows])[:, None] / S
        return np.concatenate([state[:, :3] + state[:, 3:] * gap_s, state[:, 3:]], 1)

    def forget(self, before_ns: int) -> None:
        """Drop what was not updated since."""
        old = self.tracks["time_ns"] < before_ns
        if old.any():
            gone = set(self.tracks.keys[old].tolist())
            self._serials = {k: s for k, s in self._serials.items() if s not in gone}
            self.tracks.drop(old)

    def state(self) -> HeldState:
        """Return the content for a snapshot."""
        serials = [(nation, number, s) for (nation, number), s in self._serials.items()]
        return HeldState(tracks=self.tracks.state(), serials=serials, issued=self._issued)

    def restore(self, state: HeldState) -> None:
        """Take over a state."""
        self.tracks.restore(state.tracks)
        self._serials = {(nation, number): s for nation, number, s in state.serials}
        self._issued = state.issued
