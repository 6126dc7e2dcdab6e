"""Takes notices to their channels: queues with limits, deadlines, tries, heartbeats."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import count

from skypact.core.errors import LinkError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Channel,
    ChannelNoted,
    DeliveryState,
    Message,
    Notice,
    NoticeFailure,
    NoticeReported,
    NoticeStopped,
    Stage,
)
from skypact.edge.channels.way import Line, NotSentError, Way
from skypact.edge.inbox import Lane
from skypact.edge.log import logger

Submit = Callable[[Lane, Message], Awaitable[str]]
"""Hands a message to the rooms; "" once it is on disk, else why not."""

QUEUE_MAX = 20_000
AGAIN_AFTER_S = (0.5, 1.0, 2.0, 4.0)
EVIDENCE_MAX = 1_000
CHECK_MAX_S = 10.0
PERSONS = (DeliveryState.ACKNOWLEDGED, DeliveryState.REJECTED)
_URGENCY = {
    Stage.TAKE_COVER: 0,
    Stage.CORRECTION: 1,
    Stage.PREPARE: 2,
    Stage.ALL_CLEAR: 3,
    Stage.TEST: 4,
}


class _Queue:
    """Notices of one channel: the most urgent first, then in the order in which they came."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.closed = "it is not open yet"
        self.looked = asyncio.Event()  # whether it could be opened is known
        self.going: set[asyncio.Task[None]] = set()
        self._waiting: list[tuple[int, int, Notice]] = []
        self._number = count()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, notice: Notice) -> None:
        heapq.heappush(self._waiting, (_URGENCY[notice.stage], next(self._number), notice))

    def pop(self) -> Notice:
        return heapq.heappop(self._waiting)[2]


