"""ASTERIX CAT010, monosensor surface movement data (EUROCONTROL-SPEC-0149-7)."""

from collections.abc import Mapping
from dataclasses import replace

from skypact.core.site import SensorSite
from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.categories import measured
from skypact.sensors.categories.asterix_cat021 import Reports
from skypact.sensors.categories.marks import Status, decode_statuses

CATEGORY = 10
_PATHS = measured.Paths(
    half_turn_bits=31,
    local_lsb_m=1.0,
    velocity_lsb_mps=0.25,
    sd=("500/DEVX", "500/DEVY"),
    sd_lsb_m=0.25,
    address="220",
    callsign="245/CHR",
    level="090/FL",
    doubt=("090/V", "090/G"),
    polar=("040/RHO", "040/TH"),
    simulated=("020/SIM", "020/TST"),
    left_out=("020/RAB",),
)
_NOGO = {1: "degraded", 2: "not operational", 3: "state unknown"}
_FLAGS = {"550/OVL": "overloaded", "550/TSV": "time source invalid"}


def wanted(edition: str) -> Wanted:
    """Return what is read of a report."""
    made = _PATHS.wanted(edition)
    return replace(made, paths=(*(made.paths or ()), "550/NOGO", *_FLAGS))


def decode(records: blocks.Records, sites: Mapping[int, SensorSite]) -> Reports:
    """Return the positions among records; `measured.decode` says which."""
    return measured.decode(records, _PATHS, sites)


def statuses(records: blocks.Records) -> list[Status]:
    """Return what systems say of their own state (I010/550)."""
    return decode_statuses(records, "550/NOGO", _NOGO, _FLAGS)
