"""Settings of the sensors room, as written in TOML: one `[[feed]]` table a feed."""

import re
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

Positive = Annotated[float, msgspec.Meta(gt=0, le=1e6)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class Editions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Edition of each ASTERIX category on a feed. A wrong edition decodes to wrong values without
    an error, so it is agreed with the sender and pinned here."""

    cat001: Literal["1.2", "1.3", "1.4"] = "1.4"
    cat002: Literal["1.0", "1.1", "1.2"] = "1.2"
    cat010: Literal["1.1"] = "1.1"
    cat011: Literal["1.2", "1.3"] = "1.3"
    cat020: Literal["1.9", "1.10", "1.11"] = "1.11"
    cat021: Literal["2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7"] = "2.6"
    cat034: Literal["1.27", "1.28", "1.29"] = "1.29"
    cat048: Literal["1.27", "1.28", "1.29", "1.30", "1.31", "1.32"] = "1.32"
    cat062: Literal["1.16", "1.17", "1.18", "1.19", "1.20", "1.21"] = "1.20"
    cat065: Literal["1.4", "1.5", "1.6"] = "1.6"

    def of(self, category: int) -> str:
        """Return the edition of a category."""
        return getattr(self, f"cat{category:03d}")


class Moved(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Turn the globe so that the point `from` comes to lie on the point `to`, then by `turn_deg`
    clockwise about it. For recorded traffic in an exercise only."""

    from_lat_deg: Latitude
    from_lon_deg: Longitude
    to_lat_deg: Latitude
    to_lon_deg: Longitude
    turn_deg: Annotated[float, msgspec.Meta(ge=-360, le=360)] = 0.0


Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class SapientFeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """nodes: UUID of a SAPIENT node -> the [[sensor]] it is, so that its ranges and bearings count
    from that site; position_sd_m: of a place whose error the node does not say."""

    nodes: dict[Uuid, Name] = {}
    position_sd_m: Positive = 50.0


class DisFeed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """exercise_id: entities of another DIS exercise are refused; position_sd_m: how well a place is
    to be taken for known."""

    exercise_id: Annotated[int, msgspec.Meta(ge=1, le=255)] = 1
    position_sd_m: Positive = 10.0


class FeedSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One feed.

    source: udp://HOST:PORT (a multicast HOST is joined; ?interface=ADDRESS picks where),
    tcp://HOST:PORT, tcp-listen://HOST:PORT (senders come to us; SAPIENT only), tls://HOST:PORT
    (?ca=FILE&cert=FILE&key=FILE&name=NAME), serial:DEVICE (?baud=RATE), nats:SUBJECT of the node's
    own message server, https: for what is posted to [intake], or file:PATH (?speed=FACTOR, 0 as
    fast as possible); format: one of SCHEMES, of standards/table.py or of a third party;
    period_s: how often it is heard when all is well; group: feeds of one group are redundant
    networks carrying the same datagrams, "" for a feed alone; doubled_window_s: within it the same
    bytes are a double;
    clock_error_max_s: a record whose time is further from its arrival is refused.
    """

    name: Name
    source: str
    format: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]*$", max_length=32)]
    period_s: Positive
    group: str = ""
    doubled_window_s: Positive = 2.0
    clock_error_max_s: Positive = 60.0
    editions: Editions = Editions()
    moved: Moved | None = None
    sapient: SapientFeed = SapientFeed()
    dis: DisFeed = DisFeed()

    def __post_init__(self) -> None:
        scheme = split_source(self.source).scheme
        known = SCHEMES.get(self.format, _TEXT)
        if scheme not in known:
            ways = ", ".join(f"{way}:" for way in known)
            raise ValueError(f"source {self.source!r}: {self.format} comes by {ways}")

    @property
    def stream(self) -> bool:
        """Return whether its bytes are pieces of a stream, cut anywhere, not datagrams."""
        parts = split_source(self.source)
        captured = parts.path.lower().endswith(CAPTURES)
        return parts.scheme in STREAMS or (parts.scheme == "file" and not captured)


CAPTURES = (".pcap", ".pcapng", ".cap")
STREAMS = ("tcp", "tls", "serial")
_TEXT = ("udp", *STREAMS, "nats", "https", "file")
SCHEMES = {
    "asterix": ("udp", *STREAMS, "file"),
    "beast": ("udp", *STREAMS, "file"),
    "avr": ("udp", *STREAMS, "file"),
    "sapient": ("tcp", "tls", "tcp-listen", "file"),
    "dis": ("udp", "file"),
    "cot": ("udp", "tcp", "tls", "file"),
    "lines": _TEXT,
    "sightings": _TEXT,
    "launches": _TEXT,
}
"""Ways by which the bytes of a format come; those of any other format come as text does."""
_SUBJECT = re.compile(r"feed(\.[A-Za-z0-9_-]+)+")


def split_source(source: str) -> SplitResult:
    """Return the parts of a feed's source; raises ValueError naming what is wrong with it."""
    parts = urlsplit(source)
    fault = ""
    match parts.scheme:
        case "file" | "serial":
            fault = "" if parts.path else f"no path after {parts.scheme}:"
        case "nats":
            fault = (
                "" if _SUBJECT.fullmatch(parts.path) else "a subject is as in nats:feed.launches"
            )
        case "https":
            fault = "" if source == "https:" else "what is posted to [intake] is just https:"
        case "udp" | "tcp" | "tls" | "tcp-listen":
            there = parts.hostname and parts.port
            fault = "" if there else "HOST:PORT is missing or the port is 0"
        case _:
            fault = (
                "use udp://HOST:PORT, tcp://HOST:PORT, tcp-listen://HOST:PORT, tls://HOST:PORT, "
                "serial:DEVICE, nats:SUBJECT, https: or file:PATH"
            )
    if fault:
        raise ValueError(f"source {source!r}: {fault}")
    return parts
