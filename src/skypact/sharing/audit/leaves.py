"""What the log for one partner says: nothing but what this partner can check against its own.

A frame is told by its SHA-256, so a partner compares it with the frame that it got or sent. What
left within some seconds shares a leaf. docs/reference/wire.md, "The audit log".
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Annotated, NamedTuple

import msgspec

from skypact.sharing.audit.merkle import HASH_BYTES

FRAMES_A_LEAF = 400
LEAF_BYTES_MAX = 32_768

Natural = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
StreamName = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Hashes = Annotated[bytes, msgspec.Meta(min_length=HASH_BYTES, max_length=HASH_BYTES * 1_000)]


class LeafError(ValueError):
    """A leaf that cannot be read; the message says why."""


class Numbered(NamedTuple):
    """A frame as a log knows it. digest: SHA-256 of its bytes before they were sealed."""

    stream: str
    epoch: int
    sequence: int
    digest: bytes


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Frames of one stream and epoch, numbered on from `first`; hashes: 32 bytes for each."""

    stream: StreamName
    epoch: Natural
    first: Natural
    hashes: Hashes

    def frames(self) -> Iterator[Numbered]:
        """Yield the frames in order."""
        for at in range(0, len(self.hashes), HASH_BYTES):
            digest = self.hashes[at : at + HASH_BYTES]
            yield Numbered(self.stream, self.epoch, self.first + at // HASH_BYTES, digest)


Runs = Annotated[tuple[Run, ...], msgspec.Meta(min_length=1, max_length=1_000)]


class SentLeaf(msgspec.Struct, frozen=True, kw_only=True, tag="sent"):
    """Frames that went to the partner. Every frame that left before time_ns is in this leaf or in
    one before it."""

    time_ns: Natural
    runs: Runs


class ReceivedLeaf(msgspec.Struct, frozen=True, kw_only=True, tag="received"):
    """Frames that came from the partner and were taken."""

    time_ns: Natural
    runs: Runs


class StartedLeaf(msgspec.Struct, frozen=True, kw_only=True, tag="started"):
    """The node started. clean: it had ended in order, so that nothing it sent is missing above."""

    time_ns: Natural
    epoch: Natural
    clean: bool


Leaf = SentLeaf | ReceivedLeaf | StartedLeaf

encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[Leaf] = msgspec.msgpack.Decoder(Leaf)


def decode(data: bytes) -> Leaf:
    """Return the leaf that these bytes stand for; raises LeafError."""
    try:
        leaf = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LeafError(str(error)) from error
    if not isinstance(leaf, StartedLeaf) and any(len(r.hashes) % HASH_BYTES for r in leaf.runs):
        raise LeafError("a hash is cut short")
    return leaf


def digest(frame: bytes) -> bytes:
    """Return what a log knows a frame by."""
    return sha256(frame).digest()


def leaves(
    kind: type[SentLeaf] | type[ReceivedLeaf], frames: Sequence[Numbered], time_ns: int
) -> Iterator[Leaf]:
    """Yield leaves for frames in the order in which they went or came, each of a bounded size."""
    for at in range(0, len(frames), FRAMES_A_LEAF):
        yield kind(time_ns=time_ns, runs=tuple(_runs(frames[at : at + FRAMES_A_LEAF])))


def _runs(frames: Sequence[Numbered]) -> Iterator[Run]:
    """Yield runs; streams that take turns don't break each other's."""
    open_: dict[tuple[str, int], list[Numbered]] = {}
    done: list[list[Numbered]] = []
    for frame in frames:
        run = open_.get(frame[:2])
        if run is None or run[-1].sequence + 1 != frame.sequence:
            run = open_[frame[:2]] = []
            done.append(run)
        run.append(frame)
    for run in done:
        first = run[0]
        yield Run(
            stream=first.stream,
            epoch=first.epoch,
            first=first.sequence,
            hashes=b"".join(f.digest for f in run),
        )
