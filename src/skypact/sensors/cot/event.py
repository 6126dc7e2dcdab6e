"""One Cursor on Target event, and how it is written as XML.

Source: MITRE's public schema `Event-PUBLIC.xsd`, version 2.0. Times are ns UTC, written to the
millisecond. Angles are degrees and heights are above the WGS84 ellipsoid, as on the wire.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from skypact.core.errors import DecodeError
from skypact.core.messages import TIME_MAX_NS

NOT_KNOWN = 9_999_999.0
"""What the schema says for a height or an error that nobody knows."""
EVENT_BYTES_MAX = 65_536
EXERCISE, SIMULATION, OPERATION = "e-", "s-", "o-"  # beginnings of `opex`
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
    | {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_NEEDS_ESCAPE = re.compile("[^\x20\x21\x23-\x25\x28-\x3b\x3d\x3f-\x7e]")


def broken(reason: str, offset: int = 0) -> DecodeError:
    """Return the error of an event that can't be read."""
    return DecodeError(reason, feed="CoT", offset=offset)


class Element(NamedTuple):
    """A child of `detail` without text: its name and its attributes in order."""

    name: str
    attributes: tuple[tuple[str, str], ...]

    def value(self, name: str) -> str:
        """Return an attribute, "" when it is not there."""
        return next((value for key, value in self.attributes if key == name), "")


class Event(NamedTuple):
    """One event. ce_m, le_m: one standard deviation, across and up; hae_m, ce_m and le_m are
    NOT_KNOWN where nobody knows them. elements: children of `detail` that hold attributes only
    and that TAK Protocol has fields for; rest: every other child, as XML."""

    uid: str
    kind: str
    how: str
    time_ns: int
    start_ns: int
    stale_ns: int
    lat_deg: float
    lon_deg: float
    hae_m: float = NOT_KNOWN
    ce_m: float = NOT_KNOWN
    le_m: float = NOT_KNOWN
    elements: tuple[Element, ...] = ()
    rest: str = ""
    opex: str = ""
    qos: str = ""
    access: str = ""

    def element(self, name: str) -> Element | None:
        """Return a child of `detail` by its name."""
        return next((one for one in self.elements if one.name == name), None)


def escape(text: str) -> str:
    """Return text for an attribute or between tags; what XML cannot carry becomes "?"."""
    if _NEEDS_ESCAPE.search(text) is None:
        return text
    return _ILLEGAL.sub("?", text).translate(_ESCAPES)


@lru_cache(maxsize=64)
def time_text(time_ns: int) -> str:
    """Return a time as the schema wants it, to the millisecond."""
    moment = _EPOCH + timedelta(milliseconds=time_ns // 1_000_000)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def time_of(text: str) -> int:
    """Return ns UTC of an ISO 8601 time; without a zone it is UTC. Raises DecodeError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise broken(f"{text[:40]!r} is not a time") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return bounded_time((moment - _EPOCH) // timedelta(microseconds=1) * 1000)


def bounded_time(time_ns: int) -> int:
    """Return a time that a message can hold; raises DecodeError for another."""
    if not 0 <= time_ns <= TIME_MAX_NS:
        raise broken("a time is before 1970 or after 2100")
    return time_ns


def element_xml(elements: Iterable[Element]) -> str:
    """Return elements as XML."""
    return "".join(
        f"<{name} " + " ".join(f'{key}="{escape(value)}"' for key, value in attributes) + "/>"
        for name, attributes in elements
    )


def event_xml(event: Event) -> bytes:
    """Return an event as XML, without a declaration."""
    extra = "".join(
        f' {name}="{escape(value)}"'
        for name, value in (("access", event.access), ("qos", event.qos), ("opex", event.opex))
        if value
    )
    return (
        f'<event version="2.0" uid="{escape(event.uid)}" type="{escape(event.kind)}"'
        f' how="{escape(event.how)}" time="{time_text(event.time_ns)}"'
        f' start="{time_text(event.start_ns)}" stale="{time_text(event.stale_ns)}"{extra}>'
        f'<point lat="{event.lat_deg:.7f}" lon="{event.lon_deg:.7f}" hae="{event.hae_m:.1f}"'
        f' ce="{event.ce_m:.1f}" le="{event.le_m:.1f}"/>'
        f"<detail>{element_xml(event.elements)}{event.rest}</detail></event>"
    ).encode()
