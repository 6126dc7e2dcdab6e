"""What a decoder of one standard is: the way in for the next one, from here or a third party."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import HasColumns
from skypact.sensors.asterix_blocks import Refusal

__all__ = ("Columns", "Decoded", "Refusal", "Standard", "blank")

Columns = dict[str, NDArray[Any]]


@dataclass(slots=True)
class Decoded:
    """What a piece of bytes held, in SI and radians.

    positions: columns of PositionReports; plots, bearings: columns of Scan and of Bearings, by the
    name of the `[[sensor]]`; refusals: what could not be read, with its byte.
    """

    positions: Columns | None = None
    plots: Mapping[str, Columns] = field(default_factory=dict[str, Columns])
    bearings: Mapping[str, Columns] = field(default_factory=dict[str, Columns])
    refusals: list[Refusal] = field(default_factory=list[Refusal])


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard.

    decode: (bytes, when they came in ns UTC) -> what they held; pure, and no bytes make it fail.
    ends_with: what a record ends with. Of a stream, decode gets whole records; of datagrams, one
    datagram.
    """

    decode: Callable[[bytes, int], Decoded]
    ends_with: bytes = b"\n"


def blank(kind: type[HasColumns], rows: int) -> Columns:
    """Return every column of a message with nothing in it: NaN where "not measured" is allowed,
    0 or no text elsewhere."""
    made: Columns = {}
    for name, column in kind.COLUMNS.items():
        shape = (rows, column.width) if column.width > 1 else (rows,)
        made[name] = np.full(shape, np.nan if column.missing else 0, np.dtype(column.dtype))
        if made[name].dtype.kind == "S":
            made[name] = np.full(shape, b"", column.dtype)
    return made
