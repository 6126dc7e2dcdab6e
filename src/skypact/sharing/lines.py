"""Own tracks as they were `delay` ago, and which clause lets each of them go."""

from collections import deque
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.messages import (
    ConflictResolved,
    Identity,
    IdentitySet,
    OwnTracks,
    SystemTracksDeleted,
    ThreatBatch,
    ThreatClass,
)
from skypact.core.table import Table, TableState, among, last_of_each
from skypact.sharing.degrade import WHOLE_WIDTH, whole_second
from skypact.sharing.treaty.agreements import What
from skypact.sharing.treaty.policy import Rule, Term, admits

F64, I64 = NDArray[np.float64], NDArray[np.int64]
News = OwnTracks | ThreatBatch | SystemTracksDeleted | IdentitySet | ConflictResolved
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
PLACE = ("lat_rad", "lon_rad", "height_wgs84_m")
PLACED = {**{name: ("<f8", 1) for name in PLACE}, "whole": ("<f8", WHOLE_WIDTH)}
NONE = np.zeros(0, np.int64)


class LineState(msgspec.Struct, frozen=True, kw_only=True):
    """A delay line: what is known now, and what becomes known later."""

    tracks: TableState
    classes: TableState
    pending: list[tuple[int, News]]


class Known:
    """News with what every line works out of them, worked out once for all lines."""

    def __init__(self, news: News) -> None:
        self.news = news
        self._tracks: tuple[I64, dict[str, NDArray[Any]]] | None = None

    def tracks(self) -> tuple[I64, dict[str, NDArray[Any]]]:
        """Return the numbers and columns of own tracks, the last of each number."""
        if self._tracks is None:
            assert isinstance(self.news, OwnTracks)
            number = array(self.news, "number").astype(np.int64)
            kept = last_of_each(number)
            state = [
                array(self.news, name)[kept] for name in ("position_ecef_m", "velocity_ecef_mps")
            ]
            columns = {name: array(self.news, name)[kept] for name in COPIED}
            columns["state"] = np.concatenate(state, 1)
            self._tracks = number[kept], {**columns, **_placed(columns)}
        return self._tracks


