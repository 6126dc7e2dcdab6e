"""ASTERIX CAT001, monoradar target reports of older radars (EUROCONTROL-SPEC-0149-2a).

The time of day is cut to its low 16 bits, a cycle of 512 s; CAT002 of the same radar has all of it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.messages import PRIMARY
from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.asterix_fields import I64
from skypact.sensors.categories.asterix_cat048 import Plots, altitudes, mode3a

CATEGORY = 1
RANGE_LSB_M = fields.NAUTICAL_MILE_M / 128
DOPPLER_LSB_MPS = fields.NAUTICAL_MILE_M / 256
_PATHS = (
    *("010", "141", "020/TYP", "020/SIM", "020/TST", "020/RAB", "020/SSRPSR"),
    *("040/RHO", "040/THETA", "070/V", "070/G", "070/MODE3A", "090/V", "090/G", "090/HGT", "120"),
)


def wanted(edition: str) -> Wanted:
    """Return what is read of a target report."""
    return Wanted(edition, _PATHS)


def decode(records: blocks.Records, references_ns: I64) -> Plots:
    """Return the plots among records. references_ns: near which instant each was made.

    A record without I001/040 is no plot and gives no row, nor does one that says it detected
    nothing (a coasted track) or comes from a field monitor. SSRPSR has the bits of `detection`.
    """
    position = records.present("040/RHO")
    timed = records.present("141")
    refusals = blocks.alike(
        records.offsets[position & ~timed], "CAT001 record: no time of day (I001/141)"
    )
    detection = np.where(records.present("020/TYP"), records.value("020/SSRPSR"), PRIMARY)
    rows = position & timed & (detection > 0) & (records.value("020/RAB") == 0)
    kept = records.take(rows)
    nothing = np.full(len(kept), np.nan)
    columns: dict[str, NDArray[Any]] = {
        "time_ns": fields.truncated_utc_ns(kept.value("141"), references_ns[rows]),
        "range_m": kept.value("040/RHO") * RANGE_LSB_M,
        "azimuth_rad": fields.angle_rad(kept.value("040/THETA")),
        "elevation_rad": nothing,
        "range_rate_mps": fields.quantity(kept.value("120"), DOPPLER_LSB_MPS, kept.present("120")),
        "altitude_pressure_m": altitudes(kept, "HGT"),
        "address": np.zeros(len(kept), np.uint32),
        "mode3a": mode3a(kept),
        "detection": detection[rows].astype(np.uint8),
        "callsign": np.full(len(kept), b"", "S8"),
    }
    simulated = (kept.value("020/SIM") | kept.value("020/TST")) > 0
    return Plots(columns, kept.value("010"), kept.arrivals, simulated, refusals)
