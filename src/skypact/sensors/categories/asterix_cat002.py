"""ASTERIX CAT002, monoradar service messages of older radars (EUROCONTROL-SPEC-0149-2a).

North marks and sector crossings, with the whole time of day that CAT001 cuts short.
"""

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.asterix.program import Wanted
from skypact.sensors.categories.marks import MARK_PATHS, Mark, decode_marks

CATEGORY = 2


def wanted(edition: str) -> Wanted:
    """Return what is read of a service message."""
    return Wanted(edition, MARK_PATHS)


def decode(records: blocks.Records) -> tuple[list[Mark], list[blocks.Refusal]]:
    """Return the service messages of records that carry a time, and what is refused."""
    return decode_marks(records)
