"""Posts to a real HTTP server that checks them as the reference page says."""

import asyncio
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from skypact.config.channels import WebhookSettings
from skypact.config.private import write_private
from skypact.core.messages import Channel, Context, DeliveryState, NoticeFailure
from skypact.edge.channels import webhook
from skypact.edge.channels.way import NotSentError
from skypact.edge.channels.webhook import Webhook, signature
from skypact.edge.links import pki
from tests.unit.edge.channels.notices import Ledger, notice

D = DeliveryState


class Receiver:
    """An HTTP server. answer: what it sends back."""

    def __init__(self, answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n") -> None:
        self.answer = answer
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.lines: list[str] = []

    async def start(self, tls: ssl.SSLContext | None = None) -> int:
        self.server = await asyncio.start_server(self.take, "127.0.0.1", 0, ssl=tls)
        return self.server.sockets[0].getsockname()[1]

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:
            writer.close()
            return
        first, *lines = head.split("\r\n")[:-2]
        headers = {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.lines.append(first)
        self.requests.append((headers, body))
        writer.write(self.answer)
        await writer.drain()
        writer.close()


def believed(headers: dict[str, str], body: bytes, secret: str, now_s: float) -> bool:
    """Return what a receiver makes of a request, by the reference page."""
    said = dict(part.split("=", 1) for part in headers["x-skypact-signature"].split(","))
    expected = hmac.new(secret.encode(), said["t"].encode() + b"." + body, hashlib.sha256)
    fresh = abs(now_s - int(said["t"])) <= webhook.WINDOW_S
    return fresh and hmac.compare_digest(expected.hexdigest(), said["v1"])


def posting(
    folder: Path,
    work: Callable[[Webhook, str], Awaitable[Any]],
    receiver: Receiver,
    path: str = "/alerts?x=1",
) -> Any:
    async def run() -> Any:
        port = await receiver.start()
        write_private(folder / "secret", "s3cret")
        url = f"http://127.0.0.1:{port}{path}"
        settings = WebhookSettings(url=url, secret_file="secret")
        try:
            return await work(Webhook((settings,), folder, time.time_ns), url)
        finally:
            receiver.server.close()

    return asyncio.run(run())


async def send(one: Webhook, url: str) -> Ledger:
    ledger, each = Ledger(), notice(Channel.WEBHOOK, url)
    await one.send(each, ledger.line(each))
    return ledger


def test_a_receiver_believes_it_and_the_notice_is_delivered(tmp_path: Path) -> None:
    receiver = Receiver()
    ledger = posting(tmp_path, send, receiver)
    [(headers, body)] = receiver.requests
    assert receiver.lines == ["POST /alerts?x=1 HTTP/1.1"]
    assert believed(headers, body, "s3cret", time.time())
    assert not believed(headers, body, "other", time.time())
    assert not believed(headers, body.replace(b"exercise", b"operation"), "s3cret", time.time())
    assert not believed(headers, body, "s3cret", time.time() + webhook.WINDOW_S + 2)
    said = json.loads(body)
    assert (said["id"], said["context"], said["stage"]) == ("n1", "exercise", "take_cover")
    assert said["text"].startswith("Exercise, exercise")
    assert headers["idempotency-key"] == "n1.1"
    assert [(r.state, r.evidence) for r in ledger.reported] == [(D.DELIVERED, "204 No Content")]


def test_a_signature_is_what_it_was() -> None:
    """A golden value: receivers are written by others."""
    assert signature("key", 1_700_000_000, b"{}") == (
        "t=1700000000,v1=" + hmac.new(b"key", b"1700000000.{}", "sha256").hexdigest()
    )


@pytest.mark.parametrize(
    ("answer", "meant", "again"),
    [
        (b"HTTP/1.1 500 Oh\r\n\r\n", NoticeFailure.UNREACHABLE, True),
        (b"HTTP/1.1 429 Slow\r\n\r\n", NoticeFailure.UNREACHABLE, True),
        (b"HTTP/1.1 401 Who\r\n\r\n", NoticeFailure.REFUSED, False),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n",
            NoticeFailure.REFUSED,
            False,
        ),
        (b"SSH-2.0-x\r\n", NoticeFailure.UNREACHABLE, True),
        (b"", NoticeFailure.UNREACHABLE, True),
        (b"HTTP/1.1 " + b"x" * 40_000, NoticeFailure.UNREACHABLE, True),
        (b"HTTP/1.1 100 C\r\n\r\n" * 100, NoticeFailure.UNREACHABLE, True),
    ],
)
def test_what_an_answer_means(
    tmp_path: Path, answer: bytes, meant: NoticeFailure, again: bool
) -> None:
    with pytest.raises(NotSentError) as caught:
        posting(tmp_path, send, Receiver(answer))
    assert (caught.value.failure, caught.value.again) == (meant, again)


def test_an_answer_after_a_hint_counts(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 \x1b[31mOK\r\n\r\n"
    ledger = posting(tmp_path, send, Receiver(answer))
    assert ledger.reported[0].evidence == "200 [31mOK"


def test_a_receiver_that_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "REQUEST_S", 0.1)

    class Mute(Receiver):
        async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

    with pytest.raises(NotSentError, match="no answer within") as caught:
        posting(tmp_path, send, Mute())
    assert caught.value.again


def test_only_urls_of_the_settings_are_posted_to(tmp_path: Path) -> None:
    receiver = Receiver()

    async def elsewhere(one: Webhook, url: str) -> None:
        await send(one, url + "&more")

    with pytest.raises(NotSentError, match="no \\[\\[channels"):
        posting(tmp_path, elsewhere, receiver)
    assert receiver.requests == []


def test_the_heartbeat_connects(tmp_path: Path) -> None:
    async def check(one: Webhook, url: str) -> str:
        return await one.check()

    assert posting(tmp_path, check, Receiver()) == "1 receivers take connections"

    async def after(one: Webhook, url: str) -> None:
        receiver.server.close()
        await receiver.server.wait_closed()
        with pytest.raises(NotSentError, match=r"127\.0\.0\.1"):
            await one.check()

    receiver = Receiver()
    posting(tmp_path, after, receiver)


def test_https_is_verified(tmp_path: Path) -> None:
    authority = pki.make_authority(tmp_path, "auria", Context.EXERCISE, time.time_ns())
    made = pki.issue(authority, pki.Role.INTAKE, time.time_ns(), ("127.0.0.1",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    (tmp_path / "authority.pem").write_bytes(authority.certificate.read_bytes())
    write_private(tmp_path / "secret", "s")

    async def run(given: str) -> list[DeliveryState]:
        receiver = Receiver()
        url = f"https://127.0.0.1:{await receiver.start(context)}/"
        settings = WebhookSettings(url=url, secret_file="secret", authority=given)
        try:
            return (await send(Webhook((settings,), tmp_path, time.time_ns), url)).states
        finally:
            receiver.server.close()

    assert asyncio.run(run("authority.pem")) == [D.DELIVERED]
    with pytest.raises(NotSentError, match="CERTIFICATE_VERIFY_FAILED"):
        asyncio.run(run(""))
