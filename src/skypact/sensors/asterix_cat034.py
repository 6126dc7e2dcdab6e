"""ASTERIX CAT034, radar service messages: north marks and sector crossings (SPEC-0149-2b)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from skypact.core.site import SensorSite
from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields

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
    record: dict[str, Any] = {
        "010": site.sac << 8 | site.sic,
        "000": _MESSAGES[message],
        "030": int(fields.raw_time(np.array([time_ns]))[0]),
    }
    if message == "sector":
        record["020"] = int(fields.raw_angle(np.array([azimuth_rad]), 8)[0])
    raw_rotation = round(rotation_s / ROTATION_LSB_S)
    if raw_rotation <= 0xFFFF:
        record["041"] = raw_rotation
    return blocks.block(CATEGORY, EDITION, [record])


def decode(records: Sequence[blocks.Record]) -> tuple[list[Mark], list[blocks.Refusal]]:
    """Return the service messages of records that carry a time, and what is refused."""
    raw = fields.unsigned(fields.octets(records, "030", 3))
    timed = fields.present(records, "030") & (raw < fields.TIME_OF_DAY_MAX)
    timed &= fields.present(records, "000")
    times = fields.utc_ns(np.where(timed, raw, 0), fields.arrivals(records))
    marks: list[Mark] = []
    refusals: list[blocks.Refusal] = []
    for row, record in enumerate(records):
        if not timed[row]:
            reason = "CAT034 record: no message type or no valid time of day"
            refusals.append(blocks.Refusal(record.offset, reason))
            continue
        sector, rotation = record.raw("020"), record.raw("041")
        marks.append(
            Mark(
                source=record.source,
                message=record.raw("000")[0],
                time_ns=int(times[row]),
                azimuth_rad=sector[0] * math.tau / 256 if sector else math.nan,
                rotation_s=int.from_bytes(rotation, "big") * ROTATION_LSB_S
                if rotation
                else math.nan,
            )
        )
    return marks, refusals
