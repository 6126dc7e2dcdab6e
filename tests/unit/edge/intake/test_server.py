"""A web server that leaves the process to the node."""

import asyncio
import signal
import socket

import uvicorn

from skypact.edge.intake.server import Server


async def _nothing(scope: object, receive: object, send: object) -> None:
    raise AssertionError("nobody asks")


def test_it_is_ready_and_leaves_signals_alone() -> None:
    async def run() -> None:
        before = signal.getsignal(signal.SIGINT)
        server = Server(uvicorn.Config(_nothing, log_config=None, lifespan="off"))
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            await asyncio.wait_for(server.ready.wait(), 10)
            assert signal.getsignal(signal.SIGINT) is before
            server.should_exit = True
            await asyncio.wait_for(serving, 10)

    asyncio.run(run())