class Dispatcher:
    """All channels of a node. Every method runs in the asyncio thread."""

    def __init__(
        self,
        ways: Mapping[Channel, Way],
        issuer: Issuer,
        submit: Submit,
        now_ns: Callable[[], int],
    ) -> None:
        self._issuer, self._submit, self._now_ns = issuer, submit, now_ns
        self._queues = {channel: _Queue(way) for channel, way in ways.items()}
        self._lines: dict[tuple[str, int], Line] = {}
        self._saying: set[asyncio.Task[str]] = set()
        self._closed = False

    def take(self, message: Message) -> None:
        """Take a message of the node's doors; never blocks. A notice whose channel has no settings
        fails at once, so that the next step of its procedure follows."""
        if isinstance(message, NoticeStopped):
            for (notice_id, _), line in self._lines.items():
                if notice_id == message.notice_id:
                    line.stop(message.reason)
        if not isinstance(message, Notice) or self._closed:
            return
        key = (message.notice_id, message.attempt)
        queue = self._queues.get(message.channel)
        if queue is None:
            if message.channel not in (Channel.CONSOLE, Channel.DIGITAL):
                self._fail(message, NoticeFailure.REFUSED, "this node has no such channel")
        elif key in self._lines:
            return  # the same attempt again
        elif message.context is not self._issuer.context:
            self._fail(message, NoticeFailure.REFUSED, f"it is of context {message.context}")
        elif len(queue) >= QUEUE_MAX:
            self._fail(message, NoticeFailure.CROWDED, f"{len(queue)} notices wait already")
        else:
            self._lines[key] = Line(partial(self._say, message))
            queue.put(message)
            self._fill(queue)

    async def run(self) -> None:
        """Look after every channel until cancelled, then end what goes out."""
        try:
            async with asyncio.TaskGroup() as group:
                for queue in self._queues.values():
                    group.create_task(self._watch(queue))
        finally:
            self._closed = True
            going = [task for queue in self._queues.values() for task in queue.going]
            for task in [*going, *self._saying]:
                task.cancel()
            await asyncio.gather(*going, *self._saying, return_exceptions=True)
            for queue in self._queues.values():
                await queue.way.stop()

    def _fill(self, queue: _Queue) -> None:
        while len(queue) and len(queue.going) < queue.way.at_once and not self._closed:
            notice = queue.pop()
            task = asyncio.create_task(self._attempt(queue, notice))
            queue.going.add(task)
            task.add_done_callback(partial(self._done, queue, notice))

    def _done(self, queue: _Queue, notice: Notice, task: asyncio.Task[None]) -> None:
        queue.going.discard(task)
        self._lines.pop((notice.notice_id, notice.attempt), None)
        if not task.cancelled() and (fault := task.exception()) is not None:
            # A fault of ours in one call must not take the others along.
            logger().error("channel_failed", channel=notice.channel.value, exc_info=fault)
            self._fail(notice, NoticeFailure.UNREACHABLE, f"{type(fault).__name__}: {fault}")
        self._fill(queue)

    async def _attempt(self, queue: _Queue, notice: Notice) -> None:
        way = queue.way
        line = self._lines[notice.notice_id, notice.attempt]
        left_s = (notice.expires_ns - self._now_ns()) / 1e9
        if left_s <= 0:
            await line.report(DeliveryState.EXPIRED, "it came too late", NoticeFailure.LATE)
            return
        try:
            async with asyncio.timeout(min(left_s, way.deadline_s)):
                await self._tries(queue, notice, line)
        except NotSentError as failed:
            await line.report(DeliveryState.FAILED, failed.evidence, failed.failure)
        except TimeoutError:
            expired = left_s <= way.deadline_s
            state = DeliveryState.EXPIRED if expired else DeliveryState.FAILED
            said = f"not done within {min(left_s, way.deadline_s):.1f} s"
            await line.report(state, said, NoticeFailure.LATE)

    async def _tries(self, queue: _Queue, notice: Notice, line: Line) -> None:
        way = queue.way
        await queue.looked.wait()  # what a restart tells again comes before the doors are open
        for number in range(way.tries):
            if line.stopped.is_set():
                raise NotSentError(NoticeFailure.STOPPED, line.reason)
            try:
                if queue.closed:
                    raise NotSentError(NoticeFailure.UNREACHABLE, queue.closed, again=True)
                return await way.send(notice, line)
            except NotSentError as failed:
                if not failed.again or number + 1 == way.tries:
                    raise
            wait_s = AGAIN_AFTER_S[min(number, len(AGAIN_AFTER_S) - 1)]
            await _until(line.stopped, wait_s)
        return None

    async def _watch(self, queue: _Queue) -> None:
        way = queue.way
        while True:
            try:
                async with asyncio.timeout(CHECK_MAX_S):
                    if queue.closed:
                        await way.start()
                        queue.closed = ""
                        queue.looked.set()
                    up, reason = True, await way.check()
            except LinkError as fault:
                up, reason = False, str(fault)
                queue.closed = reason
            except NotSentError as failed:
                up, reason = False, failed.evidence
            except TimeoutError:
                up, reason = False, f"no answer within {CHECK_MAX_S:.0f} s"
            queue.looked.set()
            now_ns = self._now_ns()
            noted = ChannelNoted(
                **self._issuer.header(now_ns, now_ns),
                channel=way.channel,
                up=up,
                reason=reason[:EVIDENCE_MAX],
                every_s=way.every_s,
            )
            await self._submit(Lane.WARNING, noted)
            await asyncio.sleep(way.every_s)

    def _fail(self, notice: Notice, failure: NoticeFailure, evidence: str) -> None:
        saying = asyncio.ensure_future(self._say(notice, DeliveryState.FAILED, evidence, failure))
        self._saying.add(saying)
        saying.add_done_callback(self._saying.discard)

    async def _say(
        self, notice: Notice, state: DeliveryState, evidence: str, failure: NoticeFailure | None
    ) -> str:
        now_ns = self._now_ns()
        reported = NoticeReported(
            **self._issuer.header(now_ns, now_ns),
            notice_id=notice.notice_id,
            attempt=notice.attempt,
            state=state,
            evidence=evidence[:EVIDENCE_MAX],
            failure=failure,
        )
        return await self._submit(Lane.HUMAN if state in PERSONS else Lane.WARNING, reported)


async def _until(event: asyncio.Event, within_s: float) -> None:
    """Wait until the event is set, or for so long."""
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait([waiting], timeout=within_s)
    finally:
        waiting.cancel()
