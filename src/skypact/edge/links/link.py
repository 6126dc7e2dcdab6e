"""Frames to and from partners over NATS, and the sender that loses none of the durable ones.

`PartnerLinks` is a client of the node's own nats-server and best effort: what cannot leave now is
refused, never kept for later. `OutboxSender` reads the store's outbox and sends WARNING frames
again until the partner says that they are on its disk.
"""

import asyncio
import ssl
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from skypact.core.errors import LinkError
from skypact.core.messages.header import Context
from skypact.core.messages.release import Stream
from skypact.edge.links.nats_config import (
    DIRECT_PREFIX,
    FRAME_MAX_BYTES,
    LOOPBACK,
    Address,
    direct_subject,
    parse_subject,
    server_name,
    subject,
)
from skypact.edge.links.pki import Credential
from skypact.edge.links.ways import Way
from skypact.edge.log import logger

RETRY_S = 0.1
CONNECT_DEADLINE_S = 5.0
CLOSE_DEADLINE_S = 1.0
# What may wait for the own server: tracks leave half of it to warnings.
UNSENT_MAX_BYTES = {
    Stream.TRACK: FRAME_MAX_BYTES,
    Stream.COALITION: FRAME_MAX_BYTES,
    Stream.HEARTBEAT: FRAME_MAX_BYTES,
    Stream.WARNING: 2 * FRAME_MAX_BYTES,
    Stream.RECEIPT: 2 * FRAME_MAX_BYTES,
    Stream.KEYS: 2 * FRAME_MAX_BYTES,
}
UNREAD_MAX_BYTES = 8 * FRAME_MAX_BYTES
UNREAD_MAX_FRAMES = 20_000
WINDOW = 64
RESEND_AFTER_S = 1.0

Received = Callable[[str, Stream, bytes], None]
Arrived = Callable[[str, Stream, bytes, Way], None]
Send = Callable[[str, Stream, bytes], Awaitable[bool]]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Who connects, and where: app: certificate of the node's program; authority: of its own
    nation, which signed the server's certificate."""

    nation: str
    context: Context
    partners: Sequence[str]
    port: int
    app: Credential
    authority: Path


class PartnerLinks:
    """The node's connection to its own server, made again for ever. Belongs to one event loop.

    refused: frames not taken in, by reason; unsent: frames not sent, by reason.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        received: Arrived,
        connected: Callable[[], None],
        disconnected: Callable[[], None],
    ) -> None:
        """received: called in the loop with partner, stream, frame and its way; connected,
        disconnected: called when the connection to the own server changes (a partner being alive
        is told by its heartbeat alone)."""
        self._endpoint = endpoint
        self._received, self._connected, self._disconnected = received, connected, disconnected
        self._client: Client | None = None
        self._faults: set[str] = set()
        self.refused: Counter[str] = Counter()
        self.unsent: Counter[str] = Counter()

    async def run(self) -> None:
        """Keep connected until cancelled. Certificates are read anew for each connection."""
        while True:
            lost = asyncio.Event()
            client = Client()
            try:
                async with asyncio.timeout(CONNECT_DEADLINE_S):
                    await self._connect(client, lost)
                self._client = client
                self._faults.clear()
                self._connected()
                await lost.wait()
            except (OSError, nats.errors.Error, TimeoutError) as error:
                self._report(error)
            finally:
                if self._client is not None:
                    self._client = None
                    self._disconnected()
                with suppress(OSError, nats.errors.Error, TimeoutError):
                    async with asyncio.timeout(CLOSE_DEADLINE_S):
                        await client.close()
            await asyncio.sleep(RETRY_S)

    async def send(self, partner: str, stream: Stream, frame: bytes) -> bool:
        """Hand a frame to the server; return False, at once, if it cannot leave now.

        Raises LinkError for a partner that is not configured.
        """
        here = self._endpoint
        if partner not in here.partners:
            raise LinkError("no such partner", link=partner)
        client = self._client
        if client is None or not client.is_connected:
            reason = "not connected"
        elif len(frame) > FRAME_MAX_BYTES:
            reason = "frame too large"
        elif client.pending_data_size + len(frame) > UNSENT_MAX_BYTES[stream]:
            reason = "server too slow"
        else:
            address = Address(here.context, here.nation, partner, stream)
            try:
                await client.publish(subject(address), frame)
            except (OSError, nats.errors.Error):
                reason = "connection lost"
            else:
                return True
        self.unsent[reason] += 1
        return False

    async def _connect(self, client: Client, lost: asyncio.Event) -> None:
        here = self._endpoint

        async def closed() -> None:
            lost.set()

        async def failed(error: Exception) -> None:
            if isinstance(error, nats.errors.SlowConsumerError):
                self.refused["node too slow"] += 1
            elif isinstance(error, OSError | nats.errors.Error):
                self._report(error)
            else:
                logger().error("frame_failed", exc_info=error)

        await client.connect(
            **client_options(here),
            pending_size=4 * FRAME_MAX_BYTES,
            closed_cb=closed,
            error_cb=failed,
        )
        for stream in Stream:
            address = Address(here.context, "*", here.nation, stream)
            for heard in (subject(address), direct_subject(address)):
                # One queue each: a warning never waits behind tracks.
                # The client's own type of `subscribe` is only partly known to a strict checker.
                await cast(Any, client).subscribe(
                    heard,
                    cb=self._take,
                    pending_msgs_limit=UNREAD_MAX_FRAMES,
                    pending_bytes_limit=UNREAD_MAX_BYTES,
                )
        await client.flush(timeout=2)

    async def _take(self, message: Msg) -> None:
        here, name = self._endpoint, message.subject
        direct = name.startswith(f"{DIRECT_PREFIX}.")
        try:
            address = parse_subject(name.removeprefix(f"{DIRECT_PREFIX}."))
        except LinkError:
            self.refused["unknown subject"] += 1
            return
        if address.context is not here.context:
            self.refused["other context"] += 1
        elif address.sender not in here.partners or address.receiver != here.nation:
            self.refused["not a partner"] += 1
        else:
            way = Way.DIRECT if direct else Way.HUB
            self._received(address.sender, address.stream, message.data, way)

    def _report(self, error: Exception) -> None:
        text = str(error) or type(error).__name__
        if text not in self._faults:  # one line an outage, not ten a second
            self._faults.add(text)
            logger().warning("server_unreachable", port=self._endpoint.port, why=text)


def client_options(endpoint: Endpoint) -> dict[str, Any]:
    """Return how a program of the node connects to the own server."""
    return {
        "servers": f"tls://{LOOPBACK}:{endpoint.port}",
        "name": f"{endpoint.nation} node",
        "tls": _tls(endpoint),
        "tls_hostname": server_name(endpoint.nation, endpoint.context),
        "allow_reconnect": False,
        "connect_timeout": 2,
        # The client tries by itself until the deadline; a fraction of a second does as well.
        "reconnect_time_wait": RETRY_S,
        "ping_interval": 2,
        "max_outstanding_pings": 2,
    }


def _tls(endpoint: Endpoint) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(endpoint.authority))
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(str(endpoint.app.certificate), str(endpoint.app.key))
    return context


class Outbox(Protocol):
    """The store's table of frames that partners do not yet have on disk."""

    def pending(self, partner: str, after: int, limit: int) -> list[tuple[int, bytes]]:
        """Return up to `limit` (sequence, frame) beyond sequence `after`, in order."""
        ...


