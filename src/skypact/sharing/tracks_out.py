"""Own tracks on their way out: as they were `delay` ago, chosen by clause, once a second."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import pack
from skypact.core.messages import Release, Stream
from skypact.core.table import Table, TableState
from skypact.sharing.degrade import degraded
from skypact.sharing.lines import FIELDS, NONE, DelayLine, chosen, refused
from skypact.sharing.release import Releaser
from skypact.sharing.treaty.agreements import What
from skypact.sharing.treaty.policy import Policy, Rule
from skypact.sharing.wire import ROWS_A_FRAME, TrackBody
from skypact.sharing.withheld import Withheld

I64 = NDArray[np.int64]
REPEATS = 3
"""An ending is told in this many frames, as any one of them may be lost."""


class OutletState(msgspec.Struct, frozen=True, kw_only=True):
    """told: what the partner holds of ours; ended: (number, successor, repeats left)."""

    told: TableState
    ended: list[tuple[int, int, int]]


class Outlet:
    """The TRACK stream to one partner."""

    def __init__(self, policy: Policy, refresh_ns: int) -> None:
        self._policy, self._refresh_ns = policy, refresh_ns
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
        if term is None or not leased:
            reason = self._policy.why_not() if term is None else "the lease has run out"
            withheld.count(partner, What.TRACK, reason, len(lines[0].tracks))
            self.forget()
            self._ended = {}
            return []
        going = chosen(term, lines)
        visible = np.concatenate([line.tracks.keys[rows] for _, line, rows in going] or [NONE])
        for reason, count in refused(term, lines[0], visible):
            withheld.count(partner, What.TRACK, reason, count)
        self._end(visible, successors)
        parts = [
            part
            for i, (rule, line, rows) in enumerate(going)
            if (part := self._due(i, rule, line, rows, now_ns))
        ]
        return self._frames(parts, [rule.name for rule, _, _ in going], releaser, now_ns)

    def _end(self, visible: I64, successors: dict[int, int]) -> None:
        """Note what the partner holds and may hold no longer."""
        gone = ~np.isin(self._told.keys, visible)
        shown = dict.fromkeys(visible.tolist())
        self._ended = {n: e for n, e in self._ended.items() if n not in shown and e[1] > 0}
        for number in self._told.keys[gone].tolist():
            successor = successors.get(number, 0)
            for _ in successors:
                if successor in shown or not successor:
                    break
                successor = successors.get(successor, 0)
            self._ended[number] = (successor if successor in shown else 0, REPEATS)
        self._told.drop(gone)

    def _due(
        self, index: int, rule: Rule, line: DelayLine, rows: I64, now_ns: int
    ) -> dict[str, NDArray[Any]] | None:
        """Return the columns, coarse as the clause says, of what is new or due again."""
        threat_class = line.threat_class()[rows]
        number, time_ns = line.tracks.keys[rows], line.tracks["time_ns"][rows]
        mark = index * 8 + threat_class.astype(np.int64)
        told = self._told.rows(number)
        known = {name: np.append(self._told[name], -1)[told] for name in ("time_ns", "mark")}
        sent_ns = np.append(self._told["sent_ns"], -self._refresh_ns)[told]
        due = (
            (known["time_ns"] != time_ns)
            | (known["mark"] != mark)
            | (now_ns - sent_ns >= self._refresh_ns)
        )
        if not due.any():
            return None
        rows = rows[due]
        self._told.put(number[due], time_ns=time_ns[due], sent_ns=now_ns, mark=mark[due])
        columns = {name: line.tracks[name][rows] for name in FIELDS}
        out = degraded(columns, rule.clause)
        return {
            **out,
            "number": number[due],
            "threat_class": threat_class[due],
            "clause": np.full(len(rows), index),
        }

    def _frames(
        self,
        parts: list[dict[str, NDArray[Any]]],
        names: list[str],
        releaser: Releaser,
        now_ns: int,
    ) -> list[Release]:
        ended = {n: successor for n, (successor, _) in self._ended.items()}
        self._ended = {n: (s, left - 1) for n, (s, left) in self._ended.items()}
        if not parts and not ended:
            return []
        whole: dict[str, NDArray[Any]] = {
            name: np.concatenate([empty, *(part[name] for part in parts)])
            for name, empty in _EMPTY.items()
        }
        used: I64 = np.unique(whole["clause"])
        # Endings alone name every clause that lets tracks go.
        allowed = tuple(name for i, name in enumerate(names) if i in used) or tuple(names)
        if not allowed:
            return []
        whole["clause"] = np.searchsorted(used, whole["clause"])
        out: list[Release] = []
        for at in range(0, max(len(whole["number"]), 1), ROWS_A_FRAME):
            piece = {name: values[at : at + ROWS_A_FRAME] for name, values in whole.items()}
            body = _body(piece, ended if at == 0 else {})
            observed_ns = int(np.max(piece["time_ns"], initial=0)) or now_ns
            out.append(
                releaser.make(
                    self._policy.partner,
                    Stream.TRACK,
                    allowed,
                    body,
                    observed_ns,
                    now_ns,
                )
            )
        return out

    def state(self) -> OutletState:
        """Return the content for a snapshot."""
        ended = [(n, successor, left) for n, (successor, left) in self._ended.items()]
        return OutletState(told=self._told.state(), ended=ended)

    def restore(self, state: OutletState) -> None:
        """Take over a state."""
        self._told.restore(state.told)
        self._ended = {n: (successor, left) for n, successor, left in state.ended}


_EMPTY: dict[str, NDArray[Any]] = {
    **{name: np.zeros((0, w) if w > 1 else 0, dtype) for name, (dtype, w) in FIELDS.items()},
    **{name: np.zeros(0, np.int64) for name in ("number", "threat_class", "clause")},
}


def _body(columns: dict[str, Any], ended: dict[int, int]) -> TrackBody:
    """Build the body from named columns only: nothing else of a track can reach the encoder."""
    state = columns["state"]
    packed = pack(
        TrackBody,
        position_ecef_m=state[:, :3],
        velocity_ecef_mps=state[:, 3:],
        **{
            name: columns[name]
            for name in TrackBody.COLUMNS
            if name not in ("position_ecef_m", "velocity_ecef_mps")
        },
    )
    return TrackBody(
        count=len(state), ended=tuple(ended), successors=tuple(ended.values()), **packed
    )
