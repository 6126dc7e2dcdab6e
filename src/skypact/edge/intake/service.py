"""The intake of one node: an HTTPS listener of its own, inside the node's asyncio loop."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import uvicorn

from skypact.config.settings import IntakeSettings
from skypact.core.errors import ConfigError
from skypact.edge.intake.limits import Limit
from skypact.edge.intake.looking import Look
from skypact.edge.intake.server import Server
from skypact.edge.intake.web import Deliver, Desk, application
from skypact.sensors.settings import FeedSettings

_START_S, _STOP_S = 10.0, 5.0
_MINUTE_S = 60.0


class Intake:
    """The service. certificate: (certificate, key) files shown to phones, read again by `renew`."""

    def __init__(
        self,
        settings: IntakeSettings,
        feeds: Sequence[FeedSettings],
        looks: Mapping[str, Look],
        key: bytes,
        certificate: tuple[Path, Path],
        deliver: Deliver,
        now_ns: Callable[[], int],
    ) -> None:
        """feeds: those that come over HTTPS; at most one has the format sightings from people;
        looks: how to look at what is posted to each.
        Raises ConfigError when the certificate can't be used."""
        people = [feed.name for feed in feeds if feed.format == "sightings"]
        self._settings, self._certificate = settings, certificate
        self._desk = Desk(
            key=key,
            people=people[0] if people else "",
            feeds=looks,
            gone=frozenset(settings.revoked),
            each=Limit(settings.reports_per_minute / _MINUTE_S, settings.reports_per_minute),
            total=Limit(settings.reports_per_s_max, settings.reports_per_s_max),
            deliver=deliver,
            now_ns=now_ns,
        )
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.renew()
        self._server: Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self.port = 0

    def renew(self) -> None:
        """Read the certificate again; connections made from now on show it."""
        certificate, key = self._certificate
        try:
            self._context.load_cert_chain(certificate, key)
        except OSError as error:
            raise ConfigError(
                f"can't be used with its key: {error}", path=str(certificate)
            ) from error

    async def start(self) -> None:
        """Bind and answer; `port` is then the real one. Raises ConfigError when it can't."""
        listener = self._bind()
        self.port = int(listener.getsockname()[1])
        config = uvicorn.Config(
            application(self._desk),
            http="h11",
            ws="none",
            lifespan="off",
            # Who posts from where is nobody's business.
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=16_384,
            limit_concurrency=1_024,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=2,
        )
        config.load()
        config.ssl = self._context
        self._server = Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        async with asyncio.timeout(_START_S):
            await self._server.ready.wait()

    async def stop(self) -> None:
        """Stop, at most about 5 s."""
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await asyncio.wait([self._serving], timeout=_STOP_S)
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
            self._server = None

    def _bind(self) -> socket.socket:
        host, port = self._settings.host, self._settings.port
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
        except OSError as error:
            listener.close()
            raise ConfigError(
                f"{host}:{port} cannot be used: {error.strerror}", path="[intake]", key="port"
            ) from error
        return listener
