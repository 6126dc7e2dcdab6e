"""TCP feeds connect again, in the clear or over TLS, and frame ASTERIX streams."""

import asyncio
import ssl
import time
from pathlib import Path

import pytest

from skypact.core.errors import LinkError
from skypact.core.messages import Context
from skypact.edge.feeds import stream
from skypact.edge.feeds.run import run_feed
from skypact.edge.links.pki import Role, issue, make_authority
from tests.unit.edge.feeds.listening import Listener, now_ns, settings

BLOCK = b"\x30\x00\x06abc"


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BACK_OFF_FIRST_S", 0.01)
    monkeypatch.setattr(stream, "SILENCE_MIN_S", 0.2)


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


async def serve_tls(context: ssl.SSLContext, sent: bytes) -> tuple[asyncio.Server, int]:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=context)
    return server, int(server.sockets[0].getsockname()[1])


def test_a_tls_feed_takes_only_the_sender_it_trusts(tmp_path: Path) -> None:
    trusted = make_authority(tmp_path / "a", "auria", Context.TEST, time.time_ns())
    shown = issue(trusted, Role.SERVER, time.time_ns(), ["127.0.0.1"])
    other = make_authority(tmp_path / "b", "auria", Context.TEST, time.time_ns())
    mine = issue(trusted, Role.APP, time.time_ns())

    async def scene() -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=trusted.certificate)
        context.load_cert_chain(shown.certificate, shown.key)
        context.verify_mode = ssl.CERT_REQUIRED
        server, port = await serve_tls(context, b"heard")
        source = f"tls://127.0.0.1:{port}?cert={mine.certificate}&key={mine.key}"
        wrong = Listener(settings(f"{source}&ca={other.certificate}", "lines"))
        named = Listener(settings(f"{source}&ca={trusted.certificate}&name=else.test", "lines"))
        right = Listener(settings(f"{source}&ca={trusted.certificate}", "lines"))
        await right.until(lambda: right.data == b"heard")
        for listener in (wrong, named, right):
            await listener.close()
        assert (wrong.delivered, named.delivered) == ([], [])
        server.close()

    asyncio.run(scene())


def test_a_certificate_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for name in ("ca.pem", "missing.pem"):
        feed = settings(f"tls://127.0.0.1:9?ca={tmp_path / name}", "beast")
        with pytest.raises(LinkError, match="can't be used"):
            asyncio.run(run_feed(feed, lambda *_: None, now_ns, Context.TEST))
