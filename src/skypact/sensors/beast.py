"""Beast and AVR framing: what Mode S receivers send over TCP.

A frame is 0x1a, a type byte, a 6-byte clock of 12 MHz, a signal level and the message; 0x1a inside
a frame is doubled. Source: the Mode-S Beast "data output formats" page, as readsb and dump1090
write it.

AVR is the same as text: `*`, the message in hexadecimal digits and `;`. With `@` a 6-byte clock
stands before the message, with `<` a clock and the signal level. Source: the same page.
"""

import re
from dataclasses import dataclass

from skypact.sensors.asterix_blocks import Refusal

ESCAPE = 0x1A
CLOCK_HZ = 12_000_000
# Type byte -> bytes of message: Mode A/C, Mode S short, Mode S long, receiver status.
MESSAGE_BYTES = {0x31: 2, 0x32: 7, 0x33: 14, 0x34: 14}
_HEAD_BYTES = 7  # clock and signal
_TYPE_OF_LENGTH = {2: 0x31, 7: 0x32, 14: 0x33}
_DIGITS = rb"((?:[0-9A-Fa-f]{4}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{28}));"
_AVR = re.compile(rb"(?:\*|@([0-9A-Fa-f]{12})|<([0-9A-Fa-f]{12})([0-9A-Fa-f]{2}))" + _DIGITS)
_AVR_BEGINS, _AVR_BYTES_MAX = re.compile(rb"[*@<]"), 44


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. kind: type byte; offset: of its first byte in the chunk, negative when it began
    in an earlier one; clock: receiver ticks of 1/12 us, of no known epoch."""

    kind: int
    offset: int
    clock: int
    signal: int
    message: bytes


def encode_frame(message: bytes, clock: int, signal: int) -> bytes:
    """Return one Beast frame for a message of 2, 7 or 14 bytes."""
    body = (clock % (1 << 48)).to_bytes(6, "big") + bytes([signal]) + message
    escaped = body.replace(b"\x1a", b"\x1a\x1a")
    return bytes([ESCAPE, _TYPE_OF_LENGTH[len(message)]]) + escaped


def split(pending: bytes, chunk: bytes) -> tuple[list[Frame], list[Refusal], bytes]:
    """Return the frames of `pending` + `chunk`, what was skipped, and the new `pending`.

    `pending` is the beginning of a frame whose end has not come yet, at most 44 bytes.
    """
    data = pending + chunk
    frames: list[Frame] = []
    refusals: list[Refusal] = []
    at, junk_from = 0, -1
    while at < len(data):
        body, end = _frame_at(data, at)
        if end > len(data):
            break
        if body is None:
            junk_from = at if junk_from < 0 else junk_from
            # Whatever is wrong here, a frame can only begin at an escape.
            following = data.find(ESCAPE, end)
            at = len(data) if following < 0 else following
            continue
        if junk_from >= 0:
            refusals.append(_junk(junk_from, at, len(pending)))
            junk_from = -1
        clock = int.from_bytes(body[:6], "big")
        frames.append(Frame(data[at + 1], at - len(pending), clock, body[6], body[_HEAD_BYTES:]))
        at = end
    if junk_from >= 0:
        refusals.append(_junk(junk_from, at, len(pending)))
    return frames, refusals, data[at:]


def split_avr(pending: bytes, chunk: bytes) -> tuple[list[Frame], list[Refusal], bytes]:
    """Return what `split` does, of AVR."""
    data = pending + chunk
    frames, refusals, at = list[Frame](), list[Refusal](), 0
    for found in _AVR.finditer(data):
        refusals += _avr_junk(data, at, found.start(), len(pending))
        at = found.end()
        message, clock = bytes.fromhex(found[4].decode()), found[1] or found[2] or b"0"
        signal = int(found[3] or b"0", 16)
        kind = _TYPE_OF_LENGTH[len(message)]
        frames.append(Frame(kind, found.start() - len(pending), int(clock, 16), signal, message))
    # What is not whole may be the beginning of one whose end has not come yet.
    begun = list(_AVR_BEGINS.finditer(data, max(at, len(data) - _AVR_BYTES_MAX)))
    kept = begun[-1].start() if begun and b";" not in data[begun[-1].start() :] else len(data)
    refusals += _avr_junk(data, at, kept, len(pending))
    return frames, refusals, data[kept:]


def _avr_junk(data: bytes, start: int, end: int, pending: int) -> list[Refusal]:
    """Return the refusal of what is neither a frame nor the end of a line."""
    left = data[start:end].strip()
    return [Refusal(start - pending, f"{len(left)} bytes that are no AVR message")] if left else []


def _junk(start: int, end: int, pending: int) -> Refusal:
    return Refusal(start - pending, f"{end - start} bytes that are no Beast frame")


def _frame_at(data: bytes, at: int) -> tuple[bytes | None, int]:
    """Return (body, end) of the frame at `at`.

    body None: no frame begins here, look again from `end`; end beyond the data: more is needed.
    """
    if data[at] != ESCAPE:
        return None, at + 1
    if at + 1 == len(data):
        return None, len(data) + 1
    if data[at + 1] not in MESSAGE_BYTES:
        # A doubled escape belongs to a frame whose head is lost: step over both.
        return None, at + (2 if data[at + 1] == ESCAPE else 1)
    wanted = _HEAD_BYTES + MESSAGE_BYTES[data[at + 1]]
    body = bytearray()
    i = at + 2
    while len(body) < wanted:
        escape = data.find(ESCAPE, i, i + wanted - len(body))
        plain_end = min(i + wanted - len(body), len(data)) if escape < 0 else escape
        body += data[i:plain_end]
        i = plain_end
        if len(body) == wanted:
            break
        if i + 1 >= len(data):
            return None, len(data) + 1
        if data[i + 1] != ESCAPE:
            return None, i  # cut short by the next frame
        body.append(ESCAPE)
        i += 2
    return bytes(body), i
