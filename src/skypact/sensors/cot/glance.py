"""A glance at an event that is only passed on: well formed, and what its head says.

Reading every child of an event costs ten times as much, and a relay needs none of it. Whatever is
not plain (a document type, somebody it is meant for, a client presenting itself, very many
elements, an odd head) is left to `read_xml`.
"""

import re
from typing import NamedTuple
from xml.parsers import expat

from skypact.sensors.cot.xml import TEXT_MAX

ELEMENTS_MAX = 300
_HEAD = re.compile(rb"""<event((?:\s+\w+\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))+)\s*>""")
_ATTRIBUTE = re.compile(rb"""\s(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# Positions, reports and drawings: what people send each other, never a word of a protocol.
_RELAYED = (b"a-", b"b-", b"u-")
_NOT_PLAIN = (b"<!", b"<?", b"<dest", b"<link", b"<takv", b"endpoint=", b"&")


class Glance(NamedTuple):
    """What the head of an event says. opex: "" when it does not say."""

    uid: str
    kind: str
    opex: str


def glance(data: bytes) -> Glance | None:
    """Return what the head of an XML event says; None: not plain, or not well formed."""
    head = _HEAD.match(data)
    if head is None or data.count(b"<") > 2 * ELEMENTS_MAX:
        return None
    if any(mark in data for mark in _NOT_PLAIN):
        return None
    said = {name: one or other for name, one, other in _ATTRIBUTE.findall(head[1])}
    kind = said.get(b"type", b"")
    if not kind.startswith(_RELAYED) or b"<point" not in data:
        return None
    try:
        expat.ParserCreate("utf-8").Parse(data, True)
    except expat.ExpatError:
        return None
    uid = said.get(b"uid", b"")
    if not 0 < len(uid) <= TEXT_MAX or len(kind) > TEXT_MAX:
        return None
    return Glance(uid.decode(), kind.decode(), said.get(b"opex", b"").decode())
