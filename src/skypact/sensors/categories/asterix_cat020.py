"""ASTERIX CAT020, multilateration target reports (EUROCONTROL-SPEC-0149-14)."""

from collections.abc import Mapping

from skypact.core.site import SensorSite
from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.categories import measured
from skypact.sensors.categories.asterix_cat021 import Reports

CATEGORY = 20
_PATHS = measured.Paths(
    half_turn_bits=25,
    local_lsb_m=0.5,
    velocity_lsb_mps=0.25,
    sd=("500/SDP/X", "500/SDP/Y"),
    sd_lsb_m=0.25,
    address="220",
    callsign="245/CHR",
    level="090/FL",
    doubt=("090/V", "090/G"),
    height="105",
    simulated=("020/SIM", "020/TST"),
    left_out=("020/RAB",),
)


def wanted(edition: str) -> Wanted:
    """Return what is read of a report."""
    return _PATHS.wanted(edition)


def decode(records: blocks.Records, sites: Mapping[int, SensorSite]) -> Reports:
    """Return the positions among records; `measured.decode` says which."""
    return measured.decode(records, _PATHS, sites)
