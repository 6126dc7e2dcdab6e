"""What the tracking room leaves in a snapshot."""

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from skypact.core.messages import Standing
from skypact.tracking.kernels.layout import ENTRY, FEED, HIT, SIGHT, SITE, TRACK
from skypact.tracking.launches import LAUNCH


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What any version can read of a snapshot. layout: of the rest; last_number: of a track."""

    issued: int
    layout: str = ""
    last_number: int = 0


class TrackerState(Held, frozen=True, kw_only=True):
    """All that the room remembers."""

    table: bytes
    registration: bytes
    feeds: bytes
    heights: bytes
    told: tuple[Standing, ...]
    doubles: bytes
    newest_ns: int
    due_ns: int
    last_scan_ns: tuple[int, ...]
    refused: dict[str, int]
    refusals: tuple[str, ...]
    crowd: bytes
    launches: bytes
    untold: dict[str, int]
    told_ns: dict[str, int]
    turns: bytes


def layout(sensors: Sequence[str]) -> str:
    """Return a hash of how a snapshot is laid out: fields, rows, and which sensor is which."""
    rows = [repr(kind.descr) for kind in (TRACK, SIGHT, ENTRY, SITE, FEED, HIT, LAUNCH)]
    return blake2b(
        "\n".join([*TrackerState.__struct_fields__, *rows, *sensors]).encode(), digest_size=8
    ).hexdigest()
