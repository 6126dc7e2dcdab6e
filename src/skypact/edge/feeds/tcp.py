"""TCP feeds, in the clear or over TLS: Skypact connects."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from skypact.core.errors import LinkError
from skypact.edge.feeds.stream import CONNECT_DEADLINE_S, STREAM_LIMIT_BYTES, run_stream
from skypact.sensors.settings import FeedSettings


async def run_tcp(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
) -> None:
    """Read until cancelled."""
    await run_stream(settings, deliver, now_ns, lambda: _connected(settings.source, None))


async def run_tls(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
) -> None:
    """Read until cancelled; the sender's certificate is checked. Raises LinkError for a file of
    the source that can't be used."""
    context = client_context(settings.source, settings.name)
    await run_stream(settings, deliver, now_ns, lambda: _connected(settings.source, context))


def client_context(source: str, feed: str) -> ssl.SSLContext:
    """Return how a tls:// source is checked: ca, the authority (the system's when left out), and
    cert with key, what we show; raises LinkError."""
    said = {key: values[0] for key, values in parse_qs(urlsplit(source).query).items()}
    try:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=said.get("ca"))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if "cert" in said:
            context.load_cert_chain(said["cert"], said.get("key"))
    except OSError as error:  # ssl.SSLError is one too
        raise LinkError(
            f"{source}: a certificate or key can't be used: {error}", link=feed
        ) from error
    return context


@asynccontextmanager
async def _connected(
    source: str, context: ssl.SSLContext | None
) -> AsyncGenerator[asyncio.StreamReader]:
    parts = urlsplit(source)
    name = parse_qs(parts.query).get("name", [parts.hostname or ""])[0]
    async with asyncio.timeout(CONNECT_DEADLINE_S):
        reader, writer = await asyncio.open_connection(
            *(parts.hostname, parts.port),
            limit=STREAM_LIMIT_BYTES,
            ssl=context,
            server_hostname=name if context else None,
        )
    try:
        yield reader
    finally:
        # Nothing is owed to a sensor: the connection is dropped, not closed in good form.
        writer.transport.abort()
