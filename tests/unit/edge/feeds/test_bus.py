"""A feed over the node's own message server, with a real one: the right holder of the right
certificate brings bytes, and can do nothing else."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import nats.errors
import pytest
from nats.aio.client import Client

from skypact.core.errors import LinkError
from skypact.core.messages import Context
from skypact.edge.feeds.run import run_feed
from skypact.edge.links import pki
from skypact.edge.links.link import Endpoint, client_options
from skypact.edge.links.nats_config import NationServer, nation_config, server_name
from skypact.edge.links.nats_server import NatsServer, kept_port
from tests.e2e.nats_lab import now_ns, until
from tests.unit.edge.feeds.listening import Delivered, settings

pytestmark = pytest.mark.e2e
CONTEXT = Context.EXERCISE


def end(folder: Path, role: pki.Role, port: int) -> Endpoint:
    authority = pki.make_authority(folder / "pki", "auria", CONTEXT, now_ns())
    return Endpoint(
        nation="auria",
        context=CONTEXT,
        partners=(),
        port=port,
        app=pki.issue(authority, role, now_ns()),
        authority=authority.certificate,
    )


def server(folder: Path, port: int) -> NatsServer:
    authority = pki.make_authority(folder / "pki", "auria", CONTEXT, now_ns())
    config = NationServer(
        nation="auria",
        context=CONTEXT,
        partners=("borvia",),
        port=port,
        hubs=(),
        server=pki.issue(authority, pki.Role.SERVER, now_ns(), ("127.0.0.1",)),
        node=pki.issue(authority, pki.Role.NODE, now_ns()),
        authority=authority.certificate,
        hub_authority=authority.certificate,
        log=folder / "log",
    )
    return NatsServer(folder / "nats", server_name("auria", CONTEXT), port, nation_config(config))


async def sender(folder: Path, role: pki.Role, port: int, refused: list[str]) -> Client:
    async def failed(error: Exception) -> None:
        refused.append(str(error))

    client = Client()
    options: dict[str, Any] = client_options(end(folder, role, port))
    await client.connect(**options, error_cb=failed)
    return client


def test_the_holder_of_the_feed_certificate_brings_bytes_and_nothing_else(tmp_path: Path) -> None:
    async def scene() -> None:
        port = kept_port(tmp_path / "port")
        made = server(tmp_path, port)
        await made.start()
        delivered: Delivered = []
        feed = settings("nats:feed.launches", "launches")
        mine = end(tmp_path, pki.Role.APP, port)
        listening = run_feed(feed, lambda *item: delivered.append(item), now_ns, CONTEXT, mine)
        tasks = [asyncio.create_task(made.run()), asyncio.create_task(listening)]
        refused: list[str] = []
        client = await sender(tmp_path, pki.Role.FEED, port, refused)
        await client.publish("feed.launches", b"x" * 65_536)
        for _ in range(200):  # until the feed has subscribed
            await client.publish("feed.launches", b"{}")
            await client.flush()
            if delivered:
                break
            await asyncio.sleep(0.02)
        assert {(name, data) for name, data, _ in delivered} == {("feed", b"{}")}
        await client.publish("exercise.borvia.auria.warning", b"forged")
        await client.subscribe("exercise.>")
        await client.flush()
        await until(lambda: len(refused) == 2)
        assert all("permissions violation" in text.lower() for text in refused)
        await client.close()
        with pytest.raises((OSError, nats.errors.Error)):
            await sender(tmp_path, pki.Role.INTAKE, port, refused)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await made.stop()

    asyncio.run(scene())


def test_without_a_message_server_it_is_said() -> None:
    feed = msgspec.structs.replace(settings("nats:feed.x", "launches"))
    with pytest.raises(LinkError, match="no message server"):
        asyncio.run(run_feed(feed, lambda *_: None, now_ns, Context.TEST))
