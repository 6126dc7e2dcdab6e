"""Patience: tracks join after several consistent looks and part after several bad ones."""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.picture.correlate import (
    Pairs,
    Reports,
    assign,
    conflicting,
    mahalanobis2,
    near,
    near_foreign,
)
from skypact.picture.motion import falls_freely, predict
from skypact.picture.settings import PictureSettings
from skypact.picture.systems import Systems

I64 = NDArray[np.int64]
S = 1_000_000_000
SURE = 4.0
"""What says by itself that it is the same object (address, number) may differ by so many gates."""


class MatchingState(msgspec.Struct, frozen=True, kw_only=True):
    """looks: report, report, consecutive good looks; apart: report, report, until when (ns)."""

    looks: list[tuple[int, int, int]]
    apart: list[tuple[int, int, int]]


class Look(NamedTuple):
    """All reports at one instant, and which have news since the last look."""

    reports: Reports
    reporter: I64
    fresh: NDArray[np.bool_]


class Matching:
    """Decides which system tracks are one object; acts on them through `Systems`."""

    def __init__(self, settings: PictureSettings, systems: Systems) -> None:
        self._settings, self._systems = settings, systems
        self._looks: dict[tuple[int, int], int] = {}
        self._apart: dict[tuple[int, int], int] = {}

    def at(self, time_ns: I64 | int, rows: I64 | slice) -> Reports:
        """Return reports (N,), each taken to its time; a time in its past leaves it as is."""
        table, systems = self._systems.reports, self._systems.systems
        held = systems.rows(table["system"][rows])
        ours = np.where(held >= 0, np.append(systems["threat_class"], 0)[held], 0)
        falling = falls_freely(np.where(ours > 0, ours, table["threat_class"][rows]))
        dt_s = np.maximum(time_ns - table["time_ns"][rows], 0) / S
        state, covariance = predict(
            table["state"][rows],
            table["covariance"][rows],
            dt_s,
            falling,
            self._settings.process_noise_m2ps3,
        )
        return Reports(state, covariance, table["address"][rows])

    def at_once(self, keys: I64, now_ns: int) -> dict[int, int]:
        """Return, for new reports, the system track each joins without waiting: same address, or
        very close with no rival. Nothing is changed."""
        table = self._systems.reports
        rows = table.rows(keys)
        settled = np.flatnonzero((table["system"] > 0) & ~np.isin(table.keys, keys))
        if not len(settled) or not len(rows):
            return {}
        new, old = self.at(now_ns, rows), self.at(now_ns, settled)
        s = self._settings
        pairs = near(new, old, s.reach_max_m, s.registration_sd_m)
        foreign = (keys >> 32)[pairs.a] != (table.keys >> 32)[settled[pairs.b]]
        pairs = pairs.at(foreign & (pairs.distance2 <= SURE * s.gate))
        a, b = new.at(pairs.a), old.at(pairs.b)
        same = (a.address == b.address) & (a.address > 0)
        gap = a.state - b.state
        close = (
            (pairs.distance2 <= s.gate)
            & ((gap[:, :3] ** 2).sum(1) <= s.very_close_m**2)
            & ((gap[:, 3:] ** 2).sum(1) <= s.very_close_mps**2)
        )
        system = table["system"][settled[pairs.b]]
        return self._picked(keys, pairs, same, close, system)

    def _picked(
        self,
        keys: I64,
        pairs: Pairs,
        same: NDArray[np.bool_],
        close: NDArray[np.bool_],
        system: I64,
    ) -> dict[int, int]:
        """Choose for each new report at most one system track, and each at most once a nation."""
        gated = pairs.distance2 <= self._settings.gate
        links = np.unique(np.stack([pairs.a, system], 1)[gated], axis=0)
        heads, head_counts = np.unique(links[:, 0], return_counts=True)
        ends, end_counts = np.unique(links[:, 1], return_counts=True)
        lone_heads, lone_ends = heads[head_counts == 1], ends[end_counts == 1]
        lone = np.isin(pairs.a, lone_heads) & np.isin(system, lone_ends)
        picked: dict[int, int] = {}
        used: dict[tuple[int, int], None] = {}
        order = np.lexsort((pairs.distance2, ~same))
        for k in order[(same | (close & lone))[order]].tolist():
            key, number = int(keys[pairs.a[k]]), int(system[k])
            slot = (number, key >> 32)
            taken = (self._systems.reporters_of(number) == key >> 32).any()
            if key not in picked and slot not in used and not taken:
                picked[key] = number
                used[slot] = None
        return picked

    def plausible(self, key: int, number: int, now_ns: int) -> bool:
        """Say whether a report may be of a system track that carries the number it was given."""
        systems = self._systems
        rows = systems.rows_of(number)
        row = systems.reports.rows([key])
        if not len(rows) or (systems.reports.keys[rows] >> 32 == key >> 32).any():
            return False
        a = self.at(now_ns, np.repeat(row, len(rows)))
        distance2 = mahalanobis2(a, self.at(now_ns, rows), self._settings.registration_sd_m)
        return bool(distance2.min() <= SURE * self._settings.release_gate)

    def look(self, reports: Reports, now_ns: int) -> None:
        """Compare all reports, taken to `now_ns`; join and part system tracks whose patience is
        over."""
        table = self._systems.reports
        if not len(table):
            return
        fresh = table["time_ns"] > table["looked_ns"]
        table["looked_ns"][:] = table["time_ns"]
        self._apart = {p: until for p, until in self._apart.items() if until > now_ns}
        look = Look(reports, table.keys >> 32, fresh)
        self._judge(look, now_ns)
        # Parting moves no row: the look stays valid.
        good: dict[tuple[int, int], int] = {}
        nations, by = np.unique(look.reporter, return_inverse=True)
        s, joined = self._settings, 1
        pairs = near_foreign(look.reports, by, s.reach_max_m, s.registration_sd_m)
        kinds = by[pairs.a] * len(nations) + by[pairs.b]
        held = np.zeros((0, 0), np.bool_)
        for kind in np.unique(kinds).tolist():
            if joined:
                held = self._held(by, len(nations))
            i, j = divmod(kind, len(nations))
            of = np.flatnonzero(kinds == kind)
            apart = ~held[pairs.a[of], j] & ~held[pairs.b[of], i]
            joined = self._meet(look, pairs.at(of[apart]), good, now_ns)
        self._looks = good

    def _judge(self, look: Look, now_ns: int) -> None:
        """Count bad looks of reports against the first report of their system track."""
        systems, s = self._systems, self._settings
        table = systems.reports
        _, first, inverse = np.unique(table["system"], return_index=True, return_inverse=True)
        anchor = first[inverse]
        member = np.flatnonzero(anchor != np.arange(len(table)))
        if not len(member):
            return
        a, b = look.reports.at(member), look.reports.at(anchor[member])
        bad = (mahalanobis2(a, b, s.registration_sd_m) > s.release_gate) | conflicting(a, b)
        news = look.fresh[member] | look.fresh[anchor[member]]
        counts = table["misfits"][member]
        counts = np.where(news, np.where(bad, counts + 1, 0), counts)
        table["misfits"][member] = counts
        leaving = member[counts >= s.decorrelate_looks]
        for key in table.keys[leaving].tolist():
            number = int(table["system"][table.rows([key])[0]])
            for other in table.keys[systems.rows_of(number)].tolist():
                pair = (min(key, other), max(key, other))
                self._apart[pair] = now_ns + int(s.apart_s * S)
            systems.part(key, now_ns)

    def _meet(
        self,
        look: Look,
        pairs: Pairs,
        good: dict[tuple[int, int], int],
        now_ns: int,
    ) -> int:
        """Give looks to the best of the pairs of two nations' reports that are not yet one object;
        return how many became one."""
        systems, s = self._systems, self._settings
        table = systems.reports
        pairs, _ = assign(pairs, s.gate)
        keys_a, keys_b = table.keys[pairs.a].tolist(), table.keys[pairs.b].tolist()
        news = (look.fresh[pairs.a] | look.fresh[pairs.b]).tolist()
        joined = 0
        for key_a, key_b, is_news in zip(keys_a, keys_b, news, strict=True):
            pair = (key_a, key_b)
            count = self._looks.get(pair, 0) + is_news
            if pair in self._apart:
                continue
            good[pair] = count
            if count >= s.correlate_looks:
                one, two = (int(table["system"][table.rows([k])[0]]) for k in pair)
                if systems.joinable(one, two):
                    systems.join(one, two, now_ns)
                    joined += 1
                    del good[pair]
        return joined

    def _held(self, by: I64, nations: int) -> NDArray[np.bool_]:
        """Return which nations (index `by` of each report) report the system track of each report,
        (reports, nations)."""
        systems, inverse = np.unique(self._systems.reports["system"], return_inverse=True)
        held = np.zeros((len(systems), nations), np.bool_)
        held[inverse, by] = True
        return held[inverse]

    def forget(self, keys: list[int]) -> None:
        """Drop what is remembered of reports that ended."""
        gone = dict.fromkeys(keys)
        for memory in (self._looks, self._apart):
            for pair in [p for p in memory if p[0] in gone or p[1] in gone]:
                del memory[pair]

    def rename(self, old: int, new: int) -> None:
        """Carry what is remembered of a report over to its new key."""
        for memory in (self._looks, self._apart):
            for pair in [p for p in memory if old in p]:
                one, two = (new if k == old else k for k in pair)
                memory[min(one, two), max(one, two)] = memory.pop(pair)

    def state(self) -> MatchingState:
        """Return the content for a snapshot."""
        return MatchingState(
            looks=[(*pair, n) for pair, n in self._looks.items()],
            apart=[(*pair, until) for pair, until in self._apart.items()],
        )

    def restore(self, state: MatchingState) -> None:
        """Take over a state."""
        self._looks = {(a, b): n for a, b, n in state.looks}
        self._apart = {(a, b): until for a, b, until in state.apart}
