"""The picture of an exercise to simulators: DIS entity states in datagrams."""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from skypact.config.settings import DisSettings
from skypact.core.columns import array
from skypact.core.messages import Message, PictureView
from skypact.edge.feeds.send import UdpSender
from skypact.sensors.dis.write import entity_states

SECOND_NS = 1_000_000_000


class DisSender:
    """Sends every track of each picture, and once more each that ended."""

    def __init__(self, settings: DisSettings, say: Callable[[str], None]) -> None:
        """Raises LinkError when the host can't be found."""
        self._settings, parts = settings, urlsplit(settings.to)
        self.sender = UdpSender(parts.hostname or "", parts.port or 0)
        self.sender.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self._every_ns = round(settings.every_s * SECOND_NS)
        self._numbers: tuple[int, ...] = ()
        self._sent_ns = 0
        say(f"EXERCISE: DIS entity states go to {settings.to}")

    def take(self, message: Message) -> None:
        """Send a picture if it is due."""
        if not isinstance(message, PictureView):
            return
        if message.observed_ns - self._sent_ns < self._every_ns - SECOND_NS // 10:
            return
        self._sent_ns = message.observed_ns
        numbers = tuple(array(message, "number").tolist())
        held, asked = set(numbers), self._settings
        ended = tuple(n for n in self._numbers if n not in held)
        self._numbers = numbers
        for datagram in entity_states(
            message, asked.exercise_id, asked.site, asked.application, ended
        ):
            self.sender.send(datagram)

    def close(self) -> None:
        self.sender.close()
