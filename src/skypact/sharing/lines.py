"""Own tracks as they were `delay` ago, and which clause lets each of them go."""

from collections import deque
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.messages import OwnTracks, SystemTracksDeleted, ThreatBatch
from skypact.core.table import Table, TableState, last_of_each
from skypact.sharing.treaty.agreements import What
from skypact.sharing.treaty.policy import Rule, Term, admits

I64 = NDArray[np.int64]
News = OwnTracks | ThreatBatch | SystemTracksDeleted
COPIED = ("covariance", "time_ns", "quality", "detection", "address", "callsign")
FIELDS = {
    "state": ("<f8", 6),
    "covariance": ("<f8", 21),
    "time_ns": ("<i8", 1),
    "quality": ("|u1", 1),
    "detection": ("|u1", 1),
    "address": ("<u4", 1),
    "callsign": ("|S8", 1),
}
NONE = np.zeros(0, np.int64)


class LineState(msgspec.Struct, frozen=True, kw_only=True):
    """A delay line: what is known now, and what becomes known later."""

    tracks: TableState
    classes: TableState
    pending: list[tuple[int, News]]


class DelayLine:
    """Own tracks and threat classes as they were known `delay_ns` ago."""

    def __init__(self, delay_ns: int) -> None:
        self._delay_ns = delay_ns
        self.tracks, self.classes = Table(FIELDS), Table({"threat_class": ("|u1", 1)})
        self._pending: deque[tuple[int, News]] = deque()

    def feed(self, news: News, now_ns: int) -> None:
        """Take what has just become known."""
        self._pending.append((now_ns + self._delay_ns, news))
        self.advance(now_ns)

    def advance(self, now_ns: int) -> None:
        """Let what is old enough become visible."""
        while self._pending and self._pending[0][0] <= now_ns:
            news = self._pending.popleft()[1]
            match news:
                case OwnTracks():
                    self._take(news)
                case ThreatBatch():
                    number = array(news, "number").astype(np.int64)
                    kept = last_of_each(number)
                    self.classes.put(number[kept], threat_class=array(news, "threat_class")[kept])
                case SystemTracksDeleted():
                    self._rename(news)

    def _take(self, news: OwnTracks) -> None:
        self.tracks.drop(np.isin(self.tracks.keys, news.ended))
        number = array(news, "number").astype(np.int64)
        kept = last_of_each(number)
        state = [array(news, name)[kept] for name in ("position_ecef_m", "velocity_ecef_mps")]
        copied = {name: array(news, name)[kept] for name in COPIED}
        self.tracks.put(number[kept], state=np.concatenate(state, 1), **copied)

    def _rename(self, news: SystemTracksDeleted) -> None:
        rows = self.classes.rows(news.numbers)
        for row, successor in zip(rows.tolist(), news.successors, strict=True):
            if row >= 0 and successor and self.classes.rows([successor])[0] < 0:
                threat_class = self.classes["threat_class"][row]
                self.classes.put([successor], threat_class=threat_class)
                rows = self.classes.rows(news.numbers)
        self.classes.drop(np.isin(self.classes.keys, news.numbers))

    def threat_class(self) -> NDArray[np.uint8]:
        """Return the class of each track, unknown until it is assessed."""
        rows = self.classes.rows(self.tracks.keys)
        return np.append(self.classes["threat_class"], np.uint8(0))[rows]

    def state(self) -> LineState:
        """Return the content for a snapshot."""
        return LineState(
            tracks=self.tracks.state(), classes=self.classes.state(), pending=list(self._pending)
        )

    def restore(self, state: LineState) -> None:
        """Take over a state."""
        self.tracks.restore(state.tracks)
        self.classes.restore(state.classes)
        self._pending = deque(state.pending)


def chosen(term: Term, lines: dict[int, DelayLine]) -> list[tuple[Rule, DelayLine, I64]]:
    """Return for each track clause the rows of its delay line that it releases. A track whose
    class has changed may be admitted by one clause now and by another as it was: the earlier
    clause decides, and it leaves once."""
    out: list[tuple[Rule, DelayLine, I64]] = []
    taken = NONE
    held: dict[int, tuple[NDArray[np.int64], Any]] = {}
    for delay_ns in sorted({r.delay_ns for r in term.rules}):
        line = lines[delay_ns]
        held[delay_ns] = (decided(term, line), line)
    for index, rule in enumerate(term.rules):
        if rule.clause.what is What.TRACK:
            choice, line = held[rule.delay_ns]
            rows = np.flatnonzero(choice == index)
            rows = rows[~np.isin(line.tracks.keys[rows], taken)]
            taken = np.concatenate([taken, line.tracks.keys[rows]])
            out.append((rule, line, rows))
    return out


def decided(term: Term, line: DelayLine) -> I64:
    """Return for each track of a line the index of the first rule that admits it, -1 none."""
    threat_class = line.threat_class()
    lat, lon, height = geodetic_from_ecef(line.tracks["state"][:, :3])
    choice = np.full(len(threat_class), -1, np.int64)
    for index, rule in enumerate(term.rules):
        if rule.clause.what is What.TRACK:
            named = np.isin(threat_class, [int(c) for c in rule.clause.covers()])
            free = named & (choice < 0)
            if free.any():
                choice[free & admits(rule, lat, lon, height)] = index
    return choice


def refused(term: Term, line: DelayLine, visible: I64) -> list[tuple[str, int]]:
    """Return why tracks that exist are not visible to the partner."""
    hidden = ~np.isin(line.tracks.keys, visible)
    classes = line.threat_class()
    named = [c for (what, c), rules in term.table.items() if what is What.TRACK and rules]
    covered = np.isin(classes, named)
    return [
        ("no clause covers its class", int((hidden & ~covered).sum())),
        (
            "outside the area, the heights or the delay of every clause",
            int((hidden & covered).sum()),
        ),
    ]
