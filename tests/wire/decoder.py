"""A second decoder of the wire, written from docs/reference/wire.md alone: nothing of Skypact is
imported. It needs X25519, HKDF, AES-GCM and Ed25519 from a library, and reads msgpack itself."""

import hashlib
import hmac
import struct
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEM_SUITE = b"KEM" + (0x0020).to_bytes(2, "big")
HPKE_SUITE = b"HPKE" + b"".join(n.to_bytes(2, "big") for n in (0x0020, 0x0001, 0x0002))
COLUMNS = {
    "number": ("I", 1), "time_ns": ("q", 1), "position_ecef_m": ("d", 3),
    "velocity_ecef_mps": ("d", 3), "covariance": ("d", 21), "quality": ("B", 1),
    "detection": ("B", 1), "address": ("I", 1), "callsign": ("8s", 1), "threat_class": ("B", 1),
    "clause": ("B", 1), "position_sd_m": ("f", 1), "velocity_sd_mps": ("f", 1),
}  # fmt: skip
COLUMNED = ("track", "coalition")


def opened(data: bytes, receiver: bytes, sender: bytes) -> bytes:
    """Return the frame in an envelope. receiver: raw private seal key; sender: raw signing key."""
    head, encapsulated, sealed_key = data[:12], data[12:44], data[44:92]
    key = X25519PrivateKey.from_private_bytes(receiver)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert head == b"SKY2" + hashlib.sha256(public).digest()[:8]
    shared = key.exchange(X25519PublicKey.from_public_bytes(encapsulated))
    secret = _expand(
        KEM_SUITE,
        _extract(KEM_SUITE, b"", b"eae_prk", shared),
        b"shared_secret",
        encapsulated + public,
        32,
    )
    info = b"skypact content key v2" + head
    context = (
        b"\x00"
        + _extract(HPKE_SUITE, b"", b"psk_id_hash", b"")
        + _extract(HPKE_SUITE, b"", b"info_hash", info)
    )
    scheduled = _extract(HPKE_SUITE, secret, b"secret", b"")
    aead = AESGCM(_expand(HPKE_SUITE, scheduled, b"key", context, 32))
    nonce = _expand(HPKE_SUITE, scheduled, b"base_nonce", context, 12)
    content_key = AESGCM(aead.decrypt(nonce, sealed_key, b""))
    content = content_key.decrypt(data[92:104], data[104:], data[:104])
    assert content[:8] == hashlib.sha256(sender).digest()[:8]
    length = int.from_bytes(content[72:76], "big")
    frame = content[76 : 76 + length]
    assert len(frame) == length
    assert not any(content[76 + length :])
    assert len(content) == filled(76 + length)
    Ed25519PublicKey.from_public_bytes(sender).verify(
        content[8:72], b"skypact signed frame v2" + hashlib.sha256(frame).digest()
    )
    return frame


def filled(length: int) -> int:
    if length <= 1024:
        return 1024
    e = length.bit_length() - 1
    step = 2 ** (e - e.bit_length())
    return -(-length // step) * step


def read(frame: bytes) -> dict[str, Any]:
    """Return a frame with its body read, columns as lists of rows."""
    told = unpacked(frame)
    body = unpacked(told["body"])
    if told["stream"] in COLUMNED:
        for name, (kind, width) in COLUMNS.items():
            if isinstance(body.get(name), bytes):
                body[name] = _rows(body[name], kind, width, body["count"])
    return {**told, "body": body}


def _rows(data: bytes, kind: str, width: int, count: int) -> list[Any]:
    assert len(data) == struct.calcsize(f"<{kind}") * width * count
    rows = struct.iter_unpack("<" + kind * width, data)
    return [row[0] if width == 1 else list(row) for row in rows]


def unpacked(data: bytes) -> Any:
    """Return the one msgpack value in some bytes."""
    value, end = _value(data, 0)
    assert end == len(data)
    return value


def _value(data: bytes, at: int) -> tuple[Any, int]:
    code = data[at]
    at += 1
    if code < 0x80:
        return code, at
    if code < 0x90:
        return _map(data, at, code & 0x0F)
    if code < 0xA0:
        return _list(data, at, code & 0x0F)
    if code < 0xC0:
        return data[at : at + (code & 0x1F)].decode(), at + (code & 0x1F)
    if code >= 0xE0:
        return code - 256, at
    fixed = {0xC0: None, 0xC2: False, 0xC3: True}
    if code in fixed:
        return fixed[code], at
    numbers = {
        0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
        0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
    }  # fmt: skip
    if code in numbers:
        size = struct.calcsize(numbers[code])
        return struct.unpack_from(numbers[code], data, at)[0], at + size
    sized = {
        0xC4: (1, "bin"), 0xC5: (2, "bin"), 0xC6: (4, "bin"), 0xD9: (1, "str"), 0xDA: (2, "str"),
        0xDB: (4, "str"), 0xDC: (2, "list"), 0xDD: (4, "list"), 0xDE: (2, "map"), 0xDF: (4, "map"),
    }  # fmt: skip
    width, kind = sized[code]
    size, at = int.from_bytes(data[at : at + width], "big"), at + width
    if kind == "list":
        return _list(data, at, size)
    if kind == "map":
        return _map(data, at, size)
    raw = data[at : at + size]
    assert len(raw) == size
    return raw.decode() if kind == "str" else raw, at + size


def _list(data: bytes, at: int, size: int) -> tuple[list[Any], int]:
    out: list[Any] = []
    for _ in range(size):
        value, at = _value(data, at)
        out.append(value)
    return out, at


def _map(data: bytes, at: int, size: int) -> tuple[dict[Any, Any], int]:
    out: dict[Any, Any] = {}
    for _ in range(size):
        key, at = _value(data, at)
        out[key], at = _value(data, at)
    return out, at


def _extract(suite: bytes, salt: bytes, label: bytes, given: bytes) -> bytes:
    """LabeledExtract of RFC 9180 section 4."""
    labelled = b"HPKE-v1" + suite + label + given
    return hmac.new(salt or bytes(32), labelled, hashlib.sha256).digest()


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand of RFC 9180 section 4."""
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    out, block, number = b"", b"", 1
    while len(out) < length:
        block = hmac.new(key, block + labelled + bytes([number]), hashlib.sha256).digest()
        out, number = out + block, number + 1
    return out[:length]
