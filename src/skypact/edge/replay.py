"""Journal to node: the same inputs at the same instants give the same outputs."""

from collections.abc import Iterable, Iterator, Sequence, Set
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from skypact.core.codec import decode, encode
from skypact.core.messages import ClockStepped, Message, Woken
from skypact.edge.journal import Entry, Kind
from skypact.node import Node

DIGEST_BYTES = 16


class RecordedConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The CONFIG entry: file name to text, without secrets, and the code's version."""

    version: str
    files: dict[str, str]


class Quarantine(msgspec.Struct, frozen=True, kw_only=True):
    """The QUARANTINE entry."""

    position: int
    reason: str


class Step(NamedTuple):
    """One replayed input. agrees: None when the journal ends before its digest."""

    position: int
    now_ns: int
    message: Message
    outputs: list[Message]
    agrees: bool | None


def digest(outputs: Sequence[Message]) -> bytes:
    """Return the digest that an OUTPUT entry holds."""
    hasher = blake2b(digest_size=DIGEST_BYTES)
    for message in outputs:
        data = encode(message)
        hasher.update(len(data).to_bytes(4, "little"))
        hasher.update(data)
    return hasher.digest()


def step(node: Node, message: Message, now_ns: int) -> list[Message]:
    """Give one input to the node."""
    if isinstance(message, Woken):
        return node.wake(now_ns)
    if isinstance(message, ClockStepped):
        return [message]
    return node.handle(message, now_ns)


def quarantined(entries: Iterable[Entry]) -> set[int]:
    """Return the positions of inputs that a replay must skip."""
    return {
        msgspec.msgpack.decode(e.payload, type=Quarantine).position
        for e in entries
        if e.kind is Kind.QUARANTINE
    }


def replay(node: Node, entries: Iterable[Entry], skip: Set[int]) -> Iterator[Step]:
    """Run the entries through a node and compare what comes out with what came out then."""
    waiting: Step | None = None
    for entry in entries:
        if waiting is not None:
            known = entry.kind is Kind.OUTPUT
            yield waiting._replace(
                agrees=digest(waiting.outputs) == entry.payload if known else None
            )
            waiting = None
        if entry.kind is Kind.INPUT and entry.position not in skip:
            message = decode(entry.payload, f"journal position {entry.position}")
            outputs = step(node, message, entry.now_ns)
            waiting = Step(entry.position, entry.now_ns, message, outputs, None)
    if waiting is not None:
        yield waiting
