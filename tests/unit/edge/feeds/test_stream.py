"""Streams are opened anew, later and later while nothing comes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from skypact.edge.feeds import stream
from tests.unit.edge.feeds.listening import Delivered, now_ns, settings


def test_the_pause_doubles_until_bytes_come(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    tries = [b"", b"", b"", b"heard", b"", b""]
    delivered: Delivered = []

    async def note(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == len(tries):
            raise asyncio.CancelledError

    @asynccontextmanager
    async def opened() -> AsyncGenerator[asyncio.StreamReader]:
        data = tries[len(waited)]
        if not data:
            raise ConnectionRefusedError
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        yield reader

    monkeypatch.setattr(stream.asyncio, "sleep", note)
    feed = settings("tcp://127.0.0.1:1", "beast")
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stream.run_stream(feed, lambda *d: delivered.append(d), now_ns, opened))
    assert waited == [0.5, 1, 2, 0.5, 1, 2]
    assert [data for _, data, _ in delivered] == [b"heard"]