def _placed(columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return where tracks are now and at a whole second."""
    place = zip(PLACE, geodetic_from_ecef(columns["state"][:, :3]), strict=True)
    return {**dict(place), "whole": whole_second(columns)}


class DelayLine:
    """Own tracks and threat classes as they were known `delay_ns` ago."""

    def __init__(self, delay_ns: int) -> None:
        self._delay_ns = delay_ns
        self.tracks = Table({**FIELDS, **PLACED})
        # identity: one more than its number, 0 none.
        self.classes = Table({"threat_class": ("|u1", 1), "identity": ("|u1", 1)})
        self._pending: deque[tuple[int, Known]] = deque()
        self._by_class: dict[tuple[ThreatClass, ...], I64] = {}
        self._threat_class: NDArray[np.uint8] | None = None

    def feed(self, news: News | Known, now_ns: int) -> None:
        """Take what has just become known."""
        known = news if isinstance(news, Known) else Known(news)
        self._pending.append((now_ns + self._delay_ns, known))
        self.advance(now_ns)

    def advance(self, now_ns: int) -> None:
        """Let what is old enough become visible."""
        while self._pending and self._pending[0][0] <= now_ns:
            self._by_class, self._threat_class = {}, None
            known = self._pending.popleft()[1]
            match known.news:
                case OwnTracks() as news:
                    self.tracks.drop(among(self.tracks.keys, news.ended))
                    numbers, columns = known.tracks()
                    self.tracks.put(numbers, **columns)
                case ThreatBatch() as news:
                    number = array(news, "number").astype(np.int64)
                    kept = last_of_each(number)
                    self.classes.put(number[kept], threat_class=array(news, "threat_class")[kept])
                case SystemTracksDeleted() as news:
                    self._rename(news)
                case IdentitySet() | ConflictResolved() as news:
                    claim = news.claim
                    identity = 0 if claim.ended else claim.identity + 1
                    self.classes.put([claim.track], identity=identity)

    def _rename(self, news: SystemTracksDeleted) -> None:
        rows = self.classes.rows(news.numbers)
        for row, successor in zip(rows.tolist(), news.successors, strict=True):
            if row >= 0 and successor and self.classes.rows([successor])[0] < 0:
                known = {name: self.classes[name][row] for name in ("threat_class", "identity")}
                self.classes.put([successor], **known)
                rows = self.classes.rows(news.numbers)
        self.classes.drop(among(self.classes.keys, news.numbers))

    def threat_class(self) -> NDArray[np.uint8]:
        """Return the class of each track, unknown until it is assessed."""
        if self._threat_class is None:
            rows = self.classes.rows(self.tracks.keys)
            self._threat_class = np.append(self.classes["threat_class"], np.uint8(0))[rows]
        return self._threat_class

    def identity(self) -> NDArray[np.uint8]:
        """Return what we hold each track as, unknown until somebody has set it."""
        rows = self.classes.rows(self.tracks.keys)
        held = np.append(self.classes["identity"], np.uint8(0))[rows]
        return np.where(held > 0, held - 1, np.uint8(Identity.UNKNOWN)).astype(np.uint8)

    def of_classes(self, threats: tuple[ThreatClass, ...]) -> I64:
        """Return the rows of some classes."""
        if threats not in self._by_class:
            named = np.array([one in threats for one in ThreatClass])
            self._by_class[threats] = np.flatnonzero(named[self.threat_class()])
        return self._by_class[threats]

    def state(self) -> LineState:
        """Return the content for a snapshot."""
        tracks = self.tracks.state()
        columns = {name: tracks.columns[name] for name in FIELDS}
        return LineState(
            tracks=TableState(keys=tracks.keys, columns=columns),
            classes=self.classes.state(),
            pending=[(due_ns, known.news) for due_ns, known in self._pending],
        )

    def restore(self, state: LineState) -> None:
        """Take over a state."""
        held = Table(FIELDS)
        held.restore(state.tracks)
        columns = {name: held[name] for name in FIELDS}
        self.tracks.drop(np.ones(len(self.tracks), np.bool_))
        self.tracks.put(held.keys, **columns, **_placed(columns))
        self.classes.restore(state.classes)
        self._pending = deque((due_ns, Known(news)) for due_ns, news in state.pending)
        self._by_class, self._threat_class = {}, None


def chosen(term: Term, lines: dict[int, DelayLine]) -> list[tuple[Rule, DelayLine, I64]]:
    """Return for each track clause the rows of its delay line that it releases. A track whose
    class has changed may be admitted by one clause now and by another as it was: the earlier
    clause decides, and it leaves once."""
    rules = [(i, r) for i, r in enumerate(term.rules) if r.clause.what is What.TRACK]
    delays = sorted({rule.delay_ns for _, rule in rules})
    found: list[tuple[I64, I64, I64]] = []
    for delay_ns in delays:
        line = lines[delay_ns]
        here = np.array([rule.delay_ns == delay_ns for rule in term.rules])
        choice = decided(term, line, delay_ns)
        rows = np.flatnonzero((choice >= 0) & here[choice])
        found.append((line.tracks.keys[rows], choice[rows], rows))
    found.append((NONE, NONE, NONE))
    numbers, choices, rows = (np.concatenate(parts) for parts in zip(*found, strict=True))
    if len(delays) > 1:
        # A few runs that are sorted already: a stable sort only merges them.
        order = np.argsort(numbers * len(term.rules) + choices, kind="stable")
        later = np.zeros(len(order), np.bool_)
        later[order[1:]] = numbers[order[1:]] == numbers[order[:-1]]
        choices, rows = choices[~later], rows[~later]
    return [(rule, lines[rule.delay_ns], rows[choices == i]) for i, rule in rules]


def prompt(term: Term, line: DelayLine, rows: I64) -> list[tuple[Rule, DelayLine, I64]]:
    """Return what `chosen` does, for some rows of the line without delay and for those clauses only
    that neither round nor delay and follow none that delays."""
    lat, lon, height = (line.tracks[name][rows] for name in PLACE)
    threats = line.threat_class()[rows]
    free, held = np.ones(len(rows), np.bool_), False
    out: list[tuple[Rule, DelayLine, I64]] = []
    for rule in (r for r in term.rules if r.clause.what is What.TRACK):
        named = np.array([threat in rule.clause.covers() for threat in ThreatClass])
        mine = free & named[threats] & admits(rule, lat, lon, height)
        mine &= _knows(rule, line, rows)
        free &= ~mine
        held = held or rule.delay_ns > 0
        at_once = rule.clause.exact and not held
        out.append((rule, line, rows[mine] if at_once else NONE))
    return out


def decided(term: Term, line: DelayLine, delay_ns: int | None = None) -> I64:
    """Return for each track of a line the index of the first rule that admits it, -1 none.
    delay_ns: a track that no clause of this delay could be about may be left at -1."""
    lat, lon, height = (line.tracks[name] for name in PLACE)
    choice = np.full(len(line.tracks), -1, np.int64)
    for threats, rules in term.tracks:
        if not any(delay_ns in (None, rule.delay_ns) for rule in rules):
            continue
        rows = line.of_classes(threats)
        for rule in rules:
            inside = admits(rule, lat[rows], lon[rows], height[rows])
            inside &= _knows(rule, line, rows)
            choice[rows[inside]] = rule.at
            rows = rows[~inside]
    return choice


def _knows(rule: Rule, line: DelayLine, rows: I64) -> NDArray[np.bool_]:
    """Return where what we hold a track as, and what has detected it, is what a rule is about."""
    found = np.ones(len(rows), np.bool_)
    if rule.held is not None:
        found &= rule.held[line.identity()[rows]]
    detection = line.tracks["detection"]
    if rule.seen is not None:
        found &= rule.seen[detection[rows]]
    if rule.marks is not None:
        threat, identity = line.threat_class()[rows], line.identity()[rows]
        found &= rule.marks.tracks[threat, identity, detection[rows]]
    return found


def refused(
    term: Term, line: DelayLine, going: list[tuple[Rule, DelayLine, I64]]
) -> list[tuple[str, int]]:
    """Return why tracks that exist are not visible to the partner; line: without delay."""
    hidden = np.ones(len(line.tracks), np.bool_)
    for _, late, rows in going:
        here = rows if late is line else line.tracks.rows(late.tracks.keys[rows])
        hidden[here[here >= 0]] = False
    named = np.array([bool(term.table[What.TRACK, int(threat)]) for threat in ThreatClass])
    covered = named[line.threat_class()]
    return [
        ("no clause covers its class", int((hidden & ~covered).sum())),
        (
            "no clause about its class admits it where, when, or as what it is",
            int((hidden & covered).sum()),
        ),
    ]
