"""The ids that SAPIENT wants: UUIDs of nodes, ULIDs of reports and objects."""

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [a + b for a in _CROCKFORD for b in _CROCKFORD]
ENTROPY_BYTES = 10


def ulid(time_ns: int, entropy: bytes) -> str:
    """Return the ULID of a time (48 bits of milliseconds) and 10 bytes of entropy.

    Source: the ULID specification, https://github.com/ulid/spec.
    """
    value = time_ns // 1_000_000 << 80 | int.from_bytes(entropy[:ENTROPY_BYTES], "big")
    return "".join(_PAIRS[value >> shift & 0x3FF] for shift in range(120, -1, -10))


def uuid4(entropy: bytes) -> str:
    """Return the UUID, version 4, of 16 bytes of entropy (RFC 9562)."""
    raw = bytearray(entropy[:16])
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
