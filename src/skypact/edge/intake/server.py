"""A web server inside the node's asyncio loop: what listeners of the edge share."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn


class Server(uvicorn.Server):
    """The node owns the process and its signals, not the web server. ready: it takes requests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()
