"""What every channel is: a way that takes one notice at a time to one recipient."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from skypact.core.messages import Channel, DeliveryState, Notice, NoticeFailure

Said = Callable[[DeliveryState, str, NoticeFailure | None], Awaitable[str]]


class NotSentError(Exception):
    """An attempt failed. again: a later try may do better; failure, evidence: what is reported when
    no try is left."""

    def __init__(self, failure: NoticeFailure, evidence: str, *, again: bool = False) -> None:
        super().__init__(evidence)
        self.failure, self.evidence, self.again = failure, evidence, again


class Line:
    """What a channel is given with a notice: how to report, and whether to stop."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self.stopped = asyncio.Event()
        self.reason = ""

    def stop(self, reason: str) -> None:
        """Let the channel end what still goes out."""
        self.reason = reason
        self.stopped.set()

    async def report(
        self, state: DeliveryState, evidence: str, failure: NoticeFailure | None = None
    ) -> str:
        """Say how far the notice has come; return "" once the node has stored it, else why not."""
        return await self._said(state, evidence, failure)


class Way(Protocol):
    """A channel. at_once: notices that go out side by side; tries: of an attempt, while
    NotSentError says that another may do better; deadline_s: of an attempt, all tries together;
    every_s: how often `check` is asked."""

    channel: Channel
    at_once: int
    tries: int
    deadline_s: float
    every_s: float

    async def start(self) -> None:
        """Open what it needs; raises LinkError, and is asked again later."""
        ...

    async def stop(self) -> None:
        """End what goes out and close."""
        ...

    async def send(self, notice: Notice, line: Line) -> None:
        """Take the notice to its recipient and report; raises NotSentError. A channel that sees
        `line.stopped` ends by itself; at the deadline it is cancelled."""
        ...

    async def check(self) -> str:
        """Return in one sentence why the channel can be used; raises NotSentError."""
        ...
