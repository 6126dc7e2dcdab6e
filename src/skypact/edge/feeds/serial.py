"""Serial feeds: a device, its bytes raw, 8 bits, no parity, no flow control."""

import asyncio
import os
import termios
import tty
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from io import FileIO
from urllib.parse import parse_qs, unquote, urlsplit

from skypact.core.errors import LinkError
from skypact.edge.feeds.stream import STREAM_LIMIT_BYTES, run_stream
from skypact.sensors.settings import FeedSettings

BAUD = "9600"
_INPUT_SPEED, _OUTPUT_SPEED = 4, 5  # places in what termios.tcgetattr returns


async def run_serial(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
) -> None:
    """Read until cancelled; a device that is unplugged is opened again when it is back. Raises
    LinkError for a rate that no device has."""
    path, code = device_and_rate(settings.source, settings.name)
    await run_stream(settings, deliver, now_ns, lambda: _opened(path, code))


def device_and_rate(source: str, feed: str) -> tuple[str, int]:
    """Return the path and the termios code of the rate of a `serial:` source."""
    parts = urlsplit(source)
    baud = parse_qs(parts.query).get("baud", [BAUD])[0]
    code = getattr(termios, f"B{baud}", None) if baud.isdigit() and baud != "0" else None
    if code is None:
        raise LinkError(f"baud={baud}: not a rate of a serial device", link=feed)
    return unquote(parts.path), int(code)


@asynccontextmanager
async def _opened(path: str, code: int) -> AsyncGenerator[asyncio.StreamReader]:
    # Without O_NONBLOCK the open waits for a carrier.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    device = FileIO(descriptor)
    try:
        _set_up(descriptor, code)
        reader = asyncio.StreamReader(STREAM_LIMIT_BYTES)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), device
        )
    except BaseException:
        device.close()
        raise
    try:
        yield reader
    finally:
        transport.close()


def _set_up(descriptor: int, code: int) -> None:
    try:
        tty.setraw(descriptor, termios.TCSANOW)
        said = termios.tcgetattr(descriptor)
        said[_INPUT_SPEED] = said[_OUTPUT_SPEED] = code
        termios.tcsetattr(descriptor, termios.TCSANOW, said)
    except termios.error as error:
        raise OSError(f"not a serial device: {error}") from error
