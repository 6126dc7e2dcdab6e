"""A small alliance on the loopback for tests: nations, their servers and the coordinator's hub."""

import asyncio
import json
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from skypact.core.messages.header import Context
from skypact.core.messages.release import Stream
from skypact.edge.links import pki
from skypact.edge.links.link import Endpoint, PartnerLinks
from skypact.edge.links.nats_config import (
    HubServer,
    NationServer,
    hub_config,
    nation_config,
    server_name,
)
from skypact.edge.links.nats_server import NatsServer, kept_port
from skypact.edge.links.pki import Authority, Credential, Role

HUB = "keystone"
NATIONS = ("auria", "borvia", "cestia")
PAIRS = (("auria", "borvia"), ("auria", HUB), ("borvia", HUB), ("cestia", HUB))


def now_ns() -> int:
    return time.time_ns()


def partners_of(nation: str, pairs: Sequence[tuple[str, str]]) -> list[str]:
    return [b if a == nation else a for a, b in pairs if nation in (a, b)]


async def until(condition: Callable[[], bool], deadline_s: float = 10.0) -> None:
    """Wait until `condition` holds; fail after `deadline_s`."""
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s, "not within the deadline"
        await asyncio.sleep(0.005)


class Party:
    """One nation's (or the coordinator's) server, links and what came in."""

    def __init__(self, name: str, directory: Path, context: Context = Context.EXERCISE) -> None:
        self.name, self.directory, self.context = name, directory, context
        self.port = kept_port(directory.parent / "ports" / directory.name)
        self.authority: Authority = pki.make_authority(directory / "pki", name, context, now_ns())
        self.app = pki.issue(self.authority, Role.APP, now_ns())
        self.node = pki.issue(self.authority, Role.NODE, now_ns())
        self.credential = pki.issue(self.authority, Role.SERVER, now_ns(), ["127.0.0.1"])
        self.inbox: list[tuple[str, Stream, bytes]] = []
        self.events: list[str] = []
        self.links: PartnerLinks | None = None

    def server(self, config: str) -> NatsServer:
        self.nats = NatsServer(
            self.directory, server_name(self.name, self.context), self.port, config
        )
        return self.nats

    def make_links(self, partners: Sequence[str]) -> PartnerLinks:
        self.links = PartnerLinks(
            Endpoint(
                nation=self.name,
                context=self.context,
                partners=partners,
                port=self.port,
                app=self.app,
                authority=self.authority.certificate,
            ),
            received=lambda partner, stream, frame, _: self.inbox.append((partner, stream, frame)),
            connected=lambda: self.events.append("connected"),
            disconnected=lambda: self.events.append("disconnected"),
        )
        return self.links


class Lab:
    """All parties. `pairs` may differ between the hub and the nations, to plant a fault."""

    def __init__(
        self,
        root: Path,
        pairs: Sequence[tuple[str, str]] = PAIRS,
        hub_pairs: Sequence[tuple[str, str]] | None = None,
    ) -> None:
        self.root, self.pairs = root, list(pairs)
        self.hub_pairs = self.pairs if hub_pairs is None else list(hub_pairs)
        self.hub = Party(HUB, root / HUB)
        self.leaf_port = kept_port(root / "ports" / "leaf")
        self.parties = {name: Party(name, root / name) for name in NATIONS}
        self.parties[HUB] = self.hub
        self.bundle = self.hub.directory / "nations.pem"
        pki.write_bundle(
            self.bundle,
            Context.EXERCISE,
            {name: self.parties[name].authority.certificate.read_text() for name in NATIONS},
        )
        self.tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Lab":
        try:
            await self.up()
        except BaseException:
            await self.down()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.down()

    def __getitem__(self, name: str) -> Party:
        return self.parties[name]

    def hub_text(self) -> str:
        return hub_config(
            HubServer(
                nation=HUB,
                context=Context.EXERCISE,
                nations=NATIONS,
                pairs=self.hub_pairs,
                port=self.hub.port,
                leaf_port=self.leaf_port,
                server=self.hub.credential,
                authority=self.hub.authority.certificate,
                nation_authorities=self.bundle,
                log=self.hub.directory / "nats-server.log",
            )
        )

    def nation_text(self, name: str) -> str:
        party = self.parties[name]
        return nation_config(
            NationServer(
                nation=name,
                context=Context.EXERCISE,
                partners=partners_of(name, self.pairs),
                port=party.port,
                hubs=[f"127.0.0.1:{self.leaf_port}"],
                server=party.credential,
                node=party.node,
                authority=party.authority.certificate,
                hub_authority=self.hub.authority.certificate,
                log=party.directory / "nats-server.log",
            )
        )

    async def up(self) -> None:
        self.hub.server(self.hub_text())
        for name in NATIONS:
            self.parties[name].server(self.nation_text(name))
        await self.hub.nats.start()
        await asyncio.gather(*(self.parties[name].nats.start() for name in NATIONS))
        for name, party in self.parties.items():
            links = party.make_links(partners_of(name, self.pairs))
            self.tasks += [
                asyncio.create_task(party.nats.run()),
                asyncio.create_task(links.run()),
            ]
        await until(lambda: all("connected" in p.events for p in self.parties.values()))
        for a, b in self.pairs:
            if (a, b) in self.hub_pairs:
                await self.meet(a, b)
                await self.meet(b, a)

    async def meet(self, sender: str, receiver: str) -> float:
        """Send heartbeats until one arrives; return how long it took (s)."""
        links, inbox = self.parties[sender].links, self.parties[receiver].inbox
        assert links is not None
        begin_s, mark = time.monotonic(), f"meet {time.monotonic_ns()}".encode()
        while (sender, Stream.HEARTBEAT, mark) not in inbox:
            assert time.monotonic() - begin_s < 20, f"{sender} does not reach {receiver}"
            await links.send(receiver, Stream.HEARTBEAT, mark)
            await asyncio.sleep(0.01)
        return time.monotonic() - begin_s

    async def down(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        started = [party.nats for party in self.parties.values() if hasattr(party, "nats")]
        await asyncio.gather(*(nats.stop() for nats in started))


def knock(port: int, credential: Credential, hub_authority: Path, cluster: str = "") -> str:
    """Knock at a hub's leaf door with a certificate, or at the door of its cluster; return
    "refused in TLS", "refused by name" or "let in"."""
    context = ssl.create_default_context(cafile=str(hub_authority))
    context.load_cert_chain(str(credential.certificate), str(credential.key))
    context.check_hostname = False
    said = b""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            context.wrap_socket(plain) as door,
        ):
            while b"\r\n" not in said:
                part = door.recv(65536)
                if not part:
                    return "refused in TLS"
                said += part
            assert said.startswith(b"INFO "), said
            hello: dict[str, object] = {"tls_required": True, "name": "visitor", "headers": True}
            hello |= {"cluster": cluster} if cluster else {}
            door.sendall(f"CONNECT {json.dumps(hello)}\r\nPING\r\n".encode())
            said = b""
            while True:
                part = door.recv(65536)
                said += part
                if b"-ERR" in said or not part:
                    return "refused by name"
                if b"PONG" in said or b"INFO" in said or b"LS+" in said:
                    return "let in"
    except (ssl.SSLError, ConnectionResetError):
        return "refused in TLS"
