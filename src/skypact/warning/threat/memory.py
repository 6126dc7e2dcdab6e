"""What the room remembers of every track: its class, and who holds it. Struct of arrays."""

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import F64
from skypact.core.messages import DEPENDENT, SECONDARY, ThreatClass
from skypact.core.table import among
from skypact.warning.threat.classify import MEMORY_S, class_probabilities, held_class
from skypact.warning.threat.kernels_class import CLASSES
from skypact.warning.threat.kinematics import Kinematics

I64 = NDArray[np.int64]
U1 = NDArray[np.uint8]
COOPERATIVE_NS = 30_000_000_000
OWN_NS = 30_000_000_000
FORGET_NS = 900_000_000_000
TELL_SHIFT = 0.05


class TrackMemory:
    """Rows sorted by system track number.

    number u4, time_ns: of the last state; seen_ns: when it came; cooperative_ns: last answer or
    report by the object itself; own_ns: last update by our own sensors (0 never); looks; held:
    the class; told, told_probability: as last sent out; probability (N, CLASSES).
    """

    def __init__(self) -> None:
        self.number = np.zeros(0, np.uint32)
        self.time_ns = np.zeros(0, np.int64)
        self.seen_ns = np.zeros(0, np.int64)
        self.cooperative_ns = np.zeros(0, np.int64)
        self.own_ns = np.zeros(0, np.int64)
        self.looks = np.zeros(0, np.int64)
        self.held = np.zeros(0, np.uint8)
        self.told = np.zeros(0, np.uint8)
        self.told_probability = np.zeros(0, np.float64)
        self.probability = np.zeros((0, CLASSES), np.float64)

    def observe(
        self,
        number: NDArray[np.uint32],
        time_ns: I64,
        detection: U1,
        track: Kinematics,
        probability_min: float,
        now_ns: int,
    ) -> I64:
        """Take the states of tracks, each at most once; return their rows in the memory."""
        row = self._rows_of(number, now_ns)
        answers = (detection & (SECONDARY | DEPENDENT)) != 0
        self.cooperative_ns[row] = np.where(answers, time_ns, self.cooperative_ns[row])
        lately = time_ns - self.cooperative_ns[row] < COOPERATIVE_NS
        fresh = class_probabilities(track, lately)
        past_s = np.maximum(time_ns - self.time_ns[row], 0) / 1e9
        keep = np.where(self.looks[row] > 0, np.exp(-past_s / MEMORY_S), 0.0)[:, None]
        self.probability[row] = keep * self.probability[row] + (1 - keep) * fresh
        self.held[row] = held_class(self.probability[row], self.held[row], probability_min)
        self.time_ns[row] = np.maximum(time_ns, self.time_ns[row])
        self.seen_ns[row] = now_ns
        self.looks[row] += 1
        return row

    def note_own(self, number: NDArray[np.uint32], now_ns: int) -> NDArray[np.uint32]:
        """Remember that our own sensors hold these tracks; return those that are new to them."""
        row = self._rows_of(np.unique(number), now_ns)
        new = self.number[row[now_ns - self.own_ns[row] > OWN_NS]]
        self.own_ns[row] = now_ns
        return new

    def held_by_us(self, number: int, now_ns: int) -> bool:
        """Return whether our own sensors held the track lately."""
        row = self._row(number)
        return row is not None and bool(now_ns - self.own_ns[row] <= OWN_NS)

    def probability_of(self, row: I64) -> F64:
        """Return the probability of the class held, (N,)."""
        return self.probability[row, self.held[row]]

    def untold(self, row: I64) -> I64:
        """Return those rows whose class should be sent out again, and take it as sent."""
        likely = self.probability_of(row)
        moved = np.abs(likely - self.told_probability[row]) > TELL_SHIFT
        news = row[(self.held[row] != self.told[row]) | moved | (self.looks[row] == 1)]
        self.told[news] = self.held[news]
        self.told_probability[news] = self.probability_of(news)
        return news

    def drop(self, number: NDArray[np.uint32]) -> None:
        """Forget these tracks."""
        self._keep(~among(self.number, number))

    def rename(self, number: int, successor: int) -> None:
        """Carry what is known of a track over to its new number, if that one is new here."""
        row = self._row(number)
        if row is None:
            return
        if self._row(successor) is None:
            self.number[row] = successor
            order = np.argsort(self.number, kind="stable")
            for name in _COLUMNS:
                setattr(self, name, getattr(self, name)[order])
        else:
            self.drop(np.array([number], np.uint32))

    def save(self) -> dict[str, bytes]:
        """Return the columns as bytes."""
        return {name: getattr(self, name).tobytes() for name in _COLUMNS}

    def load(self, columns: dict[str, bytes]) -> None:
        """Take over the columns that `save` returned."""
        for name in _COLUMNS:
            old = getattr(self, name)
            values = np.frombuffer(columns[name], old.dtype).reshape(-1, *old.shape[1:])
            setattr(self, name, values.copy())

    def _row(self, number: int) -> int | None:
        row = int(np.searchsorted(self.number, number))
        return row if row < len(self.number) and self.number[row] == number else None

    def _rows_of(self, number: NDArray[np.uint32], now_ns: int) -> I64:
        """Return the rows of tracks; make rows for new ones, let go of long silent ones."""
        stale = now_ns - self.seen_ns > FORGET_NS
        if stale.any():
            self._keep(~stale)
        new = number[~among(number, self.number)]
        if len(new):
            where = np.searchsorted(self.number, np.sort(new))
            for name in _COLUMNS:
                fill = np.sort(new) if name == "number" else 0
                setattr(self, name, np.insert(getattr(self, name), where, fill, axis=0))
            at = np.searchsorted(self.number, new)
            self.held[at] = self.told[at] = ThreatClass.UNKNOWN
            self.seen_ns[at] = now_ns
            self.own_ns[at] = self.cooperative_ns[at] = -(10**18)
        return np.searchsorted(self.number, number).astype(np.int64)

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        for name in _COLUMNS:
            setattr(self, name, getattr(self, name)[kept])


_COLUMNS = (
    "number",
    "time_ns",
    "seen_ns",
    "cooperative_ns",
    "own_ns",
    "looks",
    "held",
    "told",
    "told_probability",
    "probability",
)
