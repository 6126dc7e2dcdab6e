"""A proof that an entry is in a log, as one file that says all (c2sp.org/tlog-proof).

c2sp.org/tlog-proof@v1
extra   the entry, base64
index   its number, then the hashes of the inclusion proof, a line each
        an empty line, and the checkpoint with its signatures
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from skypact.core.notes import NoteError, Verifier, decoded, is_signed, read
from skypact.sharing.audit import leaves
from skypact.sharing.audit.checkpoint import Checkpoint, checkpoint_of, witnesses
from skypact.sharing.audit.leaves import Leaf, LeafError
from skypact.sharing.audit.merkle import HASH_BYTES, is_included, leaf_hash

HEAD = "c2sp.org/tlog-proof@v1"
HASHES_MAX = 63


class ProofError(ValueError):
    """A proof that does not hold; the message says why."""


class Proven(NamedTuple):
    """What a proof shows. signed: names of the keys that signed the checkpoint; cosigned: who
    cosigned it, with the time, s UTC."""

    leaf: Leaf
    number: int
    checkpoint: Checkpoint
    signed: tuple[str, ...]
    cosigned: Mapping[str, int]


def proof_text(data: bytes, number: int, path: Sequence[bytes], note: str) -> str:
    """Return the file that proves an entry."""
    lines = [HEAD, f"extra {b64encode(data).decode()}", f"index {number}"]
    lines += [b64encode(step).decode() for step in path]
    return "\n".join(lines) + "\n\n" + note


def proven(text: str, keys: Sequence[Verifier]) -> Proven:
    """Return what a proof shows; raises ProofError. keys: of the cards that are trusted."""
    above, found, note_text = text.partition("\n\n")
    head, extra, index, *steps = [*above.split("\n"), "", "", ""]
    if head != HEAD or not found:
        raise ProofError(f"it does not begin with {HEAD}")
    if not extra.startswith("extra ") or not index.startswith("index "):
        raise ProofError("the entry or its number is missing")
    digits = index.removeprefix("index ")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise ProofError(f"{digits[:20]!r} is no number of an entry")
    try:
        data = decoded(extra.removeprefix("extra "))
        path = [decoded(step) for step in steps if step]
        note = read(note_text)
        checkpoint = checkpoint_of(note)
        leaf = leaves.decode(data)
    except (NoteError, LeafError) as error:
        raise ProofError(str(error)) from error
    if len(path) > HASHES_MAX or any(len(step) != HASH_BYTES for step in path):
        raise ProofError("its hashes are not those of a proof")
    number = int(digits)
    if not is_included(leaf_hash(data), number, checkpoint.size, path, checkpoint.head):
        raise ProofError(f"entry {number} is not in the log that the checkpoint signs")
    signed = tuple(key.name for key in keys if is_signed(note, key))
    if not signed:
        raise ProofError("no card that was given has the key that signed the log")
    cosigned = witnesses(note, {key.name: key.key for key in keys})
    return Proven(leaf, number, checkpoint, signed, cosigned)
