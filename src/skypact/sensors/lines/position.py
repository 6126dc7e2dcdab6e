"""A position that a target or another system reports."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.sensors.lines.fields import (
    Address,
    Azimuth,
    Callsign,
    Columns,
    Height,
    Latitude,
    Longitude,
    Metres,
    PressureAltitude,
    Speed,
    Time,
    addresses,
    azimuths,
    callsigns,
    measured,
)


class PositionLine(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind",
    tag="position",
):  # fmt: skip
    """Fields in the order of a CSV line. Velocity counts where course and speed are both there."""

    time: Time | None = None
    lat_deg: Latitude
    lon_deg: Longitude
    position_sd_m: Metres
    height_wgs84_m: Height | None = None
    altitude_pressure_m: PressureAltitude | None = None
    course_deg: Azimuth | None = None
    speed_mps: Speed | None = None
    climb_mps: Speed | None = None
    address: Address = ""
    callsign: Callsign = ""


def columns(lines: Sequence[PositionLine], times_ns: NDArray[np.int64]) -> Columns:
    """Return the columns of `PositionReports`."""
    course, speed = azimuths(p.course_deg for p in lines), measured(p.speed_mps for p in lines)
    velocity = [
        speed * np.sin(course),
        speed * np.cos(course),
        measured(p.climb_mps for p in lines),
    ]
    return {
        "time_ns": times_ns,
        "lat_rad": np.radians(measured(p.lat_deg for p in lines)),
        "lon_rad": np.radians(measured(p.lon_deg for p in lines)),
        "height_wgs84_m": measured(p.height_wgs84_m for p in lines),
        "altitude_pressure_m": measured(p.altitude_pressure_m for p in lines),
        "velocity_enu_mps": np.stack(velocity, 1),
        "position_sd_m": measured(p.position_sd_m for p in lines),
        "address": addresses(p.address for p in lines),
        "callsign": callsigns(p.callsign for p in lines),
    }
