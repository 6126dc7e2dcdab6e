"""Framing of Cursor on Target: XML events end to end, or TAK Protocol version 1 frames.

A TAK frame of a stream is 0xBF, a length as varint, a TakMessage; a TAK datagram is 0xBF 0x01 0xBF
and a TakMessage. No UTF-8 text begins with 0xBF, so both may follow each other on one stream.
"""

import re
from typing import NamedTuple

from skypact.core.errors import DecodeError
from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.cot.event import EVENT_BYTES_MAX, Event, event_xml
from skypact.sensors.cot.protobuf import (
    MAGIC,
    event_protobuf,
    read_protobuf,
    read_varint,
    varint,
)
from skypact.sensors.cot.xml import Reading, read_xml

START, END = b"<event", b"</event>"
MESH = bytes([MAGIC, 1, MAGIC])
_MAGIC = bytes([MAGIC])
REFUSALS_MAX = 100
"""After so much junk in one piece the rest of the piece is not looked at."""
_DECLARATION = re.compile(rb"<\?xml[^<>]{0,100}\?>\s*")
_BLANK = b" \t\r\n\0"


class Frame(NamedTuple):
    """One event as it came, not yet read. tak: a TakMessage, else XML from its `<event` on."""

    tak: bool
    data: bytes


def split(pending: bytes, chunk: bytes) -> tuple[list[Frame], list[Refusal], bytes]:
    """Return the frames of `pending` + `chunk`, what was skipped, and the new `pending`.

    `pending` is the beginning of a frame whose end has not come yet, little more than
    EVENT_BYTES_MAX. The work grows with the bytes and not faster, whatever they are.
    """
    walk = _Walk(pending + chunk, len(pending))
    while walk.step():
        if len(walk.refusals) >= REFUSALS_MAX:
            walk.give_up()
            break
    return walk.frames, walk.refusals, walk.data[walk.at :]


class _Walk:
    """Walks once over what has come. at: what lies before it is done."""

    def __init__(self, data: bytes, pending: int) -> None:
        self.data, self._pending, self.at = data, pending, 0
        self.frames: list[Frame] = []
        self.refusals: list[Refusal] = []
        self._found = dict.fromkeys((START, END, _MAGIC), -1)

    def step(self) -> bool:
        """Take a frame or skip junk; return False when the rest has to wait for more."""
        data, size = self.data, len(self.data)
        while self.at < size and data[self.at] in _BLANK:
            self.at += 1
        if self.at == size:
            return False
        return self._tak() if data[self.at] == MAGIC else self._xml()

    def _find(self, mark: bytes, start: int) -> int:
        """Return where `mark` is next, the end when nowhere. Nothing is searched twice."""
        if self._found[mark] < start:
            found = self.data.find(mark, start)
            self._found[mark] = len(self.data) if found < 0 else found
        return self._found[mark]

    def _xml(self) -> bool:
        data, at, size = self.data, self.at, len(self.data)
        end = self._find(END, at)
        if end == size:
            if size - at <= EVENT_BYTES_MAX:
                return False
            # Nothing that began so long ago can still become an event.
            self._skip(max(at + 1, size - EVENT_BYTES_MAX))
            return True
        end += len(END)
        declared = _DECLARATION.match(data, at)
        start = declared.end() if declared else at
        if end - start > EVENT_BYTES_MAX or not data.startswith(START, start):
            start = data.rfind(START, max(at, end - EVENT_BYTES_MAX), end)
            self._refuse(at, start if start >= 0 else end)
        if start >= 0:
            self.frames.append(Frame(False, data[start:end]))
        self.at = end
        return True

    def _tak(self) -> bool:
        data, at = self.data, self.at
        try:
            length, start = read_varint(data[at + 1 : at + 6], 0)
        except DecodeError:
            # Five bytes hold every length that is allowed; fewer may still become one.
            if len(data) - at < 6:
                return False
            length, start = EVENT_BYTES_MAX + 1, 0
        if length > EVENT_BYTES_MAX:
            self._skip(at + 1)
            return True
        start += at + 1
        if start + length > len(data):
            return False
        self.frames.append(Frame(True, data[start : start + length]))
        self.at = start + length
        return True

    def give_up(self) -> None:
        """Refuse the rest as one."""
        if self.at < len(self.data):
            self._refuse(self.at, len(self.data))
            self.at = len(self.data)

    def _skip(self, start: int) -> None:
        """Go on where the next frame may begin: an XML event, a TAK frame, or the end."""
        then = min(self._find(START, start), self._find(_MAGIC, start))
        self._refuse(self.at, then)
        self.at = then

    def _refuse(self, start: int, end: int) -> None:
        reason = f"{end - start} bytes that are no event"
        self.refusals.append(Refusal(start - self._pending, reason))


def datagram(data: bytes) -> tuple[list[Frame], list[Refusal]]:
    """Return the frames of one datagram: a TAK message, or XML events."""
    if data.startswith(MESH):
        return [Frame(True, data[len(MESH) :])], []
    frames, refusals, left = split(b"", data)
    if left:
        refusals.append(Refusal(len(data) - len(left), "a datagram ends inside an event"))
    return frames, refusals


def read(frame: Frame) -> Reading:
    """Return what a frame says; raises DecodeError when it can't be read."""
    return read_protobuf(frame.data) if frame.tak else read_xml(frame.data)


def framed(event: Event, *, tak: bool) -> bytes:
    """Return an event as a stream carries it."""
    if not tak:
        return event_xml(event)
    message = event_protobuf(event)
    return bytes([MAGIC]) + varint(len(message)) + message
