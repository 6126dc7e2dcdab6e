"""Opens the ways to our own clients that a node's configuration asks for."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from skypact.config import NodeDirectory
from skypact.core.messages import Message
from skypact.edge.clients.dis import DisSender
from skypact.edge.clients.sapient import SapientParent


@dataclass(frozen=True)
class OpenClients:
    """None where the configuration asks for none."""

    sapient: SapientParent | None
    dis: DisSender | None

    def work(self) -> list[Coroutine[Any, Any, None]]:
        """Return what has to run."""
        return [] if self.sapient is None else [self.sapient.run()]

    def take(self, message: Message) -> None:
        """Hand on a message of the node's doors."""
        for client in (self.sapient, self.dis):
            if client is not None:
                client.take(message)

    def close(self) -> None:
        if self.dis is not None:
            self.dis.close()


def open_clients(
    directory: NodeDirectory, now_ns: Callable[[], int], say: Callable[[str], None]
) -> OpenClients:
    """Open them. Raises LinkError when a host can't be found."""
    config = directory.config
    return OpenClients(
        SapientParent(directory, now_ns, say) if config.sapient.parent else None,
        DisSender(config.dis, say) if config.dis.to else None,
    )
