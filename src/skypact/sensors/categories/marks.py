"""Marks and the state of a sender, as service messages of several categories say them."""

from dataclasses import dataclass

import numpy as np

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields

NORTH, SECTOR = 1, 2
ROTATION_LSB_S = 1 / 128
KEPT_MAX = 1_024
"""Service messages of one batch. Sixty-four radars that mark 16 sectors in a second say no more; a
crafted datagram holds thousands."""
MARK_PATHS = ("010", "000", "020", "030", "041")


@dataclass(frozen=True, slots=True)
class Mark:
    """A service message. message: I034/000; azimuth_rad, rotation_s: NaN when not said."""

    source: tuple[int, int]
    message: int
    time_ns: int
    azimuth_rad: float
    rotation_s: float


@dataclass(frozen=True, slots=True)
class Status:
    """What a sender says of itself. fault: "" when all is well."""

    source: tuple[int, int]
    fault: str


def decode_marks(
    records: blocks.Records,
) -> tuple[list[Mark], list[blocks.Refusal]]:
    """Return the service messages of records that carry a time, of very many the last ones, and
    what is refused."""
    raw = records.value("030")
    timed = records.present("030") & (raw < fields.TIME_OF_DAY_MAX) & records.present("000")
    azimuth = np.where(records.present("020"), fields.angle_rad(records.value("020"), 8), np.nan)
    rotation = fields.quantity(records.value("041"), ROTATION_LSB_S, records.present("041"))
    last = np.flatnonzero(timed)[-KEPT_MAX:]
    rows = zip(
        records.value("010")[last].tolist(),
        records.value("000")[last].tolist(),
        fields.utc_ns(raw, records.arrivals)[last].tolist(),
        azimuth[last].tolist(),
        rotation[last].tolist(),
        strict=True,
    )
    reason = f"CAT{records.category:03d} record: no message type or no valid time of day"
    return (
        [Mark((source >> 8, source & 255), *row) for source, *row in rows],
        list(blocks.alike(records.offsets[~timed], reason)),
    )


def decode_statuses(
    records: blocks.Records, nogo: str, texts: dict[int, str], flags: dict[str, str]
) -> list[Status]:
    """Return the states that records say, of very many the last ones.

    nogo: path of whether data may be used, whose values have `texts`; flags: path -> what is wrong
    when it is set."""
    said = np.flatnonzero(records.present(nogo))[-KEPT_MAX:]
    found: list[Status] = []
    for row in said.tolist():
        source = int(records.value("010")[row])
        faults = [texts.get(int(records.value(nogo)[row]), "")]
        faults += [text for path, text in flags.items() if records.value(path)[row]]
        found.append(Status((source >> 8, source & 255), ", ".join(f for f in faults if f)))
    return found
