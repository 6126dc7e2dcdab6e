"""The running console, spoken to as a page would."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from skypact.config.settings import ConsoleSettings
from skypact.console import service
from skypact.console.auth import open_seat
from skypact.console.service import Console
from skypact.console.settings import NodeIdentity
from skypact.core.errors import ConfigError
from skypact.core.messages import (
    AcknowledgeWarning,
    Context,
    Message,
    NodeStarted,
    ReleaseWithheld,
    ReportShown,
)
from tests.unit.console.scene import SITES, Scene, now_ns, warning
from tests.unit.console.test_web import sit_down

AURIA = NodeIdentity(nation="auria", context=Context.EXERCISE, display_name="Auria")
Talk = Callable[[ClientConnection], Awaitable[Any]]


async def refuse(_: Message) -> str:
    return "no"


def talk(scene: Scene, talk: Talk, cookie: str = "") -> Any:
    """Open a stream as the page does, run `talk` with it, return what it returns."""
    port = scene.console.port
    headers = {"Cookie": cookie or sit_down(scene), "Origin": f"http://127.0.0.1:{port}"}

    async def run() -> Any:
        url = f"ws://127.0.0.1:{port}/stream"
        async with connect(url, additional_headers=headers, compression="deflate") as web:
            return await asyncio.wait_for(talk(web), 10)

    return asyncio.run(run())


async def until(web: ClientConnection, kind: str) -> Any:
    """Return the next message of `kind`; b"" stands for a picture."""
    async for data in web:
        if isinstance(data, bytes):
            if kind == "picture":
                return data
        elif json.loads(data)["kind"] == kind:
            return json.loads(data)
    raise AssertionError(f"closed before {kind}")


async def listen(web: ClientConnection) -> None:
    """Read without ever answering, until the node closes."""
    while True:
        await web.recv()


@pytest.fixture
def scene():
    with Scene(ConsoleSettings(roster=("Ilse Maren",), clients_max=2)) as scene:
        yield scene


def test_a_new_page_gets_all_that_is_known(scene: Scene) -> None:
    scene.warn(warning(1))
    scene.picture(flights=3)
    scene.inputs()
    scene.publish(
        ReleaseWithheld(**scene.header(), partner="borvia", what="t", reason="r", withheld=2),
        NodeStarted(**scene.header(), epoch=1, version="0"),
    )

    async def page(web: ClientConnection) -> None:
        hello = await until(web, "hello")
        assert (hello["nation"], hello["context"], hello["person"]) == ("auria", "exercise", "")
        assert [site["name"] for site in hello["sites"]] == [site.name for site in SITES]
        assert hello["layout"][0]["dtype"] == "u4"
        assert abs(hello["now_ms"] - now_ns() / 1e6) < 60_000
        assert (await until(web, "warnings"))["rows"][0]["id"] == "borvia-w1"
        assert (await until(web, "feeds"))["feeds"][0]["name"] == "auria-east"
        assert len((await until(web, "links"))["links"]) == 2
        (noted,) = (await until(web, "notices"))["rows"]
        assert noted["kind"] == "withheld"
        assert noted["count"] == 2
        assert (await until(web, "texts"))["rows"]
        assert (await until(web, "picture"))[:4] == b"SKP1"
        assert web.protocol.extensions == []  # no deflate, whatever the page offers

    talk(scene, page)


def test_an_acknowledgement_goes_round(scene: Scene) -> None:
    scene.warn(warning(1))

    async def page(web: ClientConnection) -> None:
        await until(web, "hello")
        await web.send('{"ask":"acknowledge","warning_id":"borvia-w1"}')
        assert "on watch" in (await until(web, "refused"))["reason"]
        await web.send('{"ask":"watch","person":"Ilse Maren"}')
        assert (await until(web, "done"))["person"] == "Ilse Maren"
        await web.send('{"ask":"shown","rows":[["borvia-w1",20.0]]}')
        await web.send('{"ask":"acknowledge","warning_id":"borvia-w1"}')
        row = (await until(web, "warnings"))["rows"][0]
        assert (row["state"], row["acknowledged_by"]) == ("acknowledged", "Ilse Maren")
        assert (await until(web, "done"))["ask"] == "acknowledge"

    cookie = sit_down(scene)
    before = now_ns()
    talk(scene, page, cookie)
    (command,) = scene.commands(AcknowledgeWarning)
    assert command.person == "Ilse Maren"
    (report,) = scene.commands(ReportShown)
    assert before - 20_000_000 <= report.observed_ns <= now_ns() - 20_000_000

    async def again(web: ClientConnection) -> None:
        assert (await until(web, "hello"))["person"] == "Ilse Maren"

    talk(scene, again, cookie)


@pytest.mark.parametrize("sent", ["junk", b"\x00\x01", "x" * 70_000], ids=["junk", "bytes", "long"])
def test_a_page_that_talks_nonsense_is_closed(scene: Scene, sent: str | bytes) -> None:
    async def page(web: ClientConnection) -> None:
        await web.send(sent)
        with pytest.raises(ConnectionClosed):
            await listen(web)

    talk(scene, page)


def test_too_many_pages_are_refused(scene: Scene) -> None:
    async def page(first: ClientConnection) -> None:
        await until(first, "hello")
        url, headers = f"ws://127.0.0.1:{scene.console.port}/stream", first.request.headers
        sent = {k: headers[k] for k in ("Cookie", "Origin")}
        async with connect(url, additional_headers=sent) as second:
            await until(second, "hello")
            with pytest.raises(Exception, match="403"):
                await connect(url, additional_headers=sent)

    talk(scene, page)


def test_a_page_that_no_longer_answers_is_closed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_TICK_S", 0.05)
    monkeypatch.setattr(service, "_SILENT_S", 0.2)

    async def page(web: ClientConnection) -> int | None:
        with pytest.raises(ConnectionClosed):
            await listen(web)
        return web.close_code

    assert talk(scene, page) == 4008


def test_a_decision_goes_on_when_its_page_is_closed(scene: Scene) -> None:
    scene.warn(warning(1))

    async def page(web: ClientConnection) -> None:
        await until(web, "hello")
        await web.send('{"ask":"watch","person":"Ilse Maren"}')
        await until(web, "done")
        await web.send('{"ask":"acknowledge","warning_id":"borvia-w1"}')

    talk(scene, page)
    scene.call(lambda: None)
    assert len(scene.commands(AcknowledgeWarning)) == 1


def test_the_alarm_is_hushed_at_every_seat(scene: Scene) -> None:
    async def page(web: ClientConnection) -> None:
        assert (await until(web, "hush"))["until_ms"] == 0
        await web.send('{"ask":"hush"}')
        assert (await until(web, "hush"))["until_ms"] > 0

    talk(scene, page)


def test_it_refuses_to_listen_beyond_this_machine() -> None:
    with pytest.raises(ConfigError, match="this machine only"):
        Console(ConsoleSettings(host="0.0.0.0"), AURIA, refuse, now_ns)


def test_a_port_in_use_is_explained() -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            console = Console(ConsoleSettings(port=port), AURIA, refuse, now_ns)
            with pytest.raises(ConfigError, match=f"127.0.0.1:{port} cannot be used"):
                await console.start()

    asyncio.run(run())


def test_it_serves_until_told_to_stop_and_keeps_its_key(tmp_path: Path) -> None:
    seat = tmp_path / "seat.json"

    async def once() -> None:
        console = Console(ConsoleSettings(), AURIA, refuse, now_ns, (), seat)
        stopping = asyncio.Event()
        stopping.set()
        await asyncio.wait_for(console.serve(stopping), 10)
        assert open_seat(seat, now_ns()).startswith(f"{console.url}/open?token=")
        with pytest.raises(OSError, match=r"refused|Connect"):
            await asyncio.open_connection("127.0.0.1", console.port)

    asyncio.run(once())
    key = json.loads(seat.read_text())["key"]
    asyncio.run(once())
    assert json.loads(seat.read_text())["key"] == key


def test_a_busy_moment_makes_nothing_look_later() -> None:
    client = service._Client(None, None, 0.0, None)  # type: ignore[arg-type]
    assert client.sent_ns(0.0, 7) == 7
    assert client.sent_ns(1000.0, 5_000_000_000) == 5_000_000_000
    # The next message took 80 ms longer on its way, the one after it was quicker by 1 ms.
    assert client.sent_ns(2000.0, 6_080_000_000) == 6_000_000_000
    assert client.sent_ns(3000.0, 6_999_000_000) == 6_999_000_000
    assert client.sent_ns(4000.0, 8_050_000_000) == 7_999_000_000
