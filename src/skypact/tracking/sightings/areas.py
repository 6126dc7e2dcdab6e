"""Areas of some 20 km: what new sources may weigh there together, and what no track explains."""

import math
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]

CELL_RAD = math.radians(0.2)
WINDOW_NS = 60_000_000_000
NEW_WEIGHT_MAX = 2.0  # of all new sources of an area in a window
# People are told when what points at nothing weighs more than false reports of such sources would,
# by so much and by so many times the root of that.
UNEXPLAINED_MIN, UNEXPLAINED_ROOTS = 2.0, 3.0
UNEXPLAINED_SOURCES_MIN = 3
COUNTED_MIN = 0.5  # a stranger among many weighs less and is no source to speak of
TELL_AGAIN_NS = 300_000_000_000
_COLUMNS = 4_096  # of cells around the globe, at most 1,800


class AreasState(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a snapshot holds, by cell. window: number of the running one."""

    window: int
    spent: dict[int, float]
    heard: dict[int, dict[int, tuple[float, int]]]
    lone: dict[int, float]
    false: dict[int, float]
    told_ns: dict[int, int]


class Unexplained(NamedTuple):
    """lat_rad, lon_rad: of the middle of an area; sighted: what most of the sources say."""

    lat_rad: float
    lon_rad: float
    sources: int
    sighted: int


class Areas:
    """What was heard in each area in the running window of a minute."""

    def __init__(self) -> None:
        self._window = 0
        self._spent: dict[int, float] = {}
        # By area: source -> (weight, what); weight of what points at nothing; what is expected to.
        self._heard: dict[int, dict[int, tuple[float, int]]] = {}
        self._lone: dict[int, float] = {}
        self._false: dict[int, float] = {}
        self._told_ns: dict[int, int] = {}

    def capped(self, cells: I64, weight: F64, new: Flags, now_ns: int) -> F64:
        """Return the weights; new sources of an area share what is left of their allowance."""
        self._turn(now_ns)
        out = weight.copy()
        for cell in np.unique(cells[new]).tolist():
            rows = np.flatnonzero(new & (cells == cell))
            asked = float(weight[rows].sum())
            left = NEW_WEIGHT_MAX - self._spent.get(cell, 0.0)
            if asked > 0:
                out[rows] = weight[rows] * min(1.0, max(left, 0.0) / asked)
                self._spent[cell] = self._spent.get(cell, 0.0) + min(asked, max(left, 0.0))
        return out

    def expect(self, cells: I64, weight: F64, believed: F64, now_ns: int) -> None:
        """Note how much of what all sources of an area say is false, by what is known of them."""
        self._turn(now_ns)
        _add(self._false, cells, weight * (1 - believed))

    def note(
        self, cells: I64, sources: NDArray[np.uint64], weight: F64, sighted: I64, now_ns: int
    ) -> list[Unexplained]:
        """Note sightings that no track explains; return the areas where they are now enough to
        tell people."""
        self._turn(now_ns)
        _add(self._lone, cells, weight)
        for cell, source, heavy, what in zip(
            *(cells.tolist(), sources.tolist(), weight.tolist(), sighted.tolist()), strict=True
        ):
            if heavy >= COUNTED_MIN:
                said = self._heard.setdefault(cell, {})
                said[source] = max(said.get(source, (0.0, what)), (heavy, what))
        out: list[Unexplained] = []
        for cell in np.unique(cells).tolist():
            if (
                self._enough(cell)
                and now_ns - self._told_ns.get(cell, -TELL_AGAIN_NS) >= TELL_AGAIN_NS
            ):
                self._told_ns[cell] = now_ns
                said = list(self._heard[cell].values())
                votes = np.bincount([what for _, what in said], [heavy for heavy, _ in said])
                out.append(Unexplained(*middle(cell), len(said), int(votes.argmax())))
        return out

    def _enough(self, cell: int) -> bool:
        false = self._false.get(cell, 0.0)
        least = UNEXPLAINED_MIN + false + UNEXPLAINED_ROOTS * math.sqrt(false)
        sources = len(self._heard.get(cell, {}))
        return sources >= UNEXPLAINED_SOURCES_MIN and self._lone.get(cell, 0.0) >= least

    def state(self) -> AreasState:
        """Return all that is remembered."""
        return AreasState(
            window=self._window,
            spent=self._spent,
            heard=self._heard,
            lone=self._lone,
            false=self._false,
            told_ns=self._told_ns,
        )

    def restore(self, state: AreasState) -> None:
        """Take over what `state` returned."""
        self._window, self._spent = state.window, dict(state.spent)
        self._heard = {cell: dict(said) for cell, said in state.heard.items()}
        self._lone, self._false = dict(state.lone), dict(state.false)
        self._told_ns = dict(state.told_ns)

    def _turn(self, now_ns: int) -> None:
        window = now_ns // WINDOW_NS
        if window != self._window:
            self._window, self._spent, self._heard = window, {}, {}
            self._lone, self._false = {}, {}
            self._told_ns = {
                cell: at for cell, at in self._told_ns.items() if now_ns - at < TELL_AGAIN_NS
            }


def _add(sums: dict[int, float], cells: I64, values: F64) -> None:
    names, index = np.unique(cells, return_inverse=True)
    added = np.bincount(index, values, len(names))
    for cell, value in zip(names.tolist(), added.tolist(), strict=True):
        sums[cell] = sums.get(cell, 0.0) + value


def cells(lat_rad: F64, lon_rad: F64) -> I64:
    """Return the number of the area of each place; areas are as wide as high."""
    row = np.floor(lat_rad / CELL_RAD).astype(np.int64)
    width = CELL_RAD / np.maximum(np.cos((row + 0.5) * CELL_RAD), 0.01)
    return (row + _COLUMNS) * _COLUMNS + np.floor(lon_rad / width).astype(np.int64) + _COLUMNS // 2


def middle(cell: int) -> tuple[float, float]:
    """Return (lat_rad, lon_rad) of the middle of an area."""
    row, column = cell // _COLUMNS - _COLUMNS, cell % _COLUMNS - _COLUMNS // 2
    lat = (row + 0.5) * CELL_RAD
    lon = (column + 0.5) * CELL_RAD / max(math.cos(lat), 0.01)
    bound = math.pi / 2
    return min(max(lat, -bound), bound), min(max(lon, -math.pi), math.pi)
