"""The Cursor on Target server of a node: two doors, one house of clients."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from skypact.config.settings import CotSettings, RoleSettings
from skypact.core.errors import LinkError
from skypact.edge.cot.client import Client, Guest, gone
from skypact.edge.cot.relay import Log, Said, Shelf

SECOND_NS = 1_000_000_000
TICK_S = 1.0
BACKLOG = 64
LAYERS = ("warnings", "zones", "tracks")


class Keys(NamedTuple):
    """certificate, key: of this server; authority: that signed its clients' certificates."""

    certificate: Path
    key: Path
    authority: Path


class CotServer:
    """Clients, what they say to each other, and the shelves they are shown. Belongs to one event
    loop. say: takes a line for a person."""

    def __init__(
        self,
        settings: CotSettings,
        roles: Sequence[RoleSettings],
        opex: str,
        now_ns: Callable[[], int],
        say: Callable[[str], None],
    ) -> None:
        self.opex, self.now_ns = opex, now_ns
        self._settings, self._say = settings, say
        self._roles = {role.name: role for role in roles}
        self.log = Log()
        self.layers = {name: Shelf() for name in LAYERS}
        self.clients: list[Client] = []
        self.refused_clients = 0
        self._servers: list[asyncio.Server] = []
        self._ticking: asyncio.Task[None] | None = None

    async def start(self, keys: Callable[[], Keys]) -> list[str]:
        """Listen; return the addresses. keys: asked for when there is a TLS door. Raises LinkError
        when a port can't be had."""
        loop, listening = asyncio.get_running_loop(), list[str]()
        doors: list[tuple[str, str, ssl.SSLContext | None]] = []
        if self._settings.tcp:
            doors.append(("tcp", self._settings.tcp, None))
        if self._settings.tls:
            doors.append(("tls", self._settings.tls, _tls(keys())))
        for scheme, address, context in doors:
            host, _, port = address.rpartition(":")
            try:
                server = await loop.create_server(
                    lambda: Client(self), host.strip("[]"), int(port), ssl=context, backlog=BACKLOG
                )
            except OSError as error:
                raise LinkError(f"the port can't be had: {error}", link=address) from error
            self._servers.append(server)
            real = server.sockets[0].getsockname()[1]
            listening.append(f"{scheme}://{host}:{real}")
        self._ticking = asyncio.create_task(self._tick())
        return listening

    async def stop(self) -> None:
        """Close the doors and let all clients go."""
        for server in self._servers:
            server.close()
        for client in list(self.clients):
            if client.transport is not None:
                client.transport.close()
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)

    def admit(self, client: Client) -> Guest | None:
        """Return who a connection is, None when it may not stay."""
        transport = client.transport
        assert transport is not None
        certificate = transport.get_extra_info("peercert")
        name, role_name = client.peer, self._settings.tcp_role
        if transport.get_extra_info("sslcontext") is not None:
            name, role_name = named(certificate or {})
        role = self._roles.get(role_name)
        if role is None or len(self.clients) >= self._settings.clients_max:
            self.refused_clients += 1
            why = f"has no role here ({role_name!r})" if role is None else "is one too many"
            self._say(f"CoT client {name} {why}; turned away")
            return None
        return Guest(name, role.shows, role.sends)

    def shelves(self, guest: Guest) -> tuple[Sequence[Shelf], Sequence[Shelf]]:
        """Return what a role is shown: what goes first, and the rest."""
        shown = [name for name in LAYERS if name in guest.shows]
        urgent = [self.layers[name] for name in shown if name == "warnings"]
        return urgent, [self.layers[name] for name in shown if name != "warnings"]

    def joined(self, client: Client) -> None:
        """Tell a new client who is there."""
        assert client.transport is not None
        assert client.guest is not None
        present = [c.presence for c in self.clients if c.presence is not None]
        self.clients.append(client)
        if present:
            client.transport.write(b"".join(one.data(tak=False) for one in present))
        self._say(f"CoT client {client.guest.name} joined; {len(self.clients)} here")

    def left(self, client: Client) -> None:
        """Tell the others that a client has gone."""
        assert client.guest is not None
        if client in self.clients:
            self.clients.remove(client)
        told = gone(client, self.now_ns(), self.opex)
        if told is not None:
            self.say(client, [told])
        missed = f", {client.missed} events missed" if client.missed else ""
        refused = f", {client.refused} refused: {client.last_refusal}" if client.refused else ""
        self._say(f"CoT client {client.guest.name} left{missed}{refused}")

    def say(self, client: Client, said: Sequence[Said]) -> None:
        """Hand on what a client said: in one write to all who have read everything before."""
        before = self.log.end
        for one in said:
            self.log.append(one)
        end = self.log.end
        to_all = not any(one.dests for one in said)
        made: dict[bool, bytes] = {}
        for other in self.clients:
            if other.paused_s is not None:
                continue
            if not to_all or other.position != before:
                other.pump()
            elif other is client:
                other.position = end
            else:
                if other.tak not in made:
                    made[other.tak] = b"".join([one.data(tak=other.tak) for one in said])
                other.send(made[other.tak], end)

    def show(self) -> None:
        """Send what is new on the shelves."""
        for client in self.clients:
            client.pump()

    async def _tick(self) -> None:
        """Let go of clients that read nothing any more."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TICK_S)
            for client in list(self.clients):
                since_s = client.paused_s
                if since_s is not None and loop.time() - since_s > self._settings.stalled_s:
                    assert client.guest is not None
                    self._say(f"CoT client {client.guest.name} reads nothing any more; cut off")
                    client.cut()


def named(certificate: dict[str, Any]) -> tuple[str, str]:
    """Return (name, role) of a client's certificate, ("?", "") when it is not a client's."""
    for kind, value in certificate.get("subjectAltName", ()):
        parts = str(value).split(".")
        if kind == "DNS" and len(parts) == 6 and parts[2] == "client":
            return parts[0], parts[1]
    return "?", ""


def _tls(keys: Keys) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(str(keys.authority))
    context.load_cert_chain(str(keys.certificate), str(keys.key))
    return context
