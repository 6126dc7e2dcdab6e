"""Cursor on Target XML in: an event or a refusal, whatever the bytes.

expat is given no chance to be attacked with: a document type (and with it every entity) is
refused, size, depth and number of elements are bounded, and only UTF-8 is read.
"""

import re
from typing import Any, NamedTuple
from xml.parsers import expat

from skypact.sensors.cot.event import (
    EVENT_BYTES_MAX,
    NOT_KNOWN,
    Element,
    Event,
    broken,
    time_of,
)
from skypact.sensors.cot.fields import FIELDS

DEPTH_MAX, ELEMENTS_MAX = 32, 4_000
TEXT_MAX = 256
_TAG = re.compile(rb"""<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>""")


class Reading(NamedTuple):
    """An event, and what a relay looks at. dests: (callsign, uid) of those it is meant for,
    all when empty; links: uids of what it speaks of; version: asked for by a negotiation; motion:
    speed (m/s) and course (degrees) as its `track` says them."""

    event: Event
    dests: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()
    version: str = ""
    motion: tuple[str, str] = ("", "")


def read_xml(data: bytes) -> Reading:
    """Return what one event says. Raises DecodeError for anything else than one event."""
    if len(data) > EVENT_BYTES_MAX:
        raise broken(f"an event of {len(data)} bytes; the limit is {EVENT_BYTES_MAX}")
    return _Walk(data).reading()


def read_detail(rest: str) -> Reading:
    """Return a reading of an event that holds only this inside of its `detail`."""
    text = f'<event uid="-" type="-"><point lat="0" lon="0"/><detail>{rest}</detail></event>'
    return read_xml(text.encode())


class _Walk:
    """Collects one event while expat walks it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._depth = self._count = 0
        self._head: dict[str, str] = {}
        self._point: dict[str, str] | None = None
        self._elements: list[Element] = []
        self._rest: list[bytes] = []
        self._dests: list[tuple[str, str]] = []
        self._links: list[str] = []
        self._version = ""
        self._motion = ("", "")
        self._in_detail = False
        self._start = self._tag_end = 0
        self._plain: Element | None = None
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.EntityDeclHandler = _refuse
        self._parser.ProcessingInstructionHandler = _refuse

    def reading(self) -> Reading:
        try:
            self._parser.Parse(self._data, True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise broken(f"is no XML: {reason}", error.offset) from None
        finally:
            # The parser and this object hold each other; nobody should wait for the collector.
            self._parser.StartElementHandler = self._parser.EndElementHandler = None
        event = self._event()
        dests, links = tuple(self._dests), tuple(self._links)
        return Reading(event, dests, links, self._version, self._motion)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > DEPTH_MAX or self._count > ELEMENTS_MAX:
            raise broken("an event with too many elements, or too deep")
        if self._depth == 1:
            if name != "event":
                raise broken(f"<{name[:40]}> is not an event")
            self._head = attributes
        elif self._depth == 2:
            self._in_detail = name == "detail"
            if name == "point":
                self._point = attributes
        elif self._in_detail:
            self._child(name, attributes)

    def _child(self, name: str, attributes: dict[str, str]) -> None:
        if self._depth == 3:
            self._start = self._parser.CurrentByteIndex
            tag = _TAG.match(self._data, self._start)
            self._tag_end = tag.end() if tag else self._start
            known = FIELDS.get(name)
            plain = known is not None and attributes.keys() <= known.attributes.keys()
            self._plain = Element(name, tuple(attributes.items())) if plain else None
        if name == "dest":
            self._dests.append((attributes.get("callsign", ""), attributes.get("uid", "")))
        elif name == "link":
            self._links.append(attributes.get("uid", ""))
        elif name == "track":
            self._motion = (attributes.get("speed", ""), attributes.get("course", ""))
        elif name == "TakRequest":
            self._version = attributes.get("version", "")

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._depth != 2 or not self._in_detail:
            return
        closed = self._data[self._tag_end - 2 : self._tag_end] == b"/>"
        at = self._parser.CurrentByteIndex
        if self._plain is not None and (closed or at == self._tag_end):
            self._elements.append(self._plain)
        else:
            end = self._tag_end if closed else self._data.index(b">", at) + 1
            self._rest.append(self._data[self._start : end])

    def _event(self) -> Event:
        head, point = self._head, self._point
        if point is None:
            raise broken("an event without a point")
        uid, kind = head.get("uid", ""), head.get("type", "")
        if not 0 < len(uid) <= TEXT_MAX or not 0 < len(kind) <= TEXT_MAX:
            raise broken("an event without uid or type, or with a very long one")
        return Event(
            uid=uid,
            kind=kind,
            how=head.get("how", ""),
            time_ns=time_of(head["time"]) if "time" in head else 0,
            start_ns=time_of(head["start"]) if "start" in head else 0,
            stale_ns=time_of(head["stale"]) if "stale" in head else 0,
            lat_deg=number(point, "lat", 90.0),
            lon_deg=number(point, "lon", 180.0),
            hae_m=number(point, "hae", 1e7, NOT_KNOWN),
            ce_m=number(point, "ce", 1e9, NOT_KNOWN),
            le_m=number(point, "le", 1e9, NOT_KNOWN),
            elements=tuple(self._elements),
            rest=b"".join(self._rest).decode(),
            opex=head.get("opex", ""),
            qos=head.get("qos", ""),
            access=head.get("access", ""),
        )


def _refuse(*_: Any) -> None:
    raise broken("document types, entities and processing instructions are refused")


def number(given: dict[str, str], name: str, limit: float, default: float | None = None) -> float:
    """Return a finite number of at most `limit` either way; raises DecodeError naming it."""
    text = given.get(name)
    if text is None and default is not None:
        return default
    try:
        value = float(text or "")
    except ValueError:
        value = float("nan")
    if not -limit <= value <= limit:
        # Some senders write NaN where they mean that they do not know.
        if default is not None and value != value:
            return default
        raise broken(f"{name} is {(text or '')[:30]!r}")
    return value
