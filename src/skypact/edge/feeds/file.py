"""File feeds: a recording replayed with the timing it was recorded with."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from skypact.core.errors import DecodeError, LinkError
from skypact.edge.feeds.capture import Datagram, read_chunks, read_datagrams, read_frames
from skypact.sensors.settings import FeedSettings

SECOND_NS = 1_000_000_000
BURST = 64  # datagrams between two turns of the event loop


def path_and_speed(source: str, feed: str) -> tuple[Path, float]:
    """Return the path and the speed of a `file:` source; raises LinkError for a wrong speed."""
    parts = urlsplit(source)
    said = parse_qs(parts.query).get("speed", ["1"])[0]
    try:
        speed = float(said)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= 1e6:
        raise LinkError(f"speed={said}: a factor from 0 (as fast as possible) up", link=feed)
    return Path(unquote(parts.path)), speed


async def run_file(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
    refuse: Callable[[str, str, int], None],
) -> None:
    """Replay a recording once. refuse(feed, reason, count): told what gave no datagram.

    Datagrams carry the recording's own times of arrival, so a day-old capture decodes to a day-old
    picture; a file without times is read at once and arrives now. Raises LinkError for a file that
    can't be read and DecodeError for a broken capture, after what came before the fault.
    """
    path, speed = path_and_speed(settings.source, settings.name)
    if not path.is_file():
        raise LinkError(f"there is no file {path}", link=settings.name)
    begun_ns, first_ns = now_ns(), None
    for sent, datagram in enumerate(_told(settings, path, partial(refuse, settings.name))):
        arrival_ns = datagram.arrival_ns
        if arrival_ns is not None and speed > 0:
            first_ns = arrival_ns if first_ns is None else first_ns
            due_ns = begun_ns + round((arrival_ns - first_ns) / speed)
            await asyncio.sleep(max(0, due_ns - now_ns()) / SECOND_NS)
        elif sent % BURST == 0:
            await asyncio.sleep(0)
        deliver(settings.name, datagram.data, now_ns() if arrival_ns is None else arrival_ns)


def _told(
    settings: FeedSettings, path: Path, refuse: Callable[[str, int], None]
) -> Iterator[Datagram]:
    """Yield what a recording holds, by the format of its feed; tell what of it gave nothing."""
    try:
        if settings.format == "sapient":
            yield from read_frames(path)
        elif settings.stream and settings.format not in ("asterix", "dis"):
            yield from read_chunks(path)
        else:
            yield from read_datagrams(path, refuse)
    except DecodeError as fault:
        refuse(f"capture: {fault.message}", 1)
        raise
