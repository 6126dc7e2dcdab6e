"""Own tracks on their way out: as they were `delay` ago, chosen by clause, once a second; those
that a clause shows as they are leave at once as well."""

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array, pack
from skypact.core.messages import OwnTracks, Release, Stream
from skypact.core.table import Table, TableState, among
from skypact.sharing.degrade import degraded
from skypact.sharing.lines import FIELDS, NONE, DelayLine, chosen, prompt, refused
from skypact.sharing.release import Releaser
from skypact.sharing.treaty.agreements import What
from skypact.sharing.treaty.policy import Policy, Rule
from skypact.sharing.wire import ROWS_A_FRAME, TrackBody
from skypact.sharing.withheld import Withheld

I64 = NDArray[np.int64]
S = 1_000_000_000
REPEATS = 3
"""An ending is told in this many frames, as any one of them may be lost."""


class OutletState(msgspec.Struct, frozen=True, kw_only=True):
    """told: what the partner holds of ours; ended: (number, successor, repeats left)."""

    told: TableState
    ended: list[tuple[int, int, int]]


class Reported:
    """Which own tracks we report, and under which term each."""

    def __init__(self) -> None:
        self._terms = Table({"term": ("<i8", 1)})

    def take(self, message: OwnTracks) -> None:
        """Note what a message says of its tracks."""
        told = np.concatenate([np.array(message.ended, np.int64), array(message, "number")])
        self._terms.drop(among(self._terms.keys, told))
        self._terms.put(message.reporting, term=np.array(message.terms, np.int64))

    def of(self, number: I64) -> I64:
        """Return the term of each track (N,), 0 for those we do not report."""
        return np.append(self._terms["term"], 0)[self._terms.rows(number)]

    def state(self) -> dict[int, int]:
        """Return the term of each track, for a snapshot."""
        return dict(zip(self._terms.keys.tolist(), self._terms["term"].tolist(), strict=True))

    def restore(self, state: dict[int, int]) -> None:
        """Take over a state."""
        self._terms.drop(np.ones(len(self._terms), np.bool_))
        self._terms.put(list(state), term=np.array(list(state.values()), np.int64))


