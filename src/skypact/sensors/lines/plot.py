"""A plot of a configured radar: range and azimuth, in the radar's own frame."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.messages import PRIMARY, SECONDARY
from skypact.sensors.lines.fields import (
    Address,
    Azimuth,
    Callsign,
    Columns,
    Elevation,
    Name,
    PressureAltitude,
    Speed,
    Time,
    addresses,
    azimuths,
    callsigns,
    measured,
)

DETECTIONS = {"primary": PRIMARY, "secondary": SECONDARY, "both": PRIMARY | SECONDARY}


class PlotLine(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind",
    tag="plot",
):  # fmt: skip
    """Fields in the order of a CSV line. sensor: a `[[sensor]]`; mode3a: octal."""

    sensor: Name
    time: Time | None = None
    range_m: Annotated[float, msgspec.Meta(ge=0, le=1e7)]
    azimuth_deg: Azimuth
    elevation_deg: Elevation | None = None
    range_rate_mps: Speed | None = None
    altitude_pressure_m: PressureAltitude | None = None
    address: Address = ""
    mode3a: Annotated[str, msgspec.Meta(pattern="^([0-7]{4})?$")] = ""
    callsign: Callsign = ""
    detection: Literal["primary", "secondary", "both"] = "primary"


def columns(lines: Sequence[PlotLine], times_ns: NDArray[np.int64]) -> Columns:
    """Return the columns of `Scan`."""
    return {
        "time_ns": times_ns,
        "range_m": measured(p.range_m for p in lines),
        "azimuth_rad": azimuths(p.azimuth_deg for p in lines),
        "elevation_rad": np.radians(measured(p.elevation_deg for p in lines)),
        "range_rate_mps": measured(p.range_rate_mps for p in lines),
        "altitude_pressure_m": measured(p.altitude_pressure_m for p in lines),
        "address": addresses(p.address for p in lines),
        "mode3a": np.array([int(p.mode3a, 8) if p.mode3a else -1 for p in lines], np.int32),
        "detection": np.array([DETECTIONS[p.detection] for p in lines], np.uint8),
        "callsign": callsigns(p.callsign for p in lines),
    }
