"""A direction in which a person or a cheap sensor without a `[[sensor]]` perceives something.

What a source is called becomes a number (a hash); the messages hold no name.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.messages import Sighted
from skypact.sensors.lines.fields import (
    SECOND_NS,
    Azimuth,
    Columns,
    Elevation,
    Latitude,
    Longitude,
    Metres,
    Name,
    Spread,
    Time,
    measured,
)
from skypact.sensors.lines.magnetic import declination_rad

SD_DEG = 15.0


class SightingLine(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind",
    tag="sighting",
):  # fmt: skip
    """Fields in the order of a CSV line. place_sd_m: of where the source stands, one standard
    deviation an axis; magnetic: the azimuth is from magnetic north; signal_speed_mps: of what it
    senses, none for light, 340 for sound."""

    source: Name
    time: Time | None = None
    lat_deg: Latitude
    lon_deg: Longitude
    azimuth_deg: Azimuth
    azimuth_sd_deg: Spread = SD_DEG
    elevation_deg: Elevation | None = None
    place_sd_m: Metres = 100.0
    what: Literal["other", "drone", "missile", "aircraft", "explosion"] = "other"
    magnetic: bool = False
    signal_speed_mps: Annotated[float, msgspec.Meta(gt=0, le=1e9)] | None = None


def columns(lines: Sequence[SightingLine], times_ns: NDArray[np.int64]) -> Columns:
    """Return the columns of `Sightings`; azimuths from true north."""
    azimuth = np.radians(measured(s.azimuth_deg for s in lines))
    for row, line in enumerate(lines):
        if line.magnetic:
            time_s = times_ns[row] / SECOND_NS
            azimuth[row] += declination_rad(line.lat_deg, line.lon_deg, time_s)
    return {
        "time_ns": times_ns,
        "source": np.array([pseudonym(s.source) for s in lines], np.uint64),
        "lat_rad": np.radians(measured(s.lat_deg for s in lines)),
        "lon_rad": np.radians(measured(s.lon_deg for s in lines)),
        "place_sd_m": measured(s.place_sd_m for s in lines),
        "azimuth_rad": azimuth % (2 * np.pi),
        "azimuth_sd_rad": np.radians(measured(s.azimuth_sd_deg for s in lines)),
        "elevation_rad": np.radians(measured(s.elevation_deg for s in lines)),
        "signal_speed_mps": measured(s.signal_speed_mps for s in lines),
        "sighted": np.array([Sighted[s.what.upper()] for s in lines], np.uint8),
    }


def pseudonym(source: str) -> int:
    """Return the number under which a source is known inside."""
    return int.from_bytes(hashlib.blake2b(source.encode(), digest_size=8).digest(), "little")
