"""SAPIENT feeds: messages of a middleware we connect to, or of nodes that connect to us."""

import asyncio
import hashlib
from collections.abc import Callable
from urllib.parse import urlsplit

from skypact.core.errors import LinkError
from skypact.core.messages import Context
from skypact.sensors.sapient.answers import answer
from skypact.sensors.sapient.frames import (
    HEADER_BYTES,
    MESSAGE_BYTES_MAX,
    SKIPPED_BYTES_MAX,
    framed,
    length,
)
from skypact.sensors.sapient.ids import uuid4
from skypact.sensors.settings import FeedSettings

SENDERS_MAX = 64
SENDER_BUFFER_BYTES = 256 * 1024
SILENCE_PERIODS, SILENCE_MIN_S = 10, 30.0
STREAM_LIMIT_BYTES = 256 * 1024


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """Return one frame; the header alone of a message that is too long, which is skipped.

    b"" ends a stream whose lengths make no sense.
    """
    header = await reader.readexactly(HEADER_BYTES)
    size = length(header)
    if size > SKIPPED_BYTES_MAX:
        return b""
    if size <= MESSAGE_BYTES_MAX:
        return header + await reader.readexactly(size)
    while size:
        size -= len(await reader.readexactly(min(size, MESSAGE_BYTES_MAX)))
    return header


def own_id(settings: FeedSettings) -> str:
    """Return the UUID under which a feed answers: the same after every start."""
    text = f"skypact sapient {settings.name} {settings.source}"
    return uuid4(hashlib.blake2b(text.encode(), digest_size=16).digest())


async def run_listening(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
    context: Context,
) -> None:
    """Wait for senders and read them until cancelled; answer what the standard wants answered.

    Raises LinkError when the port can't be had.
    """
    parts = urlsplit(settings.source)
    silence_s = max(SILENCE_MIN_S, SILENCE_PERIODS * settings.period_s)
    me, senders = own_id(settings), dict[asyncio.StreamWriter, asyncio.Task[None] | None]()

    async def read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            async with asyncio.timeout(silence_s):
                frame = await read_frame(reader)
            if not frame:
                return
            deliver(settings.name, frame, now_ns())
            reply = answer(frame[HEADER_BYTES:], me, now_ns(), context)
            if reply:
                if writer.transport.get_write_buffer_size() > SENDER_BUFFER_BYTES:
                    return  # who reads no answers gets none
                writer.write(framed(reply))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(senders) >= SENDERS_MAX:
            writer.transport.abort()
            return
        senders[writer] = asyncio.current_task()
        try:
            await read(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # a sender that is gone comes again by itself
        finally:
            del senders[writer]
            writer.transport.abort()

    try:
        server = await asyncio.start_server(
            serve, parts.hostname, parts.port, limit=STREAM_LIMIT_BYTES
        )
    except OSError as error:
        raise LinkError(f"the port can't be had: {error}", link=settings.source) from error
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        server.close()
        serving = [task for task in senders.values() if task is not None]
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
