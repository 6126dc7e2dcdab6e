"""One way to run any feed."""

from collections.abc import Callable
from urllib.parse import urlsplit

from skypact.core.errors import DecodeError, LinkError
from skypact.core.messages import Context
from skypact.edge.feeds.bus import run_nats
from skypact.edge.feeds.file import run_file
from skypact.edge.feeds.sapient import run_listening
from skypact.edge.feeds.serial import run_serial
from skypact.edge.feeds.tcp import run_tcp, run_tls
from skypact.edge.feeds.udp import run_udp
from skypact.edge.links.link import Endpoint
from skypact.sensors.settings import FeedSettings

RUNNERS = {"udp": run_udp, "tcp": run_tcp, "tls": run_tls, "serial": run_serial}


async def run_told(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
    context: Context,
    endpoint: Endpoint | None,
    say: Callable[[str], None],
    refuse: Callable[[str, str, int], None],
) -> None:
    """Run a feed as `run_feed` does; say when a recording has ended, and where it was cut short:
    that stops nothing else of the node."""
    try:
        await run_feed(settings, deliver, now_ns, context, endpoint, refuse)
    except DecodeError as fault:
        say(f"feed {settings.name}: {fault}")
    if urlsplit(settings.source).scheme == "file":
        say(f"feed {settings.name}: the recording has ended")


async def run_feed(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
    context: Context,
    endpoint: Endpoint | None = None,
    refuse: Callable[[str, str, int], None] = lambda _, __, ___: None,
) -> None:
    """Run a feed until it is cancelled, a file until its end. context: of the node, for the answers
    that some senders want.

    deliver(feed, data, arrival_ns) must not block; it is called on the event loop with at most
    65,535 bytes. What the bytes hold never ends a feed. endpoint: of the node's own message server,
    for `nats:` feeds; refuse(feed, reason, count): told of packets of a recording that gave no
    datagram. An `https:` feed is brought by the intake. Raises LinkError when the source
    can't be had at all: a port in use, a missing file; DecodeError for a recording that is cut
    short, after what came before.
    """
    scheme = urlsplit(settings.source).scheme
    if scheme == "tcp-listen":
        await run_listening(settings, deliver, now_ns, context)
    elif scheme == "file":
        await run_file(settings, deliver, now_ns, refuse)
    elif scheme in RUNNERS:
        await RUNNERS[scheme](settings, deliver, now_ns)
    elif scheme == "nats" and endpoint is None:
        raise LinkError(f"{settings.source}: there is no message server", link=settings.name)
    elif scheme == "nats" and endpoint is not None:
        await run_nats(settings, deliver, now_ns, endpoint)