class Outlet:
    """The TRACK stream to one partner."""

    def __init__(self, policy: Policy, refresh_ns: int, reported: Reported) -> None:
        self._policy, self._refresh_ns, self._reported = policy, refresh_ns, reported
        self._told = Table({"time_ns": ("<i8", 1), "sent_ns": ("<i8", 1), "mark": ("<i8", 1)})
        self._ended: dict[int, tuple[int, int]] = {}

    @property
    def released(self) -> int:
        """Return how many of our tracks the partner holds."""
        return len(self._told)

    def forget(self) -> None:
        """Tell everything anew: the partner may have missed it."""
        self._told.drop(np.ones(len(self._told), np.bool_))

    def tick(
        self,
        lines: dict[int, DelayLine],
        successors: dict[int, int],
        leased: bool,
        releaser: Releaser,
        withheld: Withheld,
        now_ns: int,
    ) -> list[Release]:
        """Return the frames of this second. successors: what renumbered tracks are called now."""
        term, partner = self._policy.term(now_ns), self._policy.partner
        if term is None:
            withheld.count(partner, What.TRACK, self._policy.why_not(), len(lines[0].tracks))
            return self.cease(releaser, now_ns)
        if not leased:
            withheld.count(partner, What.TRACK, "the lease has run out", len(lines[0].tracks))
            self.forget()
            self._ended = {}
            return []
        going = chosen(term, lines)
        visible = np.concatenate([line.tracks.keys[rows] for _, line, rows in going] or [NONE])
        for reason, count in refused(term, lines[0], going):
            withheld.count(partner, What.TRACK, reason, count)
        told = self._told.rows(visible)
        gone = np.ones(len(self._told), np.bool_)
        gone[told[told >= 0]] = False
        ended = self._told.keys[gone]
        columns = self._due(going, visible, told, now_ns)
        self._end(ended, visible, successors)
        names = [r.name for r, _, _ in going]
        return self._frames(columns, names, self._endings(), releaser, now_ns)

    def cease(self, releaser: Releaser, now_ns: int) -> list[Release]:
        """Return the frames that say of all the partner holds that it gets no more of it. An ending
        has no position, so it leaves although nothing else may."""
        self._end(self._told.keys.copy(), NONE, {})
        columns = self._due([], NONE, NONE, now_ns)
        return self._frames(columns, [self._policy.name], self._endings(), releaser, now_ns)

    def renew(self) -> None:
        """Release all that the partner holds anew, as what is agreed has changed."""
        self._told["mark"][:] = -1

    def _endings(self) -> dict[int, int]:
        """Return what is to be said of endings once more, with successors."""
        endings = {n: successor for n, (successor, _) in self._ended.items()}
        self._ended = {n: (s, left - 1) for n, (s, left) in self._ended.items() if left > 1}
        return endings

    def hasten(
        self, line: DelayLine, numbers: I64, leased: bool, releaser: Releaser, now_ns: int
    ) -> list[Release]:
        """Return the frames of tracks that have just changed, as far as a clause neither rounds nor
        delays: with rounding, when a frame leaves would tell when the sensor looked. line: without
        delay."""
        term = self._policy.term(now_ns)
        if term is None or not leased:
            return []
        rows = line.tracks.rows(numbers)
        going = prompt(term, line, rows[rows >= 0])
        visible = np.concatenate([NONE, *(line.tracks.keys[rows] for _, _, rows in going)])
        if not len(visible):
            return []
        columns = self._due(going, visible, self._told.rows(visible), now_ns)
        return self._frames(columns, [r.name for r, _, _ in going], {}, releaser, now_ns)

    def _end(self, gone: I64, visible: I64, successors: dict[int, int]) -> None:
        """Note what the partner holds and may hold no longer."""
        if not self._ended and not len(gone):
            return
        shown = dict.fromkeys(visible.tolist())
        self._ended = {n: e for n, e in self._ended.items() if n not in shown}
        for number in gone.tolist():
            successor = successors.get(number, 0)
            for _ in successors:
                if successor in shown or not successor:
                    break
                successor = successors.get(successor, 0)
            self._ended[number] = (successor if successor in shown else 0, REPEATS)
        if len(gone):
            self._told.drop(among(self._told.keys, gone))

    def _due(
        self,
        going: list[tuple[Rule, DelayLine, I64]],
        number: I64,
        told: I64,
        now_ns: int,
    ) -> dict[str, NDArray[Any]]:
        """Return the columns, coarse as each clause says, of what is new or due again. number: of
        all tracks that go, clause by clause; told: their rows in what was told."""
        term = self._reported.of(number)
        time_ns = np.concatenate([NONE, *(line.tracks["time_ns"][r] for _, line, r in going)])
        threat_class = np.concatenate([NONE, *(line.threat_class()[r] for _, line, r in going)])
        index = np.repeat(np.arange(len(going)), [len(rows) for _, _, rows in going])
        mark = (term << 12) + index * 8 + threat_class
        due = told < 0
        # A hand-over is told again a second later: one frame may be lost.
        again_ns = np.full(len(number), now_ns)
        if len(self._told):
            due = (
                due
                | (self._told["time_ns"][told] != time_ns)
                | (self._told["mark"][told] != mark)
                | (now_ns - self._told["sent_ns"][told] >= self._refresh_ns)
            )
            handed = (self._told["mark"][told] >> 12 != term) & (told >= 0)
            again_ns[handed] += S - self._refresh_ns
        number, index, told = number[due], index[due], told[due]
        self._told.put(number, told, time_ns=time_ns[due], sent_ns=again_ns[due], mark=mark[due])
        out = {name: np.zeros((len(number), *shape), kind) for name, (kind, *shape) in _OUT.items()}
        out |= {
            "number": number,
            "threat_class": threat_class[due],
            "clause": index,
            "term": term[due],
        }
        out["kind"] = self._kinds(going)[due]
        first = seen = 0
        for rule, line, rows in going:
            leaving = rows[due[seen : seen + len(rows)]]
            seen += len(rows)
            if len(leaving):
                here = slice(first, first + len(leaving))
                degraded(line.tracks, leaving, rule.clause, {n: out[n][here] for n in _OUT})
                first += len(leaving)
        return out

    def _kinds(self, going: list[tuple[Rule, DelayLine, I64]]) -> I64:
        """Return how each track that goes is marked, by the number of the kind."""
        labels = self._policy.labels
        if not labels.any:
            return np.zeros(sum(len(rows) for _, _, rows in going), np.int64)
        held = [
            labels.of_tracks(
                line.threat_class()[rows], line.identity()[rows], line.tracks["detection"][rows]
            )
            for _, line, rows in going
        ]
        return np.concatenate([NONE, *held])

    def _frames(
        self,
        whole: dict[str, NDArray[Any]],
        names: list[str],
        ended: dict[int, int],
        releaser: Releaser,
        now_ns: int,
    ) -> list[Release]:
        if not len(whole["number"]) and not ended:
            return []
        used = np.flatnonzero(np.bincount(whole["clause"], minlength=len(names)))
        # Endings alone name every clause that lets tracks go.
        allowed = tuple(name for i, name in enumerate(names) if i in used) or tuple(names)
        if not allowed:
            return []
        whole["clause"] = np.searchsorted(used, whole["clause"])
        out: list[Release] = []
        for kind, alike in _by_kind(whole):
            label = self._policy.labels.label(kind, now_ns)
            for at in range(0, max(len(alike["number"]), 1), ROWS_A_FRAME):
                piece = {name: values[at : at + ROWS_A_FRAME] for name, values in alike.items()}
                body = _body(piece, {} if out else ended)
                observed_ns = int(np.max(piece["time_ns"], initial=0)) or now_ns
                args = (self._policy.partner, Stream.TRACK, allowed, body, observed_ns, now_ns)
                out.append(releaser.make(*args, label))
        return out

    def state(self) -> OutletState:
        """Return the content for a snapshot."""
        ended = [(n, successor, left) for n, (successor, left) in self._ended.items()]
        return OutletState(told=self._told.state(), ended=ended)

    def restore(self, state: OutletState) -> None:
        """Take over a state."""
        self._told.restore(state.told)
        self._ended = {n: (successor, left) for n, successor, left in state.ended}


