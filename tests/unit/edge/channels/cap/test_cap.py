"""The channel as a reader sees it: served, signed, updating and cancelling by reference."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from skypact.config.channels import CapSettings
from skypact.core.errors import LinkError
from skypact.core.messages import Channel, Context, DeliveryState, NoticeFailure, Stage
from skypact.edge.channels.cap.cap import CapFeed
from skypact.edge.channels.cap.signing import CERTIFICATE
from skypact.edge.channels.way import NotSentError
from tests.unit.edge.channels.cap.reading import texts, valid, verified
from tests.unit.edge.channels.notices import Ledger, notice, until

ATOM = "{http://www.w3.org/2005/Atom}"
D = DeliveryState


def with_feed(
    folder: Path, work: Callable[[CapFeed, httpx.AsyncClient], Awaitable[Any]], **settings: Any
) -> Any:
    async def run() -> Any:
        given = {"sender": "x.example", "folder": "cap", "port": 0} | settings
        feed = CapFeed(
            CapSettings(**given), folder, folder, "Auria", Context.EXERCISE, time.time_ns
        )
        await feed.start()
        try:
            url = f"http://127.0.0.1:{feed.port}"
            async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
                return await work(feed, client)
        finally:
            await feed.stop()

    return asyncio.run(run())


def test_an_event_is_told_updated_and_cancelled_by_reference(tmp_path: Path) -> None:
    async def work(feed: CapFeed, client: httpx.AsyncClient) -> list[Any]:
        ledger = Ledger()
        stages = [Stage.PREPARE, Stage.TAKE_COVER, Stage.CORRECTION]
        for i, stage in enumerate(stages):
            one = notice(
                Channel.CAP, stage=stage, notice_id=f"n{i}",
                references=tuple(f"n{j}" for j in range(i)),
            )  # fmt: skip
            await feed.send(one, ledger.line(one))
        assert ledger.states == [D.SENT] * 3
        index = etree.fromstring((await client.get("/feed.atom")).content)
        names = [e.findtext(f"{ATOM}id").rpartition("/")[2] for e in index.iter(f"{ATOM}entry")]
        answers = [await client.get(f"/{name}") for name in sorted(names)]
        assert {a.headers["content-type"] for a in answers} == {"application/cap+xml"}
        await until(lambda: ledger.states.count(D.DELIVERED) == 3)
        assert ledger.reported[-1].evidence == "fetched by 127.0.0.1"
        return [a.content for a in answers]

    messages = with_feed(tmp_path, work)
    certificate = (tmp_path / CERTIFICATE).read_text()
    roots = [valid(m) for m in messages]
    assert all(verified(m, certificate) is not None for m in messages)
    assert [texts(r, "msgType") for r in roots] == [["Alert"], ["Update"], ["Cancel"]]
    named = texts(roots[2], "references")[0].split()
    assert [n.split(",")[1] for n in named] == ["n0.1", "n1.1"]
    assert [n.split(",")[2] for n in named] == [texts(r, "sent")[0] for r in roots[:2]]


def test_the_same_attempt_again_changes_nothing(tmp_path: Path) -> None:
    async def work(feed: CapFeed, client: httpx.AsyncClient) -> None:
        ledger, one = Ledger(), notice(Channel.CAP)
        await feed.send(one, ledger.line(one))
        first = (tmp_path / "cap/n1.1.xml").read_bytes()
        await feed.send(one, ledger.line(one))
        assert (tmp_path / "cap/n1.1.xml").read_bytes() == first
        assert ledger.states == [D.SENT] * 2

    with_feed(tmp_path, work)


def test_nothing_but_the_feed_is_served(tmp_path: Path) -> None:
    async def work(feed: CapFeed, client: httpx.AsyncClient) -> None:
        for name in ("/cap.key", "/index.json", "/..%2fcap.key", "/%2e%2e/cap.crt", "/no.xml", "/"):
            assert (await client.get(name)).status_code == 404, name

    with_feed(tmp_path, work)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    async def work(feed: CapFeed, client: httpx.AsyncClient) -> None:
        assert (await feed.check()).startswith("served at port")
        for path in (tmp_path / "cap").iterdir():
            path.unlink()
        (tmp_path / "cap").rmdir()
        with pytest.raises(NotSentError, match="cannot be written"):
            await feed.check()
        with pytest.raises(NotSentError) as caught:
            await feed.send(notice(Channel.CAP), Ledger().line(notice(Channel.CAP)))
        assert caught.value.failure is NoticeFailure.UNREACHABLE
        assert caught.value.again

    with_feed(tmp_path, work)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    async def work(feed: CapFeed, client: httpx.AsyncClient) -> None:
        second = CapFeed(
            CapSettings(sender="x.example", folder="cap", port=feed.port),
            tmp_path, tmp_path, "Auria", Context.EXERCISE, time.time_ns,
        )  # fmt: skip
        with pytest.raises(LinkError, match="cannot be used"):
            await second.start()

    with_feed(tmp_path, work)
