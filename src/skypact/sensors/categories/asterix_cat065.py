"""ASTERIX CAT065, service messages of a tracking system (EUROCONTROL-SPEC-0149-15)."""

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.categories.marks import Status, decode_statuses

CATEGORY = 65
_NOGO = {1: "degraded", 2: "not connected", 3: "state unknown"}
_FLAGS = {"040/OVL": "overloaded", "040/TSV": "time source invalid"}


def wanted(edition: str) -> Wanted:
    """Return what is read of a service message."""
    return Wanted(edition, ("010", "040/NOGO", *_FLAGS))


def statuses(records: blocks.Records) -> list[Status]:
    """Return what systems say of their own state (I065/040)."""
    return decode_statuses(records, "040/NOGO", _NOGO, _FLAGS)
