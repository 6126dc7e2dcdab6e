"""One connection of a Cursor on Target client, on asyncio's bare transport."""

import asyncio
import re
import socket
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from skypact.core.errors import DecodeError
from skypact.edge.cot.relay import Log, Said, Shelf
from skypact.sensors.cot.event import Event, escape
from skypact.sensors.cot.glance import glance
from skypact.sensors.cot.stream import Frame, framed, read, split
from skypact.sensors.cot.xml import Reading

BUFFER_BYTES_MAX = 256 * 1024
PIECE_BYTES = 64 * 1024
PIECE_EVENTS = 256
REFUSED_MAX = 1_000
OWN_UIDS = "skypact."
_UNANSWERED_MS = 30_000
_SECOND_NS = 1_000_000_000
PING, PONG, OFFER, ASKED, ANSWER, DELETED = (
    "t-x-c-t",
    "t-x-c-t-r",
    "t-x-takp-v",
    "t-x-takp-q",
    "t-x-takp-r",
    "t-x-d-d",
)
_PROTOCOL = (PING, "t-x-takp-")
_EVENT_TAG = re.compile(rb"<event(?=\s)")


class Guest(NamedTuple):
    """Who is let in. name: from its certificate, or its address; shows, sends: of its role."""

    name: str
    shows: tuple[str, ...]
    sends: bool


class House(Protocol):
    """What a connection needs of the server."""

    log: Log
    opex: str

    def now_ns(self) -> int: ...

    def shelves(self, guest: Guest) -> tuple[Sequence[Shelf], Sequence[Shelf]]: ...

    def admit(self, client: "Client") -> Guest | None: ...

    def joined(self, client: "Client") -> None: ...

    def left(self, client: "Client") -> None: ...

    def say(self, client: "Client", said: Sequence[Said]) -> None: ...


