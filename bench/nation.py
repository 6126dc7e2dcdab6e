"""A whole nation on the loopback, for benches and tests: rooms, journal, store, message server, links; no feeds,
no console."""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from skypact.config import load
from skypact.core.ids import Issuer
from skypact.core.messages import (
    FrameRefused,
    LinkView,
    Message,
    OutboxAcknowledged,
    PartnerFrame,
    Release,
    Stream,
)
from skypact.edge.clock import Clock
from skypact.edge.driver import Driver
from skypact.edge.inbox import Lane
from skypact.edge.links.partners import Partners
from skypact.edge.replay import RecordedConfig
from skypact.node import build

KEEP_BYTES = 1 << 28


class Nation:
    """told: what left the rooms for people."""

    def __init__(self, home: Path) -> None:
        self.directory = load(home)
        node, link = self.directory.config.node, self.directory.config.link
        assert link is not None
        self.name, self.clock = node.nation, Clock()
        self.issuer = Issuer(node.nation, "edge", node.context)
        self.told: list[Message] = []
        self._loop = asyncio.get_running_loop()
        self.driver = Driver(
            partial(build, self.directory),
            self.directory.state,
            RecordedConfig(version="test", files=self.directory.files),
            self.issuer,
            self.clock,
            lambda messages: self._loop.call_soon_threadsafe(self._leave, messages) and None,
            KEEP_BYTES,
        )
        self.partners = Partners(
            self.directory, link, self.clock.now_ns, self.received, self.driver.inbox.unopened
        )
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await asyncio.gather(asyncio.to_thread(self.driver.recover), self.partners.start())
        store = self.directory.state / "store.sqlite"
        self._tasks = [asyncio.create_task(one) for one in self.partners.work(store)]
        self.driver.start()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks, timeout=10)
        await self.partners.stop()
        await asyncio.to_thread(self.driver.stop)

    def received(self, partner: str, stream: Stream, frame: bytes) -> None:
        now_ns = self.clock.now_ns()
        header = self.issuer.header(now_ns, now_ns)
        message = PartnerFrame(**header, partner=partner, stream=stream, frame=frame)
        self.driver.inbox.put(Lane.WARNING, message)

    def link(self, partner: str) -> bool:
        """Return whether the newest view says that a link is alive."""
        views = [m for m in self.told if isinstance(m, LinkView)]
        return bool(views) and any(s.partner == partner and s.alive for s in views[-1].links)

    def refused(self, partner: str) -> list[str]:
        """Return why frames in a partner's name were refused."""
        found = [m for m in self.told if isinstance(m, FrameRefused)]
        return [m.reason for m in found if m.partner == partner]

    def _leave(self, messages: Sequence[Message]) -> None:
        for message in messages:
            match message:
                case Release():
                    self.partners.release(message)
                case OutboxAcknowledged():
                    self.partners.acknowledged(message.partner, message.upto_sequence)
                case _:
                    self.told.append(message)
