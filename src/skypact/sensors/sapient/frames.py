"""Framing of SAPIENT on TCP: four bytes of length, little-endian, then the message."""

from skypact.sensors.asterix_blocks import Refusal

HEADER_BYTES = 4
MESSAGE_BYTES_MAX = 65_535 - HEADER_BYTES
"""A frame is one datagram inside a node."""
SKIPPED_BYTES_MAX = 1 << 20
"""Longer than what the standard's middleware takes: the stream is out of step."""


def framed(message: bytes) -> bytes:
    """Return a message as a stream carries it."""
    return len(message).to_bytes(HEADER_BYTES, "little") + message


def length(header: bytes) -> int:
    """Return the length that a header announces."""
    return int.from_bytes(header[:HEADER_BYTES], "little")


def split(data: bytes) -> tuple[list[bytes], list[Refusal]]:
    """Return the messages of a datagram of whole frames, and what was refused.

    A header alone stands for a message that was too long to be taken.
    """
    messages: list[bytes] = []
    at = 0
    while at < len(data):
        size, begun = length(data[at:]), at + HEADER_BYTES
        if size > MESSAGE_BYTES_MAX:
            reason = f"a message of {size} bytes, the limit is {MESSAGE_BYTES_MAX}"
            return messages, [Refusal(at, reason)]
        if begun + size > len(data):
            return messages, [Refusal(at, "the message is cut short")]
        messages.append(data[begun : begun + size])
        at = begun + size
    return messages, []
