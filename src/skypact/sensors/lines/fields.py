"""What the kinds of line share: bounded fields in a person's units, and times."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Azimuth = Annotated[float, msgspec.Meta(ge=-360, le=360)]
Elevation = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Spread = Annotated[float, msgspec.Meta(gt=0, le=180)]
Metres = Annotated[float, msgspec.Meta(gt=0, le=1e6)]
Height = Annotated[float, msgspec.Meta(ge=-1e3, le=5e5)]
PressureAltitude = Annotated[float, msgspec.Meta(ge=-1e3, le=5e4)]
Speed = Annotated[float, msgspec.Meta(ge=-2e4, le=2e4)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Address = Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{0,6}$")]
Callsign = Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9 ]{0,8}$")]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=4_102_444_800)]
Time = Seconds | Annotated[datetime, msgspec.Meta(tz=True)]
"""Seconds since 1970 UTC, or text as in RFC 3339 with its zone."""

SECOND_NS = 1_000_000_000


class Line(Protocol):
    """A record as its line said it."""

    @property
    def time(self) -> Time | None: ...


def time_ns(time: Time | None, arrival_ns: int) -> int:
    """Return a line's own time, that of its arrival where it says none."""
    match time:
        case None:
            return arrival_ns
        case datetime():
            # Whole seconds apart: a double holds no nanoseconds of today.
            return int(time.timestamp() // 1) * SECOND_NS + time.microsecond * 1_000
        case _:
            return int(time) * SECOND_NS + round(time % 1 * 1e6) * 1_000


def measured(values: Iterable[float | None]) -> NDArray[np.float64]:
    """Return a column, NaN where nothing was measured."""
    return np.array([np.nan if v is None else v for v in values], np.float64)


def azimuths(values_deg: Iterable[float | None]) -> NDArray[np.float64]:
    """Return azimuths in 0..2 pi."""
    return np.radians(measured(values_deg)) % (2 * np.pi)


def addresses(values: Iterable[str]) -> NDArray[np.uint32]:
    """Return 24-bit addresses of hexadecimal texts, 0 for none."""
    return np.array([int(v, 16) if v else 0 for v in values], np.uint32)


def callsigns(values: Iterable[str]) -> NDArray[np.bytes_]:
    """Return callsigns as 8 bytes."""
    return np.array([v.strip().upper().encode() for v in values], "S8")