class Client(asyncio.Protocol):
    """A connection. refused, missed: events that were not read, or not sent because it read too
    slowly; paused_s: since when it takes nothing, None while it does."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.guest: Guest | None = None
        self.peer = ""
        self.callsign = self.uid = ""
        self.presence: Said | None = None
        self.tak = False
        self.paused_s: float | None = None
        self.refused = self.missed = 0
        self.last_refusal = ""
        self.position = 0
        self._pending = b""
        self._urgent: dict[Shelf, int] = {}
        self._other: dict[Shelf, int] = {}
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the client in, offer it the TAK Protocol and show it what there is."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.peer = _peer(transport)
        self.guest = self._house.admit(self)
        if self.guest is None:
            transport.abort()
            return
        transport.set_write_buffer_limits(high=BUFFER_BYTES_MAX)
        _keep_alive(transport)
        self.position = self._house.log.end
        urgent, other = self._house.shelves(self.guest)
        self._urgent, self._other = dict.fromkeys(urgent, 0), dict.fromkeys(other, 0)
        offer = '<TakControl><TakProtocolSupport version="1"/></TakControl>'
        transport.write(framed(self._event("protouid", OFFER, "m-g", offer), tak=False))
        self._house.joined(self)
        self.pump()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the others that it is gone."""
        if self.guest is not None:
            self._house.left(self)
        self.transport = None

    def pause_writing(self) -> None:
        """Its buffer is full: send nothing more until it has read."""
        self.paused_s = asyncio.get_running_loop().time()

    def resume_writing(self) -> None:
        """It has read: go on where it stopped."""
        self.paused_s = None
        self.pump()

    def data_received(self, data: bytes) -> None:
        """Read whole events; hand on what is meant for others."""
        frames, refusals, self._pending = split(self._pending, data)
        for refusal in refusals:
            self._refuse(refusal.reason)
        said: list[Said] = []
        for frame in frames:
            try:
                one = self._take(frame)
            except DecodeError as error:
                self._refuse(error.message)
                continue
            if one is not None:
                said.append(one)
        if said:
            self._house.say(self, said)
        if self.refused > REFUSED_MAX:
            self.cut()

    def cut(self) -> None:
        """End the connection at once."""
        if self.transport is not None:
            self.transport.abort()

    def send(self, data: bytes, position: int) -> None:
        """Send what was just said, if nothing older waits; `position` is reached by it."""
        if self.transport is not None:
            self.transport.write(data)
            self.position = position

    def pump(self) -> None:
        """Send everything that waits, until the client takes no more: warnings first."""
        while self.paused_s is None and self.transport is not None:
            data = self._next()
            if not data:
                return
            self.transport.write(data)

    def _next(self) -> bytes:
        """Return the next piece to send, b"" when nothing waits."""
        return self._next_shown(self._urgent) or self._next_said() or self._next_shown(self._other)

    def _next_shown(self, shelves: dict[Shelf, int]) -> bytes:
        for shelf, reached in shelves.items():
            if shelf.revision > reached:
                data, shelves[shelf] = shelf.since(reached, PIECE_BYTES, tak=self.tak)
                if data:
                    return data
        return b""

    def _next_said(self) -> bytes:
        log = self._house.log
        if self.position < log.first:
            self.missed += log.first - self.position
            self.position = log.first
        while self.position < log.end:
            said = log.since(self.position, PIECE_EVENTS)
            self.position += len(said)
            data = b"".join(one.data(tak=self.tak) for one in said if self._wants(one))
            if data:
                return data
        return b""

    def _wants(self, said: Said) -> bool:
        if said.sender is self:
            return False
        return not said.dests or self.uid in said.dests or self.callsign in said.dests

    def _refuse(self, reason: str) -> None:
        self.refused += 1
        self.last_refusal = reason

    def _take(self, frame: Frame) -> Said | None:
        """Return what is to be handed on; answer what is meant for the server."""
        assert self.guest is not None
        seen = None if frame.tak else glance(frame.data)
        if seen is not None:
            self._check(seen.uid, seen.opex)
            return Said(self, self._marked(frame, seen.opex)) if self.guest.sends else None
        reading = read(frame)
        event = reading.event
        if event.kind.startswith(_PROTOCOL):
            self._answer(reading)
            return None
        self._check(event.uid, event.opex)
        if event.kind == DELETED and any(uid.startswith(OWN_UIDS) for uid in reading.links):
            self._refuse("deletes what the node shows")
            return None
        if not self.guest.sends:
            return None
        dests = frozenset(name for pair in reading.dests for name in pair if name)
        said = Said(self, self._marked(frame, event.opex), dests)
        self._present(event, said)
        return said

    def _check(self, uid: str, opex: str) -> None:
        if uid.startswith(OWN_UIDS):
            raise DecodeError("carries a uid of the node", feed=self.peer)
        real, ours = opex[:1] in ("", "o"), self._house.opex[:1] in ("", "o")
        if opex and real != ours:
            raise DecodeError(f"opex {opex[:20]!r} belongs to another context", feed=self.peer)

    def _marked(self, frame: Frame, opex: str) -> Frame:
        """Return the frame with the node's own mark, if it carries none."""
        mark = self._house.opex
        if opex or not mark:
            return frame
        if frame.tak:
            return Frame(False, framed(read(frame).event._replace(opex=mark), tak=False))
        return Frame(False, _EVENT_TAG.sub(b'<event opex="' + mark.encode() + b'"', frame.data, 1))

    def _present(self, event: Event, said: Said) -> None:
        """Remember who the client is: what it says of itself carries `takv` or an endpoint."""
        contact = event.element("contact")
        itself = event.element("takv") or (contact and contact.value("endpoint"))
        if itself and event.kind.startswith("a-") and self.uid in ("", event.uid):
            self.uid, self.presence = event.uid, said
            self.callsign = contact.value("callsign") if contact else ""

    def _answer(self, reading: Reading) -> None:
        if self.transport is None or self.paused_s is not None:
            return  # who reads nothing gets no answers to pile up
        if reading.event.kind == PING:
            pong = self._event("takPong", PONG, "h-g-i-g-o", "")
            self.transport.write(framed(pong, tak=self.tak))
        elif reading.event.kind == ASKED:
            agreed = reading.version == "1"
            status = "true" if agreed else "false"
            answer = f'<TakControl><TakResponse status="{status}"/></TakControl>'
            event = self._event("protouid", ANSWER, "m-g", answer)
            self.transport.write(framed(event, tak=self.tak))
            self.tak = self.tak or agreed

    def _event(self, uid: str, kind: str, how: str, rest: str) -> Event:
        now_ns = self._house.now_ns()
        return Event(
            uid, kind, how, now_ns, now_ns, now_ns + 60 * _SECOND_NS, 0.0, 0.0,
            rest=rest, opex=self._house.opex,
        )  # fmt: skip


def deletion(uid: str, deleted: str, now_ns: int, opex: str) -> Event:
    """Return the event that takes another one off the map."""
    link = f'<link uid="{escape(deleted)}" relation="none" type="none"/><__forcedelete/>'
    return Event(
        uid, DELETED, "m-g", now_ns, now_ns, now_ns + 60 * _SECOND_NS, 0.0, 0.0,
        rest=link, opex=opex,
    )  # fmt: skip


def gone(client: Client, now_ns: int, opex: str) -> Said | None:
    """Return what tells the others that a client is gone, None if it never presented itself."""
    if client.presence is None:
        return None
    event = deletion(f"{client.uid}-gone", client.uid, now_ns, opex)
    return Said(client, Frame(False, framed(event, tak=False)))


def _peer(transport: asyncio.Transport) -> str:
    name = transport.get_extra_info("peername")
    return f"{name[0]}:{name[1]}" if name else "?"


def _keep_alive(transport: asyncio.Transport) -> None:
    made: socket.socket | None = transport.get_extra_info("socket")
    if made is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNANSWERED_MS)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
