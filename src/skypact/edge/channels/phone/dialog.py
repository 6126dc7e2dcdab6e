"""One call as SIP sees it: who is who, the way there, and the next request's number. Pure."""

import re
from typing import NamedTuple

from skypact.core.errors import DecodeError
from skypact.edge.channels.phone.sip import Headers, Response, parameter, uri_of

PHONE_NUMBER = re.compile(r"\+?[0-9]{2,15}")
SIP_URI = re.compile(
    r"sip:([A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,64}@)?(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]{1,253})(:[0-9]{1,5})?"
)
PORT = 5060


class Target(NamedTuple):
    """Where a URI leads."""

    host: str
    port: int


def uri(address: str, domain: str) -> str:
    """Return the SIP URI of an address: a phone number at our exchange, or a URI as it is.

    Raises ValueError for what is neither."""
    if PHONE_NUMBER.fullmatch(address):
        if not domain:
            raise ValueError(f"{address} is a number, and no exchange is set")
        return f"sip:{address}@{domain}"
    if SIP_URI.fullmatch(address):
        return address
    raise ValueError(f"{address[:80]!r} is no phone number and no sip: address")


def target(of: str) -> Target:
    """Return where a SIP URI leads; raises DecodeError."""
    scheme, _, rest = of.partition(":")
    place = re.split(r"[;?]", rest.rpartition("@")[2])[0]
    found = re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?", place)
    if scheme.lower() != "sip" or not found or not 0 < int(found[2] or PORT) < 65_536:
        raise DecodeError(f"{of[:80]!r} leads nowhere", feed="sip")
    return Target(found[1].strip("[]"), int(found[2] or PORT))


class Dialog:
    """Made by the caller with the INVITE, and filled in by the reply that takes the call."""

    def __init__(self, call_id: str, local: str, remote: str, uri_of_callee: str) -> None:
        """local, remote: values of From, with our tag, and To."""
        self.call_id, self.local, self.remote = call_id, local, remote
        self.uri = uri_of_callee
        self.routes: list[str] = []
        self.number = 0
        self.taken = False

    def take(self, reply: Response) -> None:
        """Take what a 2xx says; raises DecodeError."""
        headers = reply.headers
        if not parameter(headers.get("to"), "tag"):
            raise DecodeError("the reply that takes the call has no tag", feed="sip")
        self.remote, self.taken = headers.get("to"), True
        self.uri = uri_of(headers.get("contact")) or self.uri
        self.routes = list(reversed(headers.all("record-route")))
        target(self.next_hop)

    def take_contact(self, headers: Headers) -> None:
        """Take a new place of the other side from a request of its own."""
        contact = uri_of(headers.get("contact"))
        if contact:
            target(contact)
            self.uri = contact

    @property
    def next_hop(self) -> str:
        return uri_of(self.routes[0]) if self.routes else self.uri

    def is_of(self, headers: Headers) -> bool:
        """Return whether a request from the other side belongs to this call."""
        return (
            self.taken
            and headers.get("call-id") == self.call_id
            and parameter(headers.get("from"), "tag") == parameter(self.remote, "tag")
            and parameter(headers.get("to"), "tag") == parameter(self.local, "tag")
        )

    def headers(self, method: str) -> list[tuple[str, str]]:
        """Return what each request of this call carries, its number raised but for ACK, CANCEL."""
        if method not in ("ACK", "CANCEL"):
            self.number += 1
        return [
            *(("Route", route) for route in self.routes),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self.number} {method}"),
            ("Max-Forwards", "70"),
        ]
