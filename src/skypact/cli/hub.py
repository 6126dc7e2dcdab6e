"""`skypact hub`: one more hub of a coordinator, without a node."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from skypact.core.errors import ConfigError, LinkError
from skypact.edge.clock import Clock
from skypact.edge.links.hub import Hub
from skypact.edge.log import configure

CONFIG_FAULT = 78


def run(folder: Path, say: Callable[[str], None]) -> int:
    """Run the hub in `folder` until SIGTERM or SIGINT; return the exit status."""
    configure(folder.name)

    async def serve() -> None:
        working = asyncio.create_task(Hub(folder, Clock().now_ns, say).run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, working.cancel)
        try:
            await working
        except asyncio.CancelledError:
            say("ended")

    try:
        asyncio.run(serve())
    except (ConfigError, LinkError) as fault:
        say(f"cannot run: {fault}")
        return CONFIG_FAULT
    return 0
