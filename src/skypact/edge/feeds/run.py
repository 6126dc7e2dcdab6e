"""One way to run any feed."""

from collections.abc import Callable
from urllib.parse import urlsplit

from skypact.core.messages import Context
from skypact.edge.feeds.file import run_file
from skypact.edge.feeds.sapient import run_listening
from skypact.edge.feeds.tcp import run_tcp
from skypact.edge.feeds.udp import run_udp
from skypact.sensors.settings import FeedSettings


async def run_feed(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
    context: Context,
) -> None:
    """Run a feed until it is cancelled, a file until its end. context: of the node, for the answers
    that some senders want.

    deliver(feed, data, arrival_ns) must not block; it is called on the event loop with at most
    65,535 bytes. What the bytes hold never ends a feed. Raises LinkError when the source can't be
    had at all: a port in use, a missing file.
    """
    scheme = urlsplit(settings.source).scheme
    if scheme == "tcp-listen":
        await run_listening(settings, deliver, now_ns, context)
        return
    runners = {"udp": run_udp, "tcp": run_tcp, "file": run_file}
    await runners[scheme](settings, deliver, now_ns)
