"""Senders never wait for who listens."""

import asyncio
import socket

import pytest

from skypact.core.errors import LinkError
from skypact.edge.feeds import send
from skypact.edge.feeds.send import BeastServer, UdpSender
from tests.unit.edge.feeds.listening import Listener, settings, turns_until


def test_nobody_listening_is_counted_and_goes_on() -> None:
    sender = UdpSender("127.0.0.1", 9)
    for _ in range(5):
        sender.send(b"x")
    sender.send(bytes(70_000))
    assert sender.sent + sender.failed == 6
    assert sender.failed >= 1
    sender.close()


def test_every_client_gets_the_stream() -> None:
    async def scene() -> None:
        server = BeastServer("127.0.0.1", 0)
        await server.start()
        source = f"tcp://127.0.0.1:{server.port}"
        listeners = [Listener(settings(source, "beast")) for _ in range(3)]
        await turns_until(lambda: server.clients == 3)
        server.send(b"frame")
        for listener in listeners:
            await listener.until(lambda listener=listener: listener.data == b"frame")
            await listener.close()
        await turns_until(lambda: server.clients == 0)
        await server.stop()

    asyncio.run(scene())


def test_a_client_that_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "CLIENT_BUFFER_BYTES", 10_000)

    async def scene() -> None:
        server = BeastServer("127.0.0.1", 0)
        await server.start()
        lazy = socket.create_connection(("127.0.0.1", server.port))
        await turns_until(lambda: server.clients == 1)
        for _ in range(1_000):
            server.send(bytes(100_000))
            await asyncio.sleep(0)
        assert server.clients == 0
        lazy.close()
        await server.stop()

    asyncio.run(scene())


def test_a_port_in_use_is_a_link_error() -> None:
    async def scene() -> None:
        first = BeastServer("127.0.0.1", 0)
        await first.start()
        with pytest.raises(LinkError, match="can't be had"):
            await BeastServer("127.0.0.1", first.port).start()
        await first.stop()

    asyncio.run(scene())
