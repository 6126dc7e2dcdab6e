"""Coverage that nations tell each other: where each sees reliably, in coarse cells, as its people
have declared it. Where a sensor rests is told on the minute only, and by leaving its area out."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.messages import FeedView, Release, Stream, ThreatClass
from skypact.sharing.coalition.cells import MIN_M, cell_at, cells_inside
from skypact.sharing.release import Releaser
from skypact.sharing.settings import DeclaredArea
from skypact.sharing.treaty.agreements import What
from skypact.sharing.treaty.policy import Policy
from skypact.sharing.treaty.words import CELL_M
from skypact.sharing.wire import CoverageArea, CoverageBody

F64 = NDArray[np.float64]
S = 1_000_000_000
MINUTE_NS = 60 * S
HEIGHT_STEP_M = 500.0


class CoverageState(msgspec.Struct, frozen=True, kw_only=True):
    """told: what each partner was told last; silent: sensors that do not look."""

    told: dict[str, bytes] = {}
    silent: list[str] = []
    minute: int = 0


class Coverage:
    """What we declare, and what partners know of it."""

    def __init__(self, declared: Sequence[DeclaredArea], policies: Mapping[str, Policy]) -> None:
        self._declared, self._policies = declared, policies
        self._told: dict[str, bytes] = {}
        self._silent: frozenset[str] = frozenset()
        self._minute = 0
        self._cells: dict[tuple[int, float], bytes] = {}

    def look(self, view: FeedView) -> None:
        """Note which sensors do not look."""
        self._silent = frozenset(s.name for s in view.sensors if not s.alive)

    def tick(self, releaser: Releaser, now_ns: int) -> list[Release]:
        """On the minute, tell each partner what has changed."""
        minute, self._minute = self._minute, now_ns // MINUTE_NS
        if minute == self._minute:
            return []
        out: list[Release] = []
        for partner, policy in self._policies.items():
            term = policy.term(now_ns)
            rule = term and next(iter(term.table[What.COVERAGE, 0]), None)
            if rule is None:
                self._told.pop(partner, None)
                continue
            body = self._body(rule.clause.position_grid_m or CELL_M)
            data = msgspec.msgpack.encode(body)
            if self._told.get(partner) != data:
                self._told[partner] = data
                label = policy.labels.of(What.COVERAGE, ThreatClass.UNKNOWN, now_ns)
                args = (partner, Stream.WARNING, (rule.name,), body, now_ns, now_ns, label)
                out.append(releaser.make(*args))
        return out

    def _body(self, cell_m: float) -> CoverageBody:
        cell_m = max(cell_m, MIN_M)
        areas: list[CoverageArea] = []
        for at, area in enumerate(self._declared):
            if self._silent & set(area.sensors):
                continue
            if (at, cell_m) not in self._cells:
                cells = cells_inside(area.area_deg, cell_m)
                self._cells[at, cell_m] = cells.astype("<u4").tobytes()
            floor_m = np.ceil(area.height_min_m / HEIGHT_STEP_M) * HEIGHT_STEP_M
            told = CoverageArea(height_min_m=float(floor_m), cells=self._cells[at, cell_m])
            areas.append(told)
        return CoverageBody(cell_m=cell_m, areas=tuple(areas))

    def own(self) -> CoverageBody:
        """Return what we declare, in cells of the usual size."""
        return self._body(CELL_M)

    def state(self) -> CoverageState:
        """Return the content for a snapshot."""
        return CoverageState(told=self._told, silent=sorted(self._silent), minute=self._minute)

    def restore(self, state: CoverageState) -> None:
        """Take over a state."""
        self._told, self._silent = dict(state.told), frozenset(state.silent)
        self._minute = state.minute


def covers(
    body: CoverageBody | None, lat_rad: F64, lon_rad: F64, height_wgs84_m: F64
) -> NDArray[np.bool_]:
    """Return which points (N,) lie in declared coverage."""
    inside = np.zeros(len(lat_rad), np.bool_)
    if body is None:
        return inside
    cell: Any = cell_at(lat_rad, lon_rad, body.cell_m)
    for area in body.areas:
        cells = np.frombuffer(area.cells[: len(area.cells) // 4 * 4], "<u4")
        inside |= np.isin(cell, cells) & (height_wgs84_m >= area.height_min_m)
    return inside
