"""A SAPIENT parent gets our tracks, whatever it does."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage as Theirs
from sapient_msg_pydantic.bsi_flex_335_v2_0.sapient_message import SapientMessage

from skypact.config import NodeDirectory, load
from skypact.config.settings import SapientSettings
from skypact.core.messages import Context
from skypact.edge.clients import sapient
from skypact.edge.clients.sapient import SapientParent
from skypact.edge.feeds.sapient import read_frame
from skypact.edge.first_hour.configuration import init
from skypact.sensors.sapient.answers import envelope
from skypact.sensors.sapient.frames import framed
from tests.unit.edge.clients.pictures import START_NS, picture
from tests.unit.sensors.sapient import messages

PARENT = "22222222-2222-4333-8444-555555555555"


@pytest.fixture
def directory(tmp_path: Path) -> NodeDirectory:
    init(tmp_path / "auria", "auria", START_NS)
    return load(tmp_path / "auria")


def with_parent(directory: NodeDirectory, port: int) -> NodeDirectory:
    settings = SapientSettings(parent=f"127.0.0.1:{port}", every_s=0.5, status_every_s=1)
    config = msgspec.structs.replace(directory.config, sapient=settings)
    return msgspec.structs.replace(directory, config=config)


class Parent:
    """A parent that says what `answers` says to a registration, and hears the rest."""

    def __init__(self, answers: Callable[[Any], Any]) -> None:
        self.answers, self.heard, self.said = answers, list[SapientMessage](), list[str]()
        self.writers: list[asyncio.StreamWriter] = []
        self.connections = 0
        self.now_ns = START_NS

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while frame := await read_frame(reader):
                read = Theirs.FromString(frame[4:])
                self.heard.append(SapientMessage.from_pb2(read))
                if read.WhichOneof("content") == "registration":
                    reply = self.answers(read)
                    if reply is not None:
                        writer.write(framed(reply.SerializeToString()))

    def reports(self) -> list[Any]:
        return [m.detection_report for m in self.heard if m.detection_report is not None]


def acknowledged(registration: Any, acceptance: bool = True) -> Any:
    reply = envelope(PARENT, START_NS, Context.EXERCISE)
    reply.destination_id = registration.node_id
    reply.registration_ack.acceptance = acceptance
    if not acceptance:
        reply.registration_ack.ack_response_reason.append("no room")
    return reply


@contextlib.asynccontextmanager
async def connected(directory: NodeDirectory, parent: Parent) -> Any:
    server = await asyncio.start_server(parent.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = SapientParent(with_parent(directory, port), lambda: parent.now_ns, parent.said.append)
    running = asyncio.create_task(client.run())
    try:
        yield client
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for writer in parent.writers:
            writer.transport.abort()
        server.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def test_a_parent_gets_registration_status_and_tracks(directory: NodeDirectory) -> None:
    async def scene() -> None:
        parent = Parent(acknowledged)
        async with connected(directory, parent) as client:
            client.take(picture((1, 2)))
            await until(lambda: len(parent.reports()) == 2)
            client.take(picture((2, 3), at_s=1))
            await until(lambda: len(parent.reports()) == 5)
        first, second, *_ = parent.heard
        assert first.registration is not None
        assert second.status_report is not None
        assert second.status_report.info == 1  # new
        one, two, again, three, gone = parent.reports()
        assert again.object_id == two.object_id
        assert len({one.object_id, two.object_id, three.object_id}) == 3
        assert (gone.object_id, gone.state) == (one.object_id, "lost")
        assert "takes our tracks" in parent.said[0]

    asyncio.run(scene())


def test_a_task_is_rejected_counted_and_told(directory: NodeDirectory) -> None:
    async def scene() -> None:
        parent = Parent(acknowledged)
        async with connected(directory, parent) as client:
            await until(lambda: len(parent.heard) >= 2)
            task = messages.task(PARENT)
            parent.writers[0].write(framed(task.SerializeToString()))
            await until(lambda: any(m.task_ack is not None for m in parent.heard))
            [ack] = [m.task_ack for m in parent.heard if m.task_ack is not None]
            assert (ack.task_id, ack.task_status) == (messages.REPORT, 2)
            assert client.tasks_refused == 1
            assert "sent task number 1: refused" in parent.said[-1]

    asyncio.run(scene())


def test_an_error_of_the_parent_is_told(directory: NodeDirectory) -> None:
    async def scene() -> None:
        parent = Parent(acknowledged)
        async with connected(directory, parent) as client:
            await until(lambda: len(parent.heard) >= 2)
            error = messages.message(PARENT)
            error.error.packet = b"x"
            error.error.error_message.append("too old")
            parent.writers[0].write(framed(error.SerializeToString()) + framed(b"\xff\xff"))
            await until(lambda: client.last_error.startswith("it sends bytes"))
            assert parent.said[-1].endswith("complains: too old")

    asyncio.run(scene())


def test_who_refuses_us_or_goes_is_asked_again(
    directory: NodeDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sapient, "BACK_OFF_FIRST_S", 0.01)
    monkeypatch.setattr(sapient, "ACKNOWLEDGE_DEADLINE_S", 0.1)
    answers = [lambda r: acknowledged(r, acceptance=False), lambda _: None, acknowledged]

    async def scene() -> None:
        parent = Parent(lambda r: answers[min(parent.connections, 3) - 1](r))
        async with connected(directory, parent) as client:
            await until(lambda: any("takes our tracks" in line for line in parent.said))
            client.take(picture((1,)))
            await until(lambda: len(parent.reports()) == 1)
            parent.writers[-1].transport.abort()
            await until(lambda: parent.connections == 4)
            client.take(picture((1,), at_s=2))
            await until(lambda: len(parent.reports()) == 2)
        assert "refuses us: no room" in parent.said[0]
        assert "no answer" in parent.said[1]
        assert "takes our tracks" in parent.said[2]
        assert "is gone" in parent.said[3]

    asyncio.run(scene())


def test_our_id_is_the_same_after_every_start_and_another_nation_has_another(
    directory: NodeDirectory, tmp_path: Path
) -> None:
    init(tmp_path / "borvia", "borvia", START_NS)

    async def ids() -> list[str]:
        found = []
        for node in (directory, directory, load(tmp_path / "borvia")):
            parent = Parent(acknowledged)
            async with connected(node, parent):
                await until(lambda p=parent: len(p.heard) >= 1)
            found.append(parent.heard[0].node_id or "")
        return found

    one, same, other = asyncio.run(ids())
    assert one == same != other


def test_a_parent_elsewhere_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="must be on this machine"):
        msgspec.convert({"parent": "192.0.2.1:5020"}, SapientSettings)
