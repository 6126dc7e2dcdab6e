"""Feeds that are streams: opened, read, and opened again for as long as it takes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from skypact.edge.feeds.sapient import read_frame
from skypact.sensors.settings import FeedSettings

CONNECT_DEADLINE_S = 10.0
SILENCE_PERIODS, SILENCE_MIN_S = 10, 30.0
BACK_OFF_FIRST_S, BACK_OFF_MAX_S = 0.5, 15.0
CHUNK_BYTES = 16_384
STREAM_LIMIT_BYTES = 256 * 1024
_BLOCK_HEADER_BYTES = 3

Opened = AbstractAsyncContextManager[asyncio.StreamReader]


async def run_stream(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
    opened: Callable[[], Opened],
) -> None:
    """Read until cancelled. opened: makes a connection; it raises OSError when there is none.

    A refused, lost or silent connection is made anew after a back-off that doubles to
    BACK_OFF_MAX_S and falls back once bytes have come.
    """
    back_off_s = BACK_OFF_FIRST_S
    while True:
        heard = False
        try:
            async for data in _pieces(settings, opened):
                heard = True
                deliver(settings.name, data, now_ns())
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass
        if heard:
            back_off_s = BACK_OFF_FIRST_S
        await asyncio.sleep(back_off_s)
        back_off_s = min(2 * back_off_s, BACK_OFF_MAX_S)


async def _pieces(settings: FeedSettings, opened: Callable[[], Opened]) -> AsyncIterator[bytes]:
    """Yield what one connection brings, to its end."""
    silence_s = max(SILENCE_MIN_S, SILENCE_PERIODS * settings.period_s)
    piece = PIECES.get(settings.format, _chunk)
    async with opened() as reader:
        while True:
            async with asyncio.timeout(silence_s):
                data = await piece(reader)
            if not data:
                return
            yield data


async def _chunk(reader: asyncio.StreamReader) -> bytes:
    return await reader.read(CHUNK_BYTES)


async def _block(reader: asyncio.StreamReader) -> bytes:
    """Return one ASTERIX data block; b"" ends a stream whose lengths make no sense."""
    header = await reader.readexactly(_BLOCK_HEADER_BYTES)
    left = int.from_bytes(header[1:], "big") - _BLOCK_HEADER_BYTES
    return header + await reader.readexactly(left) if left > 0 else b""


PIECES = {"asterix": _block, "sapient": read_frame}
"""How a stream of a format is cut; any other is handed on as it comes."""
