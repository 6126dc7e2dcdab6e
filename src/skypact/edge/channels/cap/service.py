"""Serves the folder of CAP messages over HTTP, with TLS where it leaves the machine."""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from skypact.core.errors import LinkError
from skypact.edge.channels.cap.feed import CAP_TYPE, FEED
from skypact.edge.intake.server import Server

Fetched = Callable[[str, str], None]
"""Told the identifier of a message that was fetched, and the host that did it."""

START_S, STOP_S = 10.0, 5.0
MESSAGE = re.compile(r"[A-Za-z0-9._-]{1,200}\.xml")


class FeedService:
    """The listener. tls: (certificate, key) files, None for plain HTTP on this machine."""

    def __init__(
        self, folder: Path, host: str, port: int, tls: tuple[Path, Path] | None, fetched: Fetched
    ) -> None:
        self._folder, self._host, self.port = folder, host, port
        self._tls, self._fetched = tls, fetched
        self._server: Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Bind and answer; `port` is then the real one. Raises LinkError when it can't."""
        listener = self._bind()
        self.port = int(listener.getsockname()[1])
        routes = [Route("/{name}", self._get, methods=["GET"])]
        config = uvicorn.Config(
            Starlette(routes=routes),
            http="h11",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=256,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=1,
        )
        config.load()
        if self._tls is not None:
            config.ssl = _context(*self._tls)
        self._server = Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        async with asyncio.timeout(START_S):
            await self._server.ready.wait()

    async def stop(self) -> None:
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await asyncio.wait([self._serving], timeout=STOP_S)
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)
            self._server = None

    async def _get(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name != FEED and not MESSAGE.fullmatch(name):
            return PlainTextResponse("not here", 404)
        try:
            data = await asyncio.to_thread((self._folder / name).read_bytes)
        except OSError:
            return PlainTextResponse("not here", 404)
        if name != FEED:
            host = request.client.host if request.client else ""
            self._fetched(name.removesuffix(".xml"), host)
        kind = "application/atom+xml" if name == FEED else CAP_TYPE
        return Response(data, media_type=kind, headers={"Cache-Control": "no-cache"})

    def _bind(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self.port))
        except OSError as error:
            listener.close()
            raise LinkError(
                f"{self._host}:{self.port} cannot be used: {error.strerror}", link="cap"
            ) from error
        return listener


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        raise LinkError(f"{certificate} can't be used with its key: {error}", link="cap") from error
    return context
