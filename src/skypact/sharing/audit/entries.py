"""What a nation's own log says. It holds what no partner may see, so only its own people read it.

Every leaf of a partner's log has an entry here, which names it by its hash: the order of all that
happened, and one chain over all logs.
"""

from typing import Annotated

import msgspec

from skypact.sharing.audit.merkle import HASH_BYTES

Digest = Annotated[bytes, msgspec.Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]


class ExchangedEntry(msgspec.Struct, frozen=True, kw_only=True, tag="exchanged"):
    """A leaf was added to a partner's log. number, leaf: its place there and its hash; clauses: all
    that allowed its frames; length: bytes of its frames."""

    time_ns: int
    partner: str
    number: int
    leaf: Digest
    clauses: tuple[str, ...] = ()
    length: int = 0


class RefusedEntry(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """A partner's frame was refused."""

    time_ns: int
    partner: str
    reason: str


class DecidedEntry(msgspec.Struct, frozen=True, kw_only=True, tag="decided"):
    """A person decided. message: SHA-256 of the command as the journal has it."""

    time_ns: int
    what: str
    about: str
    person: str
    message: Digest
    refused: str = ""


class StartedEntry(msgspec.Struct, frozen=True, kw_only=True, tag="started"):
    """The node started. configuration: SHA-256 of what it was built from, agreements included;
    clean: it had ended in order."""

    time_ns: int
    epoch: int
    version: str
    configuration: Digest
    clean: bool


class StoppedEntry(msgspec.Struct, frozen=True, kw_only=True, tag="stopped"):
    """The node ended in order."""

    time_ns: int


class FaultEntry(msgspec.Struct, frozen=True, kw_only=True, tag="fault"):
    """A partner's log told something that cannot be. size: of its log as it claimed."""

    time_ns: int
    partner: str
    fault: str
    size: int
    text: str


Entry = ExchangedEntry | RefusedEntry | DecidedEntry | StartedEntry | StoppedEntry | FaultEntry

encode = msgspec.msgpack.Encoder().encode
decoder: msgspec.msgpack.Decoder[Entry] = msgspec.msgpack.Decoder(Entry)
