"""Signed heads of an audit log, in C2SP form: what a partner keeps and cosigns.

Sources: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature (v1), all with Ed25519. A signed
note is text, an empty line and a line for each signature; whoever does not know a key passes it
over.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from skypact.sharing.merkle import HASH_BYTES

DASH = "\u2014 "
LOG, WITNESS = 1, 4
NOTE_BYTES_MAX, SIGNATURES_MAX = 16_384, 64
_ID_BYTES, _SIGNATURE_BYTES, _TIME_BYTES = 4, 64, 8
_SIZE_MAX = 1 << 62


class NoteError(ValueError):
    """A note that cannot be read; the message says why."""


class Checkpoint(NamedTuple):
    """The head of a log. origin: the name of the log; size: entries; head: their Merkle root."""

    origin: str
    size: int
    head: bytes

    def text(self) -> str:
        """Return the body that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.head).decode()}\n"


class Note(NamedTuple):
    """Text and its signatures: (name of the key, its id, the signature), as they came."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


def key_id(name: str, kind: int, key: Ed25519PublicKey) -> bytes:
    """Return the id of a key of this name; kind: LOG, or WITNESS for cosignatures."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:_ID_BYTES]


def sign(checkpoint: Checkpoint, name: str, key: Ed25519PrivateKey) -> str:
    """Return the checkpoint as a note signed by its log."""
    text = checkpoint.text()
    return text + "\n" + _line(name, key_id(name, LOG, key.public_key()), key.sign(text.encode()))


def cosign(note: str, name: str, key: Ed25519PrivateKey, time_s: int) -> str:
    """Return the note with a witness's signature of having seen it at a time, s UTC. Whether the
    log has only grown since the last one is for the caller to know before."""
    held = time_s.to_bytes(_TIME_BYTES, "big")
    signature = key.sign(_witnessed(read(note).text, time_s))
    return note + _line(name, key_id(name, WITNESS, key.public_key()), held + signature)


def read(note: str) -> Note:
    """Return text and signatures of a note; raises NoteError."""
    if len(note.encode()) > NOTE_BYTES_MAX:
        raise NoteError(f"a note of more than {NOTE_BYTES_MAX} bytes")
    text, found, below = note.rpartition("\n\n")
    if not found or not below.endswith("\n") or not text:
        raise NoteError("no signatures below an empty line")
    lines = below[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise NoteError(f"more than {SIGNATURES_MAX} signatures")
    return Note(text + "\n", tuple(_signature(line) for line in lines))


def checkpoint_of(note: Note) -> Checkpoint:
    """Return the checkpoint that a note holds; raises NoteError."""
    lines = note.text.split("\n")
    if len(lines) < 4 or not lines[0]:
        raise NoteError("a checkpoint has three lines: origin, size, head")
    origin, size, head = lines[:3]
    if not size.isascii() or not size.isdigit() or (size[0] == "0" and size != "0"):
        raise NoteError(f"{size[:20]!r} is no size")
    if len(size) > 19 or int(size) > _SIZE_MAX:
        raise NoteError(f"{size[:20]} entries are more than a log can have")
    root = _decoded(head)
    if len(root) != HASH_BYTES:
        raise NoteError(f"a head of {len(root)} bytes")
    return Checkpoint(origin, int(size), root)


def is_signed(note: Note, name: str, key: Ed25519PublicKey) -> bool:
    """Return whether the log of this name and key has signed the note."""
    wanted = key_id(name, LOG, key)
    return any(
        who == name and number == wanted and _verified(key, signature, note.text.encode())
        for who, number, signature in note.signatures
    )


def witnesses(note: Note, keys: Mapping[str, Ed25519PublicKey]) -> dict[str, int]:
    """Return which of these have cosigned the note, each with the time it said, s UTC."""
    found: dict[str, int] = {}
    for name, number, signature in note.signatures:
        key = keys.get(name)
        if key is None or number != key_id(name, WITNESS, key):
            continue
        time_s = int.from_bytes(signature[:_TIME_BYTES], "big")
        if _verified(key, signature[_TIME_BYTES:], _witnessed(note.text, time_s)):
            found[name] = time_s
    return found


def _witnessed(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def _line(name: str, number: bytes, signature: bytes) -> str:
    if not name or any(c.isspace() or c == "+" for c in name):
        raise NoteError(f"{name!r} can't name a key: spaces and + are not allowed")
    return f"{DASH}{name} {b64encode(number + signature).decode()}\n"


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not name or not encoded:
        raise NoteError(f"{line[:40]!r} is no signature")
    data = _decoded(encoded)
    if len(data) <= _ID_BYTES:
        raise NoteError(f"the signature of {name[:40]} is cut short")
    return name, data[:_ID_BYTES], data[_ID_BYTES:]


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(f"{text[:20]!r} is not base64") from error


def _verified(key: Ed25519PublicKey, signature: bytes, data: bytes) -> bool:
    if len(signature) != _SIGNATURE_BYTES:
        return False
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
