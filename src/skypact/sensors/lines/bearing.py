"""A bearing of a configured passive sensor: acoustic, optical or radio."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.sensors.lines.fields import Azimuth, Columns, Elevation, Name, Time, azimuths, measured


class BearingLine(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind",
    tag="bearing",
):  # fmt: skip
    """Fields in the order of a CSV line. sensor: a `[[sensor]]` that is `passive`."""

    sensor: Name
    time: Time | None = None
    azimuth_deg: Azimuth
    elevation_deg: Elevation | None = None


def columns(lines: Sequence[BearingLine], times_ns: NDArray[np.int64]) -> Columns:
    """Return the columns of `Bearings`."""
    return {
        "time_ns": times_ns,
        "azimuth_rad": azimuths(b.azimuth_deg for b in lines),
        "elevation_rad": np.radians(measured(b.elevation_deg for b in lines)),
    }
