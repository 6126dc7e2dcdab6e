"""TCP feeds connect again and frame ASTERIX streams."""

import asyncio

import pytest

from skypact.edge.feeds import tcp
from tests.unit.edge.feeds.listening import Listener, settings

BLOCK = b"\x30\x00\x06abc"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "BACK_OFF_FIRST_S", 0.01)
    monkeypatch.setattr(tcp, "SILENCE_MIN_S", 0.2)


async def serve(pieces: list[list[bytes]]) -> tuple[asyncio.Server, int]:
    """Serve one list of pieces a connection, then close it; after the last, stay silent."""
    left = list(pieces)

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in left.pop(0) if left else []:
            writer.write(piece)
            await writer.drain()
        if left:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    return server, int(server.sockets[0].getsockname()[1])


def test_a_lost_connection_is_made_anew() -> None:
    async def scene() -> None:
        server, port = await serve([[b"one"], [], [b"two"]])
        listener = Listener(settings(f"tcp://127.0.0.1:{port}", "beast"))
        await listener.until(lambda: listener.data == b"onetwo")
        await listener.close()
        server.close()

    asyncio.run(scene())


def test_asterix_arrives_a_block_at_a_time_however_it_is_cut() -> None:
    async def scene() -> None:
        stream = BLOCK * 3
        server, port = await serve([[stream[:2], stream[2:8], stream[8:]]])
        listener = Listener(settings(f"tcp://127.0.0.1:{port}"))
        await listener.until(lambda: len(listener.delivered) == 3)
        assert [data for _, data, _ in listener.delivered] == [BLOCK] * 3
        await listener.close()
        server.close()

    asyncio.run(scene())


def test_a_length_that_makes_no_sense_begins_a_new_connection() -> None:
    async def scene() -> None:
        server, port = await serve([[BLOCK, b"\x30\x00\x01" + BLOCK], [BLOCK]])
        listener = Listener(settings(f"tcp://127.0.0.1:{port}"))
        await listener.until(lambda: len(listener.delivered) == 2)
        await listener.close()
        server.close()

    asyncio.run(scene())


def test_a_silent_connection_is_given_up() -> None:
    async def scene() -> None:
        connected: list[asyncio.StreamWriter] = []

        async def say_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connected.append(writer)
            if len(connected) == 2:
                writer.write(b"heard")

        server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        listener = Listener(settings(f"tcp://127.0.0.1:{port}", "beast", period_s=0.01))
        await listener.until(lambda: listener.data == b"heard")
        await listener.close()
        server.close()

    asyncio.run(scene())
