"""ASTERIX CAT034, radar service messages: north marks and sector crossings (SPEC-0149-2b)."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from skypact.core.site import SensorSite
from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix.forms import Form, Writer, writer
from skypact.sensors.asterix.program import Wanted

CATEGORY = 34
EDITION = "1.29"
NORTH, SECTOR = 1, 2
ROTATION_LSB_S = 1 / 128
_MESSAGES: dict[str, int] = {"north": NORTH, "sector": SECTOR}


@dataclass(frozen=True, slots=True)
class Mark:
    """A service message. message: I034/000; azimuth_rad, rotation_s: NaN when not said."""

    source: tuple[int, int]
    message: int
    time_ns: int
    azimuth_rad: float
    rotation_s: float


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
    return Wanted(edition, ("010", "000", "020", "030", "041"))


def decode(records: blocks.Records) -> tuple[list[Mark], list[blocks.Refusal]]:
    """Return the service messages of records that carry a time, and what is refused."""
    raw = records.value("030")
    timed = records.present("030") & (raw < fields.TIME_OF_DAY_MAX) & records.present("000")
    azimuth = np.where(records.present("020"), fields.angle_rad(records.value("020"), 8), np.nan)
    rotation = fields.quantity(records.value("041"), ROTATION_LSB_S, records.present("041"))
    rows = zip(
        records.value("010")[timed].tolist(),
        records.value("000")[timed].tolist(),
        fields.utc_ns(raw, records.arrivals)[timed].tolist(),
        azimuth[timed].tolist(),
        rotation[timed].tolist(),
        strict=True,
    )
    reason = "CAT034 record: no message type or no valid time of day"
    return (
        [Mark((source >> 8, source & 255), *row) for source, *row in rows],
        [blocks.Refusal(offset, reason) for offset in records.offsets[~timed].tolist()],
    )
