"""Ids from counters: they order what a node said and tell nothing else."""

from typing import TypedDict

from skypact.core.messages.header import Context


class Header(TypedDict):
    """Keyword arguments of every message."""

    id: str
    observed_ns: int
    received_ns: int
    origin: str
    context: Context


class Issuer:
    """Hands out `nation-room-number` ids and the header every message carries."""

    def __init__(self, nation: str, room: str, context: Context) -> None:
        self.nation, self.room, self.context = nation, room, context
        self.issued = 0

    def next_id(self) -> str:
        """Return the next id."""
        self.issued += 1
        return f"{self.nation}-{self.room}-{self.issued}"

    def header(self, observed_ns: int, now_ns: int) -> Header:
        """Return the header fields for a new message."""
        return Header(
            id=self.next_id(),
            observed_ns=observed_ns,
            received_ns=now_ns,
            origin=self.nation,
            context=self.context,
        )
