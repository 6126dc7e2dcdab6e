"""What two nodes tell each other of their logs, in the heartbeat. docs/reference/wire.md."""

from typing import Annotated

import msgspec

from skypact.sharing.audit.leaves import LEAF_BYTES_MAX, LeafError, Natural
from skypact.sharing.audit.merkle import HASH_BYTES

BODY_BYTES_MAX = 49_152
"""Fits a heartbeat."""
LEAVES_BYTES_MAX = 32_768
"""Leaves of one body: one always fits."""
NOTE_CHARACTERS_MAX = 4_096

Text = Annotated[str, msgspec.Meta(max_length=NOTE_CHARACTERS_MAX)]
Reason = Annotated[str, msgspec.Meta(max_length=500)]
Hash = Annotated[bytes, msgspec.Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]
Hashes = Annotated[tuple[Hash, ...], msgspec.Meta(max_length=128)]
LeafBytes = Annotated[bytes, msgspec.Meta(max_length=LEAF_BYTES_MAX)]
Leaves = Annotated[tuple[LeafBytes, ...], msgspec.Meta(max_length=4_096)]


class AuditBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of the sender's log for the receiver: note (a signed checkpoint, "" for none), the leaves
    from `begin` to its size, the consistency proof from size `begin`; roots: of the complete
    subtrees before `begin`, for a receiver that has followed nothing yet; gone: the sender no
    longer holds the entries that the receiver would need.

    Of the receiver's log for the sender: known (entries followed so far), cosigned (the newest
    note with the sender's cosignature), refused (why the sender cosigns no longer).
    """

    note: Text = ""
    begin: Natural = 0
    proof: Hashes = ()
    roots: Hashes = ()
    leaves: Leaves = ()
    gone: bool = False
    known: Natural = 0
    cosigned: Text = ""
    refused: Reason = ""


encode = msgspec.msgpack.Encoder().encode
_decoder = msgspec.msgpack.Decoder(AuditBody)


def decode(data: bytes) -> AuditBody:
    """Return what a partner tells of its log; raises LeafError."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LeafError(str(error)) from error
