"""Notices as a procedure makes them, and a node that stores what channels report."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from skypact.core.ids import Issuer
from skypact.core.messages import (
    Channel,
    ChannelNoted,
    Context,
    DeliveryState,
    Message,
    Notice,
    NoticeArea,
    NoticeReported,
    Stage,
    ThreatClass,
)
from skypact.edge.channels.way import Line
from skypact.edge.inbox import Lane
from skypact.warning.phrases.phrases import say

ISSUER = Issuer("auria", "edge", Context.EXERCISE)
AREA = NoticeArea(
    name="Port Alder",
    polygon_deg=((-32.0, -18.0), (-32.0, -17.9), (-32.1, -17.9)),
    time_to_go_s=300.0,
    time_spread_s=30.0,
)


def notice(channel: Channel, address: str = "1000", **changes: Any) -> Notice:
    """Return a notice of an exercise, an answer wanted."""
    now_ns = time.time_ns()
    stage = changes.get("stage", Stage.TAKE_COVER)
    language = changes.get("language", "en")
    words = say(
        language, stage, ThreatClass.DRONE, ["Port Alder"], 300, 30, "Auria", Context.EXERCISE
    )
    made = dict(
        **ISSUER.header(now_ns, now_ns), notice_id="n1", event_id="e1", procedure="p",
        recipient="watch", channel=channel, address=address, attempt=1, language=language,
        stage=stage, threat_class=ThreatClass.DRONE, title=words.title, text=words.text,
        speech=words.speech, areas=(AREA,), references=(), answer=True,
        expires_ns=now_ns + 60_000_000_000,
    )  # fmt: skip
    return Notice(**(made | changes))


class Ledger:
    """Keeps what is reported. refuse: why it stores nothing, "" for storing all; hold: an answer of
    a person is not stored before it is set."""

    def __init__(self) -> None:
        self.reported: list[NoticeReported] = []
        self.noted: list[ChannelNoted] = []
        self.refuse = ""
        self.hold = asyncio.Event()
        self.hold.set()
        self.lanes: list[Lane] = []

    async def submit(self, lane: Lane, message: Message) -> str:
        self.lanes.append(lane)
        if isinstance(message, ChannelNoted):
            self.noted.append(message)
        if isinstance(message, NoticeReported):
            self.reported.append(message)
            if message.state in (DeliveryState.ACKNOWLEDGED, DeliveryState.REJECTED):
                await self.hold.wait()
                return self.refuse
        return ""

    def line(self, one: Notice) -> Line:
        """Return a line that reports here."""

        async def said(state: Any, evidence: str, failure: Any) -> str:
            message = NoticeReported(
                **ISSUER.header(1, 1), notice_id=one.notice_id, attempt=one.attempt,
                state=state, evidence=evidence, failure=failure,
            )  # fmt: skip
            return await self.submit(Lane.WARNING, message)

        return Line(said)

    @property
    def states(self) -> list[DeliveryState]:
        return [one.state for one in self.reported]


async def until(true: Callable[[], bool], within_s: float = 10.0) -> None:
    """Wait until something is so; raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - what is waited for is another's state
            await asyncio.sleep(0.01)
