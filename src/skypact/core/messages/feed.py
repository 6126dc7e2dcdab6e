"""Raw bytes from sensors, and how the feeds are doing."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec

from skypact.core.columns import Column
from skypact.core.messages.header import TIME_MAX_NS, Message


class Datagrams(Message, frozen=True, kw_only=True, tag="datagrams"):
    """Bytes of one feed in order of arrival: datagrams, or pieces of a stream.

    payload: all bytes end to end; length_bytes: u4, one a datagram; arrival_ns: i8.
    """

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        "length_bytes": Column("<u4", "B", 0, 65_535),
        "arrival_ns": Column("<i8", "ns", 0, TIME_MAX_NS),
    }
    feed: str
    count: int
    payload: bytes
    length_bytes: bytes
    arrival_ns: bytes


class DatagramsDropped(Message, frozen=True, kw_only=True, tag="datagrams_dropped"):
    """The queue of a feed was full; the oldest went."""

    feed: str
    dropped: int


class PacketsRefused(Message, frozen=True, kw_only=True, tag="packets_refused"):
    """Packets of a recording that gave no datagram, and why."""

    feed: str
    reason: str
    count: int


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """What a data source last said of itself (ASTERIX CAT010, CAT034, CAT065; SAPIENT status).

    name: of a source without SAC and SIC, which are 0 then; fault: "" when all is well."""

    sac: int
    sic: int
    last_ns: int
    fault: str = ""
    name: str = ""


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """Counters of one feed since the node's first start."""

    name: str
    format: str
    records: int
    refused: int
    unknown: int
    doubled: int
    dropped: int
    last_ns: int
    alive: bool
    last_refusals: tuple[str, ...] = ()
    sources: tuple[SourceState, ...] = ()


class SensorState(msgspec.Struct, frozen=True, kw_only=True):
    """What a sensor last said of itself (ASTERIX CAT034 north and sector marks)."""

    name: str
    last_ns: int
    rotation_s: float
    alive: bool


class FeedView(Message, frozen=True, kw_only=True, tag="feed_view"):
    """Feeds and sensors for the node's own console."""

    feeds: tuple[FeedState, ...]
    sensors: tuple[SensorState, ...]


class FeedNoted(Message, frozen=True, kw_only=True, tag="feed_noted"):
    """Something about a feed that people are told once when it begins and once when it ends: it is
    silent, its clock is off. text: one sentence after the feed's name."""

    feed: str
    text: str


class PlotsRefused(Message, frozen=True, kw_only=True, tag="plots_refused"):
    """The tracking room did not take plots or reports. source: the sensor or feed; count: how many
    for this reason since it was last told."""

    source: str
    reason: str
    count: Annotated[int, msgspec.Meta(ge=1)]