@dataclass
class _Lane:
    """Sending to one partner; only its own task changes it, others set `upto` and `again`."""

    window: int
    upto: int = 0  # the partner has all up to here on its disk
    again: bool = False
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    acknowledged: int = 0
    sent: int = 0
    flying: deque[int] = field(default_factory=deque[int])
    progressed_s: float = 0.0

    def settle(self, now_s: float) -> None:
        if self.again:
            self.again = False
            self.go_back(now_s, WINDOW)
        if self.upto > self.acknowledged:
            self.acknowledged = self.upto
            self.sent = max(self.sent, self.upto)
            self.window, self.progressed_s = WINDOW, now_s
            while self.flying and self.flying[0] <= self.upto:
                self.flying.popleft()

    def go_back(self, now_s: float, window: int) -> None:
        self.flying.clear()
        self.sent, self.window, self.progressed_s = self.acknowledged, window, now_s


class OutboxSender:
    """Sends each partner's WARNING frames in order and again until they are acknowledged.

    At most 64 frames fly unacknowledged. After 1 s without progress it goes back to the last
    acknowledged frame and sends that one alone until an answer comes: a partner that is away costs
    one frame a second. All methods are for the thread of the event loop.
    """

    def __init__(self, outbox: Outbox, partners: Sequence[str], send: Send) -> None:
        self._outbox, self._send = outbox, send
        self._lanes = {partner: _Lane(WINDOW) for partner in partners}

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            for partner, lane in self._lanes.items():
                group.create_task(self._serve(partner, lane), name=f"outbox {partner}")

    def notify(self, partner: str) -> None:
        """Say that frames for `partner` were committed: they leave now."""
        self._lanes[partner].wake.set()

    def acknowledged(self, partner: str, upto: int) -> None:
        """Say that `partner` has all frames up to sequence `upto` on its disk."""
        lane = self._lanes[partner]
        if upto > lane.upto:
            lane.upto = upto
            lane.wake.set()

    def resend(self, partner: str) -> None:
        """Send all unacknowledged frames again now: the connection or the partner is back."""
        lane = self._lanes[partner]
        lane.again = True
        lane.wake.set()

    async def _serve(self, partner: str, lane: _Lane) -> None:
        loop = asyncio.get_running_loop()
        while True:
            lane.wake.clear()
            blocked = not await self._fill(partner, lane, loop)
            waiting = blocked or lane.flying
            until_s = lane.progressed_s + RESEND_AFTER_S if waiting else None
            try:
                async with asyncio.timeout_at(until_s):
                    await lane.wake.wait()
            except TimeoutError:
                lane.go_back(loop.time(), 1)

    async def _fill(self, partner: str, lane: _Lane, loop: asyncio.AbstractEventLoop) -> bool:
        """Send what the window allows; return False if the connection took no more."""
        while True:
            lane.settle(loop.time())
            free = lane.window - len(lane.flying)
            frames = self._outbox.pending(partner, lane.sent, free) if free > 0 else []
            if not frames:
                return True
            if not lane.flying:
                lane.progressed_s = loop.time()
            for sequence, frame in frames:
                if not await self._send(partner, Stream.WARNING, frame):
                    return False
                lane.sent = sequence
                lane.flying.append(sequence)
