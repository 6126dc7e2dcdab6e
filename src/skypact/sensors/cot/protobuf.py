"""TAK Protocol version 1: events as protobuf, written and read by one table.

Source: the public `.proto` files of ATAK-CIV (takmessage, cotevent, detail and what they import).
A reader takes fields in any order and passes over those it does not know.
"""

import struct
from collections.abc import Iterator

from skypact.sensors.cot.event import EVENT_BYTES_MAX, Element, Event, bounded_time, broken
from skypact.sensors.cot.fields import FIELDS, NAMES, Field, Wire
from skypact.sensors.cot.xml import TEXT_MAX, Reading, read_detail

MAGIC = 0xBF
_EVENT, _DETAIL, _XML = 2, 15, 1
_TEXTS = {1: "kind", 2: "access", 3: "qos", 4: "opex", 5: "uid", 9: "how"}
_TIMES = {6: "time_ns", 7: "start_ns", 8: "stale_ns"}
_NUMBERS = {10: "lat_deg", 11: "lon_deg", 12: "hae_m", 13: "ce_m", 14: "le_m"}
_LIMITS = {"lat_deg": 90.0, "lon_deg": 180.0, "hae_m": 1e7, "ce_m": 1e9, "le_m": 1e9}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_DOUBLE = struct.Struct("<d")
_MS = 1_000_000


def varint(value: int) -> bytes:
    """Return an unsigned integer as protobuf writes it."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return (value, offset after it). Raises DecodeError when it is cut short or too long."""
    value = 0
    for i in range(10):
        if at + i >= len(data):
            raise broken("a number is cut short", at)
        byte = data[at + i]
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            return value, at + i + 1
    raise broken("a number has more than ten bytes", at)


def event_protobuf(event: Event) -> bytes:
    """Return an event as a TakMessage, without a frame around it."""
    parts: list[bytes] = []
    for number, name in _TEXTS.items():
        parts.append(_text(number, getattr(event, name)))
    for number, name in _TIMES.items():
        parts.append(_count(number, getattr(event, name) // _MS))
    for number, name in _NUMBERS.items():
        parts.append(_double(number, getattr(event, name)))
    # Another writer puts what has no field, or an attribute too many, into the XML: so do we.
    detail = [_text(_XML, event.rest)]
    for name, attributes in event.elements:
        child = FIELDS[name]
        inner = b"".join(_value(child.attributes[key], value) for key, value in attributes)
        detail.append(_bytes(child.number, inner))
    parts.append(_bytes(_DETAIL, b"".join(detail)))
    return _bytes(_EVENT, b"".join(parts))


def read_protobuf(data: bytes) -> Reading:
    """Return what a TakMessage says. Raises DecodeError when it holds no event we can read."""
    if len(data) > EVENT_BYTES_MAX:
        raise broken(f"an event of {len(data)} bytes; the limit is {EVENT_BYTES_MAX}")
    body = b""
    for number, value in _fields(data):
        if number == _EVENT and isinstance(value, bytes):
            body = value
    if not body:
        raise broken("a TAK message without an event")
    found, inside = _head(body)
    elements: list[Element] = []
    rest = ""
    for number, value in _fields(inside):
        if number == _XML:
            rest += _as_text(value)
        elif number in NAMES and isinstance(value, bytes):
            elements.append(_element(NAMES[number], value))
    return _reading(found, elements, rest)


def _head(body: bytes) -> tuple[dict[str, str | int | float], bytes]:
    """Return the fields of a CotEvent by name, and its `detail` as it lies there."""
    found: dict[str, str | int | float] = {}
    inside = b""
    for number, value in _fields(body):
        if number in _TEXTS:
            found[_TEXTS[number]] = _as_text(value)
        elif number in _TIMES:
            found[_TIMES[number]] = bounded_time(_as_count(value) * _MS)
        elif number in _NUMBERS:
            found[_NUMBERS[number]] = _as_number(value, _NUMBERS[number])
        elif number == _DETAIL and isinstance(value, bytes):
            inside = value
    return found, inside


def _reading(found: dict[str, str | int | float], elements: list[Element], rest: str) -> Reading:
    values: dict[str, object] = dict.fromkeys(_TEXTS.values(), "")
    values |= dict.fromkeys(_TIMES.values(), 0) | dict.fromkeys(_NUMBERS.values(), 0.0)
    values |= found
    for name in ("uid", "kind"):
        if not 0 < len(str(values[name])) <= TEXT_MAX:
            raise broken("an event without uid or type, or with a very long one")
    # The inside of `detail` goes to other clients as XML: what is none must not get there.
    inner = read_detail(rest)
    named = {one.name for one in inner.event.elements}
    values["elements"] = (*inner.event.elements, *(e for e in elements if e.name not in named))
    values["rest"] = inner.event.rest
    event = Event(**values)  # type: ignore[arg-type]
    track = event.element("track")
    motion = (track.value("speed"), track.value("course")) if track else inner.motion
    return Reading(event, inner.dests, inner.links, inner.version, motion)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (field number, value): an int, or bytes for everything that is not a varint."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = read_varint(data, at)
            yield number, value
            continue
        if wire == _BYTES:
            size, at = read_varint(data, at)
        elif wire in (_FIXED64, _FIXED32):
            size = 8 if wire == _FIXED64 else 4
        else:
            raise broken(f"a field of unknown kind {wire}", at)
        if at + size > len(data):
            raise broken("a field is cut short", at)
        yield number, data[at : at + size]
        at += size


def _element(name: str, data: bytes) -> Element:
    fields = {field.number: (key, field.wire) for key, field in FIELDS[name].attributes.items()}
    attributes: dict[str, str] = {}  # of a field that is there twice the last one counts
    for number, value in _fields(data):
        if number not in fields:
            continue
        key, wire = fields[number]
        if wire is Wire.TEXT:
            attributes[key] = _as_text(value)
        elif wire is Wire.COUNT:
            attributes[key] = str(_as_count(value))
        else:
            attributes[key] = repr(_as_number(value, key))
    return Element(name, tuple(attributes.items()))


def _as_text(value: int | bytes) -> str:
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            pass
    raise broken("a text is not UTF-8")


def _as_count(value: int | bytes) -> int:
    if isinstance(value, int):
        return value
    raise broken("bytes where a number belongs")


def _as_number(value: int | bytes, name: str) -> float:
    if not isinstance(value, bytes) or len(value) != _DOUBLE.size:
        raise broken(f"{name} is no double")
    got = float(_DOUBLE.unpack(value)[0])
    limit = _LIMITS.get(name, 1e9)
    if not -limit <= got <= limit:
        raise broken(f"{name} is {got!r}")
    return got


def _key(number: int, wire: int) -> bytes:
    return varint(number << 3 | wire)


def _bytes(number: int, data: bytes) -> bytes:
    return _key(number, _BYTES) + varint(len(data)) + data


def _text(number: int, text: str) -> bytes:
    return _bytes(number, text.encode()) if text else b""


def _count(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + varint(value) if value else b""


def _double(number: int, value: float) -> bytes:
    return _key(number, _FIXED64) + _DOUBLE.pack(value)


def _value(field: Field, text: str) -> bytes:
    if field.wire is Wire.TEXT:
        return _text(field.number, text)
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if field.wire is Wire.COUNT:
        return _count(field.number, int(value) if 0 <= value < 2**32 else 0)
    return _double(field.number, value)
