"""A feed of lines: from bytes to the columns of messages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.lines import bearing, launch, plot, position, sighting, text
from skypact.sensors.lines.bearing import BearingLine
from skypact.sensors.lines.fields import SECOND_NS, Columns, Line, time_ns
from skypact.sensors.lines.launch import LaunchLine
from skypact.sensors.lines.plot import PlotLine
from skypact.sensors.lines.position import PositionLine
from skypact.sensors.lines.sighting import SightingLine

L = TypeVar("L", bound=Line)


class Piece(NamedTuple):
    """Bytes and when they came, ns UTC."""

    data: bytes
    arrival_ns: int


@dataclass(slots=True)
class LinesReading:
    """What pieces held, as columns; plots, bearings and launches by sensor."""

    plots: dict[str, Columns] = field(default_factory=dict[str, Columns])
    bearings: dict[str, Columns] = field(default_factory=dict[str, Columns])
    launches: dict[str, Columns] = field(default_factory=dict[str, Columns])
    positions: Columns | None = None
    sightings: Columns | None = None
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    unknown: dict[str, int] = field(default_factory=dict[str, int])
    records: int = 0


class _Kept(Generic[L]):
    """Lines of one message on their way to columns."""

    def __init__(self) -> None:
        self.lines: list[L] = []
        self.times: list[int] = []

    def add(self, line: Any, at_ns: int) -> None:
        self.lines.append(line)
        self.times.append(at_ns)

    def columns(self, make: Callable[[Sequence[L], NDArray[np.int64]], Columns]) -> Columns:
        return make(self.lines, np.array(self.times, np.int64))


def read(
    pending: bytes,
    pieces: Sequence[Piece],
    form: str,
    stream: bool,
    sensors: frozenset[str],
    clock_error_max_s: float,
) -> tuple[LinesReading, bytes]:
    """Return what the pieces say, and the beginning of a line whose end has not come yet.

    form: of the feed; sensors: those whose plots and bearings are wanted, the rest is counted as
    unknown; clock_error_max_s: a line whose time is further from its arrival is refused. Nothing
    raises.
    """
    reading, kept = LinesReading(), dict[tuple[type[Any], str], _Kept[Any]]()
    late_ns = round(clock_error_max_s * SECOND_NS)
    for piece in pieces:
        lines, refusals, pending = text.split(pending, piece.data, stream)
        reading.refusals += refusals
        for offset, record in (said for at, line in lines for said in text.records(at, line, form)):
            if isinstance(record, Refusal):
                reading.refusals.append(record)
                continue
            at_ns = time_ns(record.time, piece.arrival_ns)
            if abs(at_ns - piece.arrival_ns) > late_ns:
                reason = "time too far from the arrival: is the sender's clock right?"
                reading.refusals.append(Refusal(offset, reason))
                continue
            name = "" if isinstance(record, PositionLine | SightingLine) else record.sensor
            if isinstance(record, PlotLine | BearingLine) and name not in sensors:
                reading.unknown[name] = reading.unknown.get(name, 0) + 1
                continue
            reading.records += 1
            kept.setdefault((type(record), name), _Kept()).add(record, at_ns)
    for (kind, name), held in kept.items():
        _put(reading, kind, name, held)
    return reading, pending


def _put(reading: LinesReading, kind: type[Any], name: str, held: _Kept[Any]) -> None:
    if kind is PlotLine:
        reading.plots[name] = cast(_Kept[PlotLine], held).columns(plot.columns)
    elif kind is BearingLine:
        reading.bearings[name] = cast(_Kept[BearingLine], held).columns(bearing.columns)
    elif kind is LaunchLine:
        reading.launches[name] = cast(_Kept[LaunchLine], held).columns(launch.columns)
    elif kind is PositionLine:
        reading.positions = cast(_Kept[PositionLine], held).columns(position.columns)
    else:
        reading.sightings = cast(_Kept[SightingLine], held).columns(sighting.columns)
