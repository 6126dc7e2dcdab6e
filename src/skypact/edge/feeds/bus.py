"""Feeds of the node's own message server: who holds the feed certificate publishes there."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast
from urllib.parse import urlsplit

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from skypact.edge.links.link import Endpoint, client_options
from skypact.edge.log import logger
from skypact.sensors.settings import FeedSettings

RETRY_S = 0.5
CONNECT_DEADLINE_S = 5.0
CLOSE_DEADLINE_S = 1.0
DATAGRAM_BYTES_MAX = 65_535
UNREAD_MAX = 20_000


async def run_nats(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
    endpoint: Endpoint,
) -> None:
    """Receive until cancelled; a lost connection is made again. Messages that are too long for a
    datagram are passed over."""

    async def take(message: Msg) -> None:
        if len(message.data) <= DATAGRAM_BYTES_MAX:
            deliver(settings.name, message.data, now_ns())

    told = False
    while True:
        lost, client = asyncio.Event(), Client()
        try:
            async with asyncio.timeout(CONNECT_DEADLINE_S):
                await _subscribe(client, endpoint, urlsplit(settings.source).path, take, lost)
            told = False
            await lost.wait()
        except (OSError, nats.errors.Error, TimeoutError) as error:
            if not told:  # one line an outage
                logger().warning("feed_unreachable", feed=settings.name, why=str(error))
            told = True
        finally:
            with suppress(OSError, nats.errors.Error, TimeoutError):
                async with asyncio.timeout(CLOSE_DEADLINE_S):
                    await client.close()
        await asyncio.sleep(RETRY_S)


async def _subscribe(
    client: Client, endpoint: Endpoint, subject: str, take: Any, lost: asyncio.Event
) -> None:
    async def closed() -> None:
        lost.set()

    async def failed(error: Exception) -> None:
        # The client would print a traceback; a lost connection is told in one line an outage, and
        # the node's own server may begin a little later than this.
        if client.is_connected:
            logger().info("feed_trouble", subject=subject, why=str(error))

    await client.connect(**client_options(endpoint), closed_cb=closed, error_cb=failed)
    # The client's own type of `subscribe` is only partly known to a strict checker.
    await cast(Any, client).subscribe(subject, cb=take, pending_msgs_limit=UNREAD_MAX)
    await client.flush(timeout=2)
