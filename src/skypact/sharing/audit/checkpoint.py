"""Signed heads of an audit log, in C2SP form: what a partner keeps and cosigns.

Sources: c2sp.org/tlog-checkpoint, tlog-cosignature (v1), both with Ed25519, on core/notes.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from skypact.core.notes import Note, NoteError, decoded, key_id, line, read, signed, verified
from skypact.sharing.audit.merkle import HASH_BYTES

WITNESS = 4
_TIME_BYTES = 8
_SIZE_MAX = 1 << 62


class Checkpoint(NamedTuple):
    """The head of a log. origin: the name of the log; size: entries; head: their Merkle root."""

    origin: str
    size: int
    head: bytes

    def text(self) -> str:
        """Return the body that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.head).decode()}\n"


def sign(checkpoint: Checkpoint, name: str, key: Ed25519PrivateKey) -> str:
    """Return the checkpoint as a note signed by its log."""
    return signed(checkpoint.text(), name, key)


def cosign(note: str, name: str, key: Ed25519PrivateKey, time_s: int) -> str:
    """Return the note with a witness's signature of having seen it at a time, s UTC. Whether the
    log has only grown since the last one is for the caller to know before."""
    held = time_s.to_bytes(_TIME_BYTES, "big")
    found = key.sign(_witnessed(read(note).text, time_s))
    return note + line(name, key_id(name, WITNESS, key.public_key()), held + found)


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
    root = decoded(head)
    if len(root) != HASH_BYTES:
        raise NoteError(f"a head of {len(root)} bytes")
    return Checkpoint(origin, int(size), root)


def witnesses(note: Note, keys: Mapping[str, Ed25519PublicKey]) -> dict[str, int]:
    """Return which of these have cosigned the note, each with the time it said, s UTC."""
    found: dict[str, int] = {}
    for name, number, data in note.signatures:
        key = keys.get(name)
        if key is None or number != key_id(name, WITNESS, key):
            continue
        time_s = int.from_bytes(data[:_TIME_BYTES], "big")
        if verified(key, data[_TIME_BYTES:], _witnessed(note.text, time_s)):
            found[name] = time_s
    return found


def _witnessed(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()
