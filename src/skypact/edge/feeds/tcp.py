"""TCP feeds: connect, read, and connect again for as long as it takes."""

import asyncio
from collections.abc import Callable
from urllib.parse import urlsplit

from skypact.edge.feeds.sapient import read_frame
from skypact.sensors.settings import FeedSettings

CONNECT_DEADLINE_S = 10.0
SILENCE_PERIODS, SILENCE_MIN_S = 10, 30.0
BACK_OFF_FIRST_S, BACK_OFF_MAX_S = 0.5, 15.0
CHUNK_BYTES = 16_384
STREAM_LIMIT_BYTES = 256 * 1024
_BLOCK_HEADER_BYTES = 3


async def run_tcp(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
) -> None:
    """Read until cancelled.

    A refused, lost or silent connection is made anew after a back-off that doubles to
    BACK_OFF_MAX_S and falls back once bytes have come.
    """
    back_off_s = BACK_OFF_FIRST_S
    while True:
        if await _read_connection(settings, deliver, now_ns):
            back_off_s = BACK_OFF_FIRST_S
        await asyncio.sleep(back_off_s)
        back_off_s = min(2 * back_off_s, BACK_OFF_MAX_S)


async def _read_connection(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
) -> bool:
    """Read one connection to its end; return whether any bytes came."""
    parts = urlsplit(settings.source)
    silence_s = max(SILENCE_MIN_S, SILENCE_PERIODS * settings.period_s)
    piece = PIECES[settings.format]
    heard = False
    try:
        async with asyncio.timeout(CONNECT_DEADLINE_S):
            reader, writer = await asyncio.open_connection(
                parts.hostname, parts.port, limit=STREAM_LIMIT_BYTES
            )
    except (OSError, TimeoutError):
        return heard
    try:
        while True:
            async with asyncio.timeout(silence_s):
                data = await piece(reader)
            if not data:
                return heard
            heard = True
            deliver(settings.name, data, now_ns())
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return heard
    finally:
        # Nothing is owed to a sensor: the connection is dropped, not closed in good form.
        writer.transport.abort()


async def _chunk(reader: asyncio.StreamReader) -> bytes:
    return await reader.read(CHUNK_BYTES)


async def _block(reader: asyncio.StreamReader) -> bytes:
    """Return one ASTERIX data block; b"" ends a stream whose lengths make no sense."""
    header = await reader.readexactly(_BLOCK_HEADER_BYTES)
    left = int.from_bytes(header[1:], "big") - _BLOCK_HEADER_BYTES
    return header + await reader.readexactly(left) if left > 0 else b""


PIECES = {"asterix": _block, "beast": _chunk, "sapient": read_frame}
"""How a stream of a format is cut."""
