"""ASTERIX CAT065, service messages of a tracking system (EUROCONTROL-SPEC-0149-15)."""

from functools import cache

import numpy as np

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix.forms import Form, Writer, writer
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.categories.marks import Status, decode_statuses

CATEGORY = 65
EDITION = "1.6"
SDPS_STATUS = 1
_NOGO = {1: "degraded", 2: "not connected", 3: "state unknown"}
_FLAGS = {"040/OVL": "overloaded", "040/TSV": "time source invalid"}


def encode_status(sac: int, sic: int, time_ns: int) -> bytes:
    """Return one datagram with one status message: operational, nothing wrong."""
    values = {
        "010": sac << 8 | sic,
        "000": SDPS_STATUS,
        "015": 0,
        "030": fields.raw_time(np.array([time_ns])),
        "040/NOGO": 0,
    }
    [data] = _writer().blocks(values, (True,) * len(values), 1)
    return data


@cache
def _writer() -> Writer:
    items = [Form(item, (item,)) for item in ("010", "000", "015", "030")]
    return writer(CATEGORY, EDITION, (*items, Form("040", ("040/NOGO",))))


def wanted(edition: str) -> Wanted:
    """Return what is read of a service message."""
    return Wanted(edition, ("010", "040/NOGO", *_FLAGS))


def statuses(records: blocks.Records) -> list[Status]:
    """Return what systems say of their own state (I065/040)."""
    return decode_statuses(records, "040/NOGO", _NOGO, _FLAGS)
