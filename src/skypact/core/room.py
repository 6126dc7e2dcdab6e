"""A room is a pure machine: messages and time go in, messages come out."""

from collections.abc import Sequence
from typing import Protocol

from skypact.core.messages import Message


class Room(Protocol):
    """One concern of a node. It reads no clock, rolls no dice and touches no file or socket.

    `now_ns` never goes back. `snapshot` then `restore` on a fresh room of the same configuration
    gives a room whose further outputs are byte-identical.
    """

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        """Take one message; return what follows from it."""
        ...

    def wake(self, now_ns: int) -> Sequence[Message]:
        """Do what is due at `now_ns`."""
        ...

    def next_wake_ns(self) -> int | None:
        """Return when `wake` should be called next, None if nothing is due."""
        ...

    def snapshot(self) -> bytes:
        """Return the whole state."""
        ...

    def restore(self, state: bytes) -> None:
        """Take over the state that `snapshot` returned."""
        ...
