"""The channel `webhook`: a notice as JSON by HTTP POST, under a MAC that its receiver can check."""

import asyncio
import hashlib
import hmac
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import msgspec

from skypact.config.channels import LOCAL_HOSTS, WebhookSettings
from skypact.core.messages import Channel, DeliveryState, Notice, NoticeFailure
from skypact.edge.channels.secret import read_secret
from skypact.edge.channels.way import Line, NotSentError

SECOND_NS = 1_000_000_000
ANSWER_MAX = 16_384
HEADERS_MAX = 64
REQUEST_S = 5.0
WINDOW_S = 300
"""What is older than this, or has the id of an earlier one, a receiver does not believe."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: docs/reference/webhook.md."""

    id: str
    attempt: int
    event_id: str
    context: str
    stage: str
    threat_class: str
    language: str
    title: str
    text: str
    places: tuple[str, ...]
    references: tuple[str, ...]
    answer: bool
    expires_ns: int


class _Reply(NamedTuple):
    status: int
    reason: str


def signature(secret: str, time_s: int, body: bytes) -> str:
    """Return the value of X-Skypact-Signature: HMAC-SHA256 over "time.body", hexadecimal."""
    said = hmac.new(secret.encode(), f"{time_s}.".encode() + body, hashlib.sha256)
    return f"t={time_s},v1={said.hexdigest()}"


class Webhook:
    """Posts to URLs that the settings name, each with a secret of its own."""

    channel = Channel.WEBHOOK
    at_once = 32
    tries = 4
    deadline_s = 30.0

    def __init__(
        self, settings: tuple[WebhookSettings, ...], folder: Path, now_ns: Callable[[], int]
    ) -> None:
        """folder: of the node, for secrets. Raises ConfigError."""
        self._now_ns = now_ns
        self.every_s = min(one.check_every_s for one in settings)
        self._secrets = {one.url: read_secret(folder, one.secret_file) for one in settings}
        self._tls = {
            one.url: ssl.create_default_context(
                cafile=str(folder / one.authority) if one.authority else None
            )
            for one in settings
        }

    async def start(self) -> None:
        """See `Way`; nothing is held open."""

    async def stop(self) -> None:
        """See `Way`."""

    async def send(self, notice: Notice, line: Line) -> None:
        """Post it; a 2xx is what the receiver says of itself: delivered. See `Way`."""
        secret = self._secrets.get(notice.address)
        if secret is None:
            raise NotSentError(
                NoticeFailure.REFUSED, f"no [[channels.webhook]] has the url {notice.address}"
            )
        body = msgspec.json.encode(body_of(notice))
        time_s = self._now_ns() // SECOND_NS
        headers = {
            "Content-Type": "application/json",
            "X-Skypact-Signature": signature(secret, time_s, body),
            "Idempotency-Key": f"{notice.notice_id}.{notice.attempt}",
        }
        try:
            async with asyncio.timeout(REQUEST_S):
                reply = await _post(
                    urlsplit(notice.address), headers, body, self._tls[notice.address]
                )
        except (OSError, ValueError, asyncio.IncompleteReadError) as error:
            # A time-out is an OSError too.
            text = str(error) or f"no answer within {REQUEST_S:.0f} s"
            raise NotSentError(NoticeFailure.UNREACHABLE, text, again=True) from error
        said = f"{reply.status} {reply.reason}".strip()
        if 200 <= reply.status < 300:
            await line.report(DeliveryState.DELIVERED, said)
            return
        passing = reply.status in (408, 425, 429) or reply.status >= 500
        failure = NoticeFailure.UNREACHABLE if passing else NoticeFailure.REFUSED
        raise NotSentError(failure, said, again=passing)

    async def check(self) -> str:
        """See `Way`: whether each receiver takes connections."""
        silent: list[str] = []
        for url, tls in self._tls.items():
            try:
                async with asyncio.timeout(REQUEST_S):
                    _, writer = await _connect(urlsplit(url), tls)
                writer.close()
            except OSError as error:
                silent.append(f"{urlsplit(url).hostname}: {error or 'no answer'}")
        if silent:
            raise NotSentError(NoticeFailure.UNREACHABLE, "; ".join(silent))
        return f"{len(self._tls)} receivers take connections"


def body_of(notice: Notice) -> Body:
    """Return what is sent of a notice."""
    return Body(
        id=notice.notice_id,
        attempt=notice.attempt,
        event_id=notice.event_id,
        context=notice.context.value,
        stage=notice.stage.value,
        threat_class=notice.threat_class.name.lower(),
        language=notice.language,
        title=notice.title,
        text=notice.text,
        places=tuple(area.name for area in notice.areas),
        references=notice.references,
        answer=notice.answer,
        expires_ns=notice.expires_ns,
    )


async def _connect(
    url: SplitResult, tls: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    secure = url.scheme == "https"
    host = url.hostname or ""
    if not secure and host not in LOCAL_HOSTS:
        raise OSError("plain http leaves this machine")
    port = url.port or (443 if secure else 80)
    return await asyncio.open_connection(host, port, ssl=tls if secure else None, limit=ANSWER_MAX)


async def _post(
    url: SplitResult, headers: dict[str, str], body: bytes, tls: ssl.SSLContext
) -> _Reply:
    """Send one request; return the first line of the answer. Raises OSError, ValueError.

    HTTP/1.1 with Connection: close; redirects are not followed: the body is for one receiver."""
    reader, writer = await _connect(url, tls)
    try:
        path = url.path or "/"
        target = f"{path}?{url.query}" if url.query else path
        lines = [f"POST {target} HTTP/1.1", f"Host: {url.netloc.rpartition('@')[2]}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
        for _ in range(HEADERS_MAX):
            line = (await reader.readuntil(b"\n")).decode("latin-1").strip()
            version, _, rest = line.partition(" ")
            status, _, reason = rest.partition(" ")
            if not version.startswith("HTTP/1.") or not (len(status) == 3 and status.isdigit()):
                raise ValueError("the answer is no HTTP")
            if int(status) >= 200:
                printable = "".join(c if c.isprintable() else " " for c in reason[:80])
                return _Reply(int(status), printable.strip())
            while (await reader.readuntil(b"\n")).strip():  # headers of a 1xx
                pass
        raise ValueError("the answer has no end")
    except asyncio.LimitOverrunError as error:
        raise ValueError("the answer is too long") from error
    finally:
        writer.close()
