"""What the tests of feeds share: a list that datagrams are delivered to."""

import asyncio
from collections.abc import Callable

import msgspec

from skypact.core.messages import Context
from skypact.edge.feeds.run import run_feed
from skypact.sensors.settings import FeedSettings

NOW_NS = 1_790_000_000_000_000_000
Delivered = list[tuple[str, bytes, int]]


def settings(source: str, form: str = "asterix", period_s: float = 1.0) -> FeedSettings:
    table = {"name": "feed", "source": source, "format": form, "period_s": period_s}
    return msgspec.convert(table, FeedSettings)


def now_ns() -> int:
    return NOW_NS


async def turns_until(condition: Callable[[], bool]) -> None:
    """Let the event loop turn until the condition holds; fails after a million turns."""
    for _ in range(1_000_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came to be")


class Listener:
    """A running feed and what it delivered. `until` waits for a condition, at most 10 s."""

    def __init__(self, feed: FeedSettings) -> None:
        self.delivered: Delivered = []
        self._arrived = asyncio.Event()
        self.task = asyncio.create_task(run_feed(feed, self._deliver, now_ns, Context.EXERCISE))

    def _deliver(self, feed: str, data: bytes, arrival_ns: int) -> None:
        self.delivered.append((feed, data, arrival_ns))
        self._arrived.set()

    @property
    def data(self) -> bytes:
        return b"".join(data for _, data, _ in self.delivered)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self._arrived.clear()
                await self._arrived.wait()

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task], timeout=5)
