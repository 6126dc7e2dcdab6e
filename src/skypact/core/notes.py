"""Signed notes: text that several may sign, as people carry it from one to the other.

Source: c2sp.org/signed-note, with Ed25519. A note is text, an empty line and a line for each
signature. Whoever does not know a key passes its line over.
"""

import binascii
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

DASH = "\u2014 "
ED25519 = 1
NOTE_BYTES_MAX, SIGNATURES_MAX = 262_144, 64
_ID_BYTES, _SIGNATURE_BYTES, _KEY_BYTES = 4, 64, 32


class NoteError(ValueError):
    """A note or a key that cannot be read; the message says why."""


class Verifier(NamedTuple):
    """A key with the name under which it signs."""

    name: str
    key: Ed25519PublicKey

    def text(self) -> str:
        """Return it as people hand it over: name, id and key, in one line."""
        number = key_id(self.name, ED25519, self.key).hex()
        return f"{self.name}+{number}+{b64encode(bytes([ED25519]) + raw_key(self.key)).decode()}"


class Note(NamedTuple):
    """Text and its signatures: (name of the key, its id, the signature), as they came."""

    text: str
    signatures: tuple[tuple[str, bytes, bytes], ...]


def raw_key(key: Ed25519PublicKey) -> bytes:
    """Return the 32 bytes of a key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(name: str, kind: int, key: Ed25519PublicKey) -> bytes:
    """Return the id of a key of this name; kind: what it signs, ED25519 for plain notes."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + raw_key(key)).digest()[:_ID_BYTES]


def verifier(text: str) -> Verifier:
    """Return a key from its line; raises NoteError."""
    name, number, encoded = [*text.split("+", 2), "", ""][:3]
    data = decoded(encoded)
    if not name or len(data) != 1 + _KEY_BYTES or data[0] != ED25519:
        raise NoteError(f"{text[:40]!r} is no key: name+id+key in base64 is expected")
    found = Verifier(name, Ed25519PublicKey.from_public_bytes(data[1:]))
    if key_id(name, ED25519, found.key).hex() != number:
        raise NoteError(f"the id of the key {name[:40]} does not fit: a character was lost")
    return found


def signature(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return the line by which a key signs a text; raises NoteError for a name that can't be."""
    return line(name, key_id(name, ED25519, key.public_key()), key.sign(text.encode()))


def signed(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Return a note of a text (which ends with a new line) with one signature."""
    if not text.endswith("\n"):
        raise NoteError("the text of a note ends with a new line")
    return f"{text}\n{signature(text, name, key)}"


def read(note: str) -> Note:
    """Return text and signatures of a note; raises NoteError."""
    if len(note.encode()) > NOTE_BYTES_MAX:
        raise NoteError(f"a note of more than {NOTE_BYTES_MAX} bytes")
    text, found, below = note.rpartition("\n\n")
    if not found or not below.endswith("\n") or not text:
        raise NoteError("no signatures below an empty line")
    return Note(text + "\n", signatures(below))


def signatures(lines: str) -> tuple[tuple[str, bytes, bytes], ...]:
    """Return the signatures of lines, each ended by a new line; raises NoteError."""
    if not lines.endswith("\n"):
        raise NoteError("the last signature is cut short")
    parts = lines[:-1].split("\n")
    if len(parts) > SIGNATURES_MAX:
        raise NoteError(f"more than {SIGNATURES_MAX} signatures")
    return tuple(_signature(part) for part in parts)


def is_signed(note: Note, by: Verifier) -> bool:
    """Return whether a key has signed the text of a note."""
    wanted = key_id(by.name, ED25519, by.key)
    return any(
        name == by.name and number == wanted and verified(by.key, found, note.text.encode())
        for name, number, found in note.signatures
    )


def line(name: str, number: bytes, data: bytes) -> str:
    """Return the line of a signature."""
    if not name or any(c.isspace() or c == "+" for c in name):
        raise NoteError(f"{name!r} can't name a key: spaces and + are not allowed")
    return f"{DASH}{name} {b64encode(number + data).decode()}\n"


def decoded(text: str) -> bytes:
    """Return what base64 stands for; raises NoteError."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(f"{text[:20]!r} is not base64") from error


def verified(key: Ed25519PublicKey, found: bytes, data: bytes) -> bool:
    """Return whether a signature is that of a key for some data."""
    if len(found) != _SIGNATURE_BYTES:
        return False
    try:
        key.verify(found, data)
    except InvalidSignature:
        return False
    return True


def _signature(text: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = text.removeprefix(DASH).partition(" ")
    if not text.startswith(DASH) or not name or not encoded:
        raise NoteError(f"{text[:40]!r} is no signature")
    data = decoded(encoded)
    if len(data) <= _ID_BYTES:
        raise NoteError(f"the signature of {name[:40]} is cut short")
    return name, data[:_ID_BYTES], data[_ID_BYTES:]
