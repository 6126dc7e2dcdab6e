"""ASTERIX CAT034, radar service messages: north marks and sector crossings (SPEC-0149-2b)."""

from functools import cache
from typing import Literal

import numpy as np

from skypact.core.site import SensorSite
from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix.forms import Form, Writer, writer
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.categories.marks import (
    MARK_PATHS,
    NORTH,
    ROTATION_LSB_S,
    SECTOR,
    Mark,
    Status,
    decode_marks,
    decode_statuses,
)

CATEGORY = 34
EDITION = "1.29"
_FLAGS = {
    "050/COM/OVLRDP": "data processor overloaded",
    "050/COM/OVLXMT": "transmission overloaded",
    "050/COM/TSV": "time source invalid",
}
_MESSAGES: dict[str, int] = {"north": NORTH, "sector": SECTOR}


def encode_mark(
    site: SensorSite,
    message: Literal["north", "sector"],
    azimuth_rad: float,
    time_ns: int,
    rotation_s: float,
) -> bytes:
    """Return one datagram with one service message; a rotation beyond 511 s is left out."""
    raw_rotation = round(rotation_s / ROTATION_LSB_S)
    values = {
        "010": site.sac << 8 | site.sic,
        "000": _MESSAGES[message],
        "030": fields.raw_time(np.array([time_ns])),
        "020": fields.raw_angle(np.array([azimuth_rad]), 8),
        "041": raw_rotation,
    }
    has = (True, True, True, message == "sector", raw_rotation <= 0xFFFF)
    [data] = _writer().blocks(values, has, 1)
    return data


@cache
def _writer() -> Writer:
    items = ("010", "000", "030", "020", "041")
    return writer(CATEGORY, EDITION, [Form(item, (item,)) for item in items])


def wanted(edition: str) -> Wanted:
    """Return what is read of a service message."""
    return Wanted(edition, (*MARK_PATHS, "050/COM/NOGO", *_FLAGS))


def decode(records: blocks.Records) -> tuple[list[Mark], list[blocks.Refusal]]:
    """Return the service messages of records that carry a time, and what is refused."""
    return decode_marks(records)


def statuses(records: blocks.Records) -> list[Status]:
    """Return what radars say of their own state (I034/050 COM)."""
    return decode_statuses(records, "050/COM/NOGO", {1: "not operational"}, _FLAGS)
