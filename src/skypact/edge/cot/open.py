"""Opens the Cursor on Target doors that a node's configuration asks for."""

from collections.abc import Callable
from dataclasses import dataclass

from skypact.config import NodeDirectory
from skypact.edge.cot.keys import server_keys
from skypact.edge.cot.picture import Teller
from skypact.edge.cot.server import CotServer
from skypact.edge.cot.shown import Shown


@dataclass(frozen=True)
class OpenCot:
    """listening: the addresses, none when no door was asked for."""

    server: CotServer
    shown: Shown
    listening: tuple[str, ...]

    async def stop(self) -> None:
        await self.server.stop()


async def open_cot(
    directory: NodeDirectory, now_ns: Callable[[], int], say: Callable[[str], None]
) -> OpenCot:
    """Open the doors. Raises LinkError when a port can't be had."""
    config = directory.config
    teller = Teller(config.node.nation, config.node.context, config.cot.stale_s)
    server = CotServer(config.cot, config.all_roles, teller.opex, now_ns, say)

    listening = await server.start(lambda: server_keys(directory, now_ns()))
    shown = Shown(server, teller, config.places, config.cot.every_s)
    return OpenCot(server, shown, tuple(listening))
