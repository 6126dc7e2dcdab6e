"""What a phone posts, and the line it becomes.

The place is rounded to a cell of 0.01 degrees, some 1.1 km, by the page already and here again,
before anything is kept: no finer place of an observer is ever on a disk.
"""

import math
from typing import Annotated, Literal

import msgspec

CELL_DEG = 0.01
CELL_SD_M = CELL_DEG * 111_320 / math.sqrt(12)
ACCURACY_MAX_M = 5_000.0
AZIMUTH_SD_DEG = 15.0
BODY_BYTES_MAX = 1_024


class PhoneReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """azimuth_deg: by the phone's compass, from magnetic north; elevation_deg: where it was held
    up; accuracy_m: of the place, as the phone says."""

    what: Literal["drone", "missile", "aircraft", "explosion", "other"]
    azimuth_deg: Annotated[float, msgspec.Meta(ge=0, le=360)]
    elevation_deg: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lat_deg: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    lon_deg: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=ACCURACY_MAX_M)] = 0.0


def decode(body: bytes) -> PhoneReport:
    """Return a report; raises ValueError with a sentence."""
    return msgspec.json.decode(body, type=PhoneReport)


def line(report: PhoneReport, source: str) -> bytes:
    """Return the report as a line of a `sightings` feed."""
    said = {
        "kind": "sighting",
        "source": source,
        "lat_deg": coarse(report.lat_deg, 90.0),
        "lon_deg": coarse(report.lon_deg, 180.0),
        "azimuth_deg": round(report.azimuth_deg, 1),
        "azimuth_sd_deg": AZIMUTH_SD_DEG,
        "place_sd_m": round(math.hypot(CELL_SD_M, report.accuracy_m)),
        "what": report.what,
        "magnetic": True,
    }
    if report.elevation_deg is not None:
        said["elevation_deg"] = round(report.elevation_deg, 1)
    return msgspec.json.encode(said)


def coarse(angle_deg: float, bound_deg: float) -> float:
    """Return the middle of the cell an angle lies in."""
    cell = math.floor(angle_deg / CELL_DEG + 1e-9)
    return min(max(round((cell + 0.5) * CELL_DEG, 3), -bound_deg), bound_deg)
