"""A launch that a sensor in space has detected: where, when, how sure.

Our own schema; there is no public standard. It serves warning only.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.sensors.lines.fields import (
    Azimuth,
    Columns,
    Latitude,
    Longitude,
    Metres,
    Name,
    Share,
    Time,
    azimuths,
    measured,
)


class LaunchLine(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind",
    tag="launch",
):  # fmt: skip
    """Fields in the order of a CSV line. The error of the place is an ellipse: one standard
    deviation along its axes, and the azimuth of the major one; azimuth_deg: in which direction it
    flies, burn_s: how long its motor burnt, where that was seen; confidence: that it was a
    launch."""

    sensor: Name
    time: Time
    lat_deg: Latitude
    lon_deg: Longitude
    major_sd_m: Metres
    minor_sd_m: Metres
    major_azimuth_deg: Azimuth = 0.0
    time_sd_s: Annotated[float, msgspec.Meta(gt=0, le=3_600)] = 1.0
    confidence: Share
    azimuth_deg: Azimuth | None = None
    burn_s: Annotated[float, msgspec.Meta(gt=0, le=1_000)] | None = None


def columns(lines: Sequence[LaunchLine], times_ns: NDArray[np.int64]) -> Columns:
    """Return the columns of `LaunchDetections`."""
    return {
        "time_ns": times_ns,
        "time_sd_s": measured(x.time_sd_s for x in lines),
        "lat_rad": np.radians(measured(x.lat_deg for x in lines)),
        "lon_rad": np.radians(measured(x.lon_deg for x in lines)),
        "major_sd_m": measured(x.major_sd_m for x in lines),
        "minor_sd_m": measured(x.minor_sd_m for x in lines),
        "major_azimuth_rad": azimuths(x.major_azimuth_deg for x in lines),
        "azimuth_rad": azimuths(x.azimuth_deg for x in lines),
        "confidence": measured(x.confidence for x in lines),
        "burn_s": measured(x.burn_s for x in lines),
    }
