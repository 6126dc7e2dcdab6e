"""ASTERIX CAT011, surface movement tracks fused at an aerodrome (EUROCONTROL-SPEC-0149-8)."""

from collections.abc import Mapping

from skypact.core.site import SensorSite
from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.categories import measured
from skypact.sensors.categories.asterix_cat021 import Reports

CATEGORY = 11
_PATHS = measured.Paths(
    half_turn_bits=31,
    local_lsb_m=1.0,
    velocity_lsb_mps=0.25,
    sd=("500/APC/X", "500/APC/Y"),
    sd_lsb_m=0.25,
    address="380/ADR",
    callsign="245/TID",
    level="090",
    climb="215",
    simulated=("170/SIM",),
)


def wanted(edition: str) -> Wanted:
    """Return what is read of a track."""
    return _PATHS.wanted(edition)


def decode(records: blocks.Records, sites: Mapping[int, SensorSite]) -> Reports:
    """Return the positions among records; `measured.decode` says which."""
    return measured.decode(records, _PATHS, sites)
