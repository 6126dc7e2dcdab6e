"""The node's side towards its partners: message server, links and outbox as one."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from skypact.config import NodeDirectory, cut_off
from skypact.config.cards import CUT, PARTNERS
from skypact.config.settings import LinkSettings
from skypact.core.messages import Release, Stream
from skypact.edge.links import pki
from skypact.edge.links.credentials import (
    authorities,
    endpoint,
    feed_credential,
    frame_keys,
    server_text,
)
from skypact.edge.links.link import Endpoint, OutboxSender, PartnerLinks, Received
from skypact.edge.links.nats_config import server_name
from skypact.edge.links.nats_server import NatsServer
from skypact.edge.links.sealed import Changed, Refused, SealedLinks
from skypact.edge.links.ways import Way, Ways
from skypact.edge.log import logger
from skypact.edge.store import OutboxReader

CUT_EVERY_S = 1.0
GOING_MAX = 4_096
RENEW_EVERY_S = 3600.0


class Partners:
    """Belongs to one event loop. received: called with partner, stream and frame; unopened: with
    partner and reason for what could not be opened; changed: when one of two ways to a partner
    comes up or goes down; endpoint: how the node's own program reaches
    the message server."""

    def __init__(
        self,
        directory: NodeDirectory,
        link: LinkSettings,
        now_ns: Callable[[], int],
        received: Received,
        unopened: Refused,
        changed: Changed = lambda _partner, _way, _up, _count: None,
    ) -> None:
        self._changed = changed
        self._directory, self._link, self._now_ns = directory, link, now_ns
        self._received, self._unopened = received, unopened
        self._cut = directory.cut
        self._going: deque[Release] = deque(maxlen=GOING_MAX)
        self._gone = asyncio.Event()
        node = directory.config.node
        self.endpoint = self._issue(now_ns())
        self._authorities = {
            partner: pki.bound_authority(pem, partner, node.context)
            for partner, pem in authorities(directory).items()
            if partner in directory.partners
        }
        self._server = NatsServer(
            directory.state / "nats",
            server_name(node.nation, node.context),
            link.port,
            server_text(directory, link, now_ns()),
        )

    async def start(self) -> None:
        """Start the server: it finds the others while the journal is read."""
        await self._server.start()

    def work(self, store: Path) -> list[Coroutine[Any, Any, None]]:
        """Return what runs until cancelled; store: the file with the outbox, which must exist."""
        self._links = PartnerLinks(
            self.endpoint,
            self._arrived,
            self._reconnected,
            lambda: None,
        )
        node = self._directory.config.node
        self._sealed = SealedLinks(
            node.nation,
            node.context,
            self._authorities,
            frame_keys(self._directory, self._now_ns()),
            self._now_ns,
            self._links.send,
            self._received,
            self._unopened,
            self._met,
            [line.partner for line in self._link.direct if line.partner in self._authorities],
            self._changed,
        )
        partners = self._directory.partners
        self._outbox = OutboxSender(OutboxReader(store), partners, self._sealed.send)
        return [
            self._server.run(),
            self._renew(),
            self._watch_cut(),
            self._links.run(),
            self._sealed.run(),
            self._outbox.run(),
            self._depart(),
        ]

    async def stop(self) -> None:
        await self._server.stop()

    def release(self, release: Release) -> None:
        """Let a frame go: a durable one is in the outbox already, another leaves at once."""
        if release.stream is Stream.WARNING:
            self._outbox.notify(release.partner)
            return
        if len(self._going) == GOING_MAX:
            self._links.unsent["node too slow"] += 1
        self._going.append(release)  # the oldest gives way
        self._gone.set()

    async def _depart(self) -> None:
        """Let best-effort frames go, in order."""
        while True:
            await self._gone.wait()
            self._gone.clear()
            while self._going:
                release = self._going.popleft()
                await self._sealed.send(release.partner, release.stream, release.frame)

    def acknowledged(self, partner: str, upto: int) -> None:
        """Say that a partner has all durable frames up to `upto` on its disk."""
        self._outbox.acknowledged(partner, upto)

    def _reconnected(self) -> None:
        self._sealed.reconnected()
        for partner in self._directory.partners:
            self._outbox.resend(partner)

    def _arrived(self, partner: str, stream: Stream, data: bytes, way: Way) -> None:
        self._sealed.take(partner, stream, data, way)

    @property
    def ways(self) -> Mapping[str, Ways]:
        """Return what came by two ways, by partner."""
        return self._sealed.ways

    def _met(self, partner: str) -> None:
        self._outbox.resend(partner)

    async def _watch_cut(self) -> None:
        """Cut off whom a person has cut off, at once and without a restart of the node."""
        folder = self._directory.path / PARTNERS
        while True:
            await asyncio.sleep(CUT_EVERY_S)
            cut = self._cut | cut_off(path.name for path in folder.glob(f"*{CUT}"))
            if cut == self._cut:
                continue
            for name in cut - self._cut:
                self._sealed.forget(name)
                logger().warning("partner_cut_off", partner=name)
            self._cut = cut
            if self._link.leaf_port is not None or self._link.direct:
                await self._server.renew(
                    server_text(self._directory, self._link, self._now_ns(), cut)
                )

    async def _renew(self) -> None:
        """Issue certificates anew before they end. The server takes them for connections to come,
        and keeps those that it has; the links read theirs at each connection."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            now_ns, before = self._now_ns(), self._certificates()
            server_text(self._directory, self._link, now_ns, self._cut)
            self._issue(now_ns)
            self._sealed.renewed(frame_keys(self._directory, now_ns))
            if self._certificates() != before:
                logger().info("certificates_renewed")
                self._server.reload()

    def _certificates(self) -> dict[str, bytes]:
        """Return what the message server was given."""
        return {path.name: path.read_bytes() for path in self._directory.keys.glob("*.pem")}

    def _issue(self, now_ns: int) -> Endpoint:
        """Issue what the node's program and the senders of feeds show to the own server."""
        if any(feed.source.startswith("nats:") for feed in self._directory.config.feeds):
            feed_credential(self._directory, now_ns)
        return endpoint(self._directory, self._link, now_ns)
