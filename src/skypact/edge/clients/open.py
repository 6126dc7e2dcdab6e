"""Opens the ways to our own clients that a node's configuration asks for."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from skypact.config import NodeDirectory
from skypact.core.messages import Message
from skypact.edge.clients.cat062 import Cat062Client
from skypact.edge.clients.dis import DisSender
from skypact.edge.clients.sapient import SapientParent


@dataclass(frozen=True)
class OpenClients:
    """None where the configuration asks for none."""

    sapient: SapientParent | None
    dis: DisSender | None
    cat062: tuple[Cat062Client, ...] = ()

    def work(self) -> list[Coroutine[Any, Any, None]]:
        """Return what has to run."""
        asked = (*self.cat062, self.sapient)
        return [client.run() for client in asked if client is not None]

    def take(self, message: Message) -> None:
        """Hand on a message of the node's doors."""
        for client in (self.sapient, self.dis, *self.cat062):
            if client is not None:
                client.take(message)

    def close(self) -> None:
        if self.dis is not None:
            self.dis.close()
        for client in self.cat062:
            client.close()


def open_clients(
    directory: NodeDirectory, now_ns: Callable[[], int], say: Callable[[str], None]
) -> OpenClients:
    """Open them. Raises LinkError when a host can't be found."""
    config = directory.config
    return OpenClients(
        SapientParent(directory, now_ns, say) if config.sapient.parent else None,
        DisSender(config.dis, say) if config.dis.to else None,
        tuple(
            Cat062Client(client, config.node.context, config.console.coast_after_s, say)
            for client in config.cat062
        ),
    )
