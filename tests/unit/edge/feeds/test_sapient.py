"""SAPIENT feeds: nodes that come to us, a middleware we go to, a recording."""

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Any

import pytest

from skypact.core.errors import LinkError
from skypact.core.messages import Context
from skypact.edge.feeds import sapient
from skypact.edge.feeds.run import run_feed
from skypact.edge.feeds.sapient import own_id, read_frame
from skypact.sensors.sapient.frames import MESSAGE_BYTES_MAX, SKIPPED_BYTES_MAX, framed
from skypact.sensors.sapient.schema import message_class
from tests.unit.edge.feeds.listening import Listener, now_ns, settings
from tests.unit.sensors.sapient import messages


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


async def connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(1_000):
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.01)
    raise AssertionError("nobody listens")


async def heard(reader: asyncio.StreamReader) -> Any:
    async with asyncio.timeout(5):
        return message_class().FromString((await read_frame(reader))[4:])


def test_a_node_that_registers_is_acknowledged_and_its_messages_delivered() -> None:
    async def scene() -> None:
        port = free_port()
        feed = settings(f"tcp-listen://127.0.0.1:{port}", "sapient")
        listener = Listener(feed)
        reader, writer = await connected(port)
        sent = [messages.frame(m) for m in (messages.registration(), messages.detection())]
        stream = b"".join(sent)
        for at in range(0, len(stream), 100):
            writer.write(stream[at : at + 100])
            await writer.drain()
        said = await heard(reader)
        assert said.registration_ack.acceptance is True
        assert (said.node_id, said.destination_id) == (own_id(feed), messages.RADAR)
        await listener.until(lambda: len(listener.delivered) == 2)
        assert [data for _, data, _ in listener.delivered] == sent
        writer.write(messages.frame(messages.registration(kinds=("JAMMER",))))
        assert (await heard(reader)).registration_ack.acceptance is False
        writer.write(messages.frame(messages.task()))
        assert (await heard(reader)).task_ack.task_id == messages.REPORT
        await listener.close()
        assert await reader.read() == b""
        writer.close()

    asyncio.run(scene())


def test_a_message_that_is_too_long_is_skipped_and_told() -> None:
    async def scene() -> None:
        port = free_port()
        listener = Listener(settings(f"tcp-listen://127.0.0.1:{port}", "sapient"))
        _, writer = await connected(port)
        long = framed(bytes(MESSAGE_BYTES_MAX + 1))
        writer.write(long + framed(b"next"))
        await listener.until(lambda: len(listener.delivered) == 2)
        assert [data for _, data, _ in listener.delivered] == [long[:4], framed(b"next")]
        writer.close()
        await listener.close()

    asyncio.run(scene())


def test_a_length_that_makes_no_sense_ends_the_connection() -> None:
    async def scene() -> None:
        port = free_port()
        listener = Listener(settings(f"tcp-listen://127.0.0.1:{port}", "sapient"))
        reader, writer = await connected(port)
        writer.write((SKIPPED_BYTES_MAX + 1).to_bytes(4, "little") + b"x")
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionResetError):  # aborted with bytes unread
                assert await reader.read() == b""
        assert listener.delivered == []
        writer.close()
        await listener.close()

    asyncio.run(scene())


def test_senders_beyond_the_limit_are_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        monkeypatch.setattr(sapient, "SENDERS_MAX", 1)
        port = free_port()
        listener = Listener(settings(f"tcp-listen://127.0.0.1:{port}", "sapient"))
        _, first = await connected(port)
        first.write(framed(b"one"))
        await listener.until(lambda: len(listener.delivered) == 1)
        reader, second = await connected(port)
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""
        first.close()
        second.close()
        await listener.close()

    asyncio.run(scene())


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        feed = settings(f"tcp-listen://127.0.0.1:{taken.getsockname()[1]}", "sapient")
        with pytest.raises(LinkError, match="the port can't be had"):
            asyncio.run(run_feed(feed, lambda *_: None, now_ns, Context.EXERCISE))


def test_a_middleware_is_read_a_message_at_a_time() -> None:
    async def scene() -> None:
        sent = [messages.frame(messages.registration()), messages.frame(messages.detection())]

        async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"".join(sent))

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        listener = Listener(settings(f"tcp://127.0.0.1:{port}", "sapient"))
        await listener.until(lambda: len(listener.delivered) == 2)
        assert [data for _, data, _ in listener.delivered] == sent
        await listener.close()
        server.close()

    asyncio.run(scene())


def test_a_recording_arrives_when_its_messages_say(tmp_path: Path) -> None:
    file = tmp_path / "night.sapient"
    sent = [messages.frame(messages.detection(at_s=s)) for s in (0, 1, 2)]
    long = (MESSAGE_BYTES_MAX + 1).to_bytes(4, "little")
    file.write_bytes(sent[0] + long + bytes(MESSAGE_BYTES_MAX + 1) + sent[1] + sent[2][:-1])
    feed = settings(f"file:{file}?speed=0", "sapient")
    delivered: list[tuple[str, bytes, int]] = []
    deliver = lambda *item: delivered.append(item)  # noqa: E731
    asyncio.run(run_feed(feed, deliver, now_ns, Context.EXERCISE))
    assert [d for _, d, _ in delivered] == [sent[0], long, sent[1], sent[2][:-1]]
    times = [at for _, _, at in delivered]
    assert times[0] == messages.START_NS
    assert times[2] == messages.START_NS + messages.S


def test_a_feed_answers_under_the_same_id_after_every_start() -> None:
    one, other = settings("tcp://127.0.0.1:7", "sapient"), settings("tcp://127.0.0.1:8", "sapient")
    assert own_id(one) == own_id(one) != own_id(other)