_OUT = {
    "position_ecef_m": ("<f8", 3),
    "velocity_ecef_mps": ("<f8", 3),
    **{name: (kind, *((w,) if w > 1 else ())) for name, (kind, w) in FIELDS.items() if w != 6},
}
"""Type and shape of what leaves; zero where a clause lets nothing go."""


def _by_kind(whole: dict[str, NDArray[Any]]) -> Iterator[tuple[int, dict[str, NDArray[Any]]]]:
    """Yield what is marked alike: a frame has one label."""
    kinds = np.unique(whole["kind"]).tolist() or [0]
    for kind in kinds:
        rows = slice(None) if len(kinds) == 1 else np.flatnonzero(whole["kind"] == kind)
        yield kind, {name: values[rows] for name, values in whole.items()}


def _body(columns: dict[str, Any], ended: dict[int, int]) -> TrackBody:
    """Build the body from named columns only: nothing else of a track can reach the encoder."""
    said = columns["term"] > 0
    packed = pack(TrackBody, **{name: columns[name] for name in TrackBody.COLUMNS})
    return TrackBody(
        count=len(columns["number"]),
        ended=tuple(ended),
        successors=tuple(ended.values()),
        reporting=tuple(columns["number"][said].tolist()),
        terms=tuple(columns["term"][said].tolist()),
        **packed,
    )
