"""One call: ring, speak, wait for a key, store the answer, and only then say that it is stored."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple, TypeVar

from skypact.config.channels import PhoneSettings
from skypact.core.errors import DecodeError, LinkError
from skypact.core.messages import DeliveryState, NoticeFailure
from skypact.edge.channels.phone import sdp
from skypact.edge.channels.phone.agent import Agent, NoReplyError
from skypact.edge.channels.phone.dialog import Dialog
from skypact.edge.channels.phone.greeting import Greeting
from skypact.edge.channels.phone.media import Metronome, Ports, Sound
from skypact.edge.channels.phone.outcomes import failure
from skypact.edge.channels.way import Line, NotSentError

T = TypeVar("T")
CANCEL_WITHIN_S = 4.0
HEARD_WITHIN_S = 6.0
"""An exchange says something within a second; one that is silent for so long is not there."""


class Speeches(NamedTuple):
    """What a call can say, rendered: the warning with what to press, and the ends of a call."""

    warning: bytes
    stored: bytes
    rejected: bytes
    unstored: bytes
    ended: bytes


class Call:
    """One attempt to reach one person by phone."""

    def __init__(
        self, agent: Agent, ports: Ports, metronome: Metronome, settings: PhoneSettings
    ) -> None:
        self._agent, self._ports, self._metronome = agent, ports, metronome
        self._settings = settings
        self._keys: asyncio.Queue[str] = asyncio.Queue(32)
        self._hung_up = asyncio.Event()
        self._given_up = asyncio.Event()
        self._greeting = Greeting(settings.machine_greeting_s)
        self._sound = Sound(self._heard, self._pressed)
        self._reporting: set[asyncio.Task[str]] = set()

    async def make(self, uri: str, speeches: Speeches, line: Line, asks: bool) -> None:
        """Call `uri` and report; asks: whether a key is waited for. Raises NotSentError."""
        try:
            port = await self._ports.open(self._sound)
        except LinkError as error:
            raise NotSentError(NoticeFailure.CROWDED, str(error)) from error
        dialog = self._agent.dialog(uri)
        try:
            await self._ring(dialog, line)
            hung_up = self._hung_up.set
            self._agent.follow(dialog, hung_up, self._renew)
            self._metronome.add(self._sound)
            await self._talk(speeches, line, asks)
        except (NoReplyError, LinkError) as error:
            raise NotSentError(NoticeFailure.UNREACHABLE, str(error)) from error
        except DecodeError as error:
            raise NotSentError(NoticeFailure.REFUSED, f"the other side: {error}") from error
        finally:
            self._metronome.remove(self._sound)
            self._sound.close()
            self._agent.forget(dialog)
            if dialog.taken and not self._hung_up.is_set():
                self._agent.bye_soon(dialog)
            self._ports.give_back(port)

    async def _ring(self, dialog: Dialog, line: Line) -> None:
        """Ring until the call is taken; raises NotSentError when it is not."""
        body = sdp.offer(self._agent.host, self._sound.port, int(dialog.call_id[:12], 16))
        told: list[str] = []

        def ringing(said: str) -> None:
            told.append(said)
            if len(told) <= 2:  # "100 Trying", "180 Ringing"
                self._report(line.report(DeliveryState.SENT, said))

        inviting = asyncio.create_task(self._agent.invite(dialog, body, ringing, self._given_up))
        late = ""
        try:
            heard_s = min(HEARD_WITHIN_S, self._settings.ring_s)
            done = await self._first(line, inviting, heard_s)
            if not done and told:
                done = await self._first(line, inviting, self._settings.ring_s - heard_s)
            if not done:
                late = line.reason if line.stopped.is_set() else "it was not taken in time"
                self._given_up.set()
                if not told:
                    failed = NoticeFailure.UNREACHABLE
                    failed = NoticeFailure.STOPPED if line.stopped.is_set() else failed
                    raise NotSentError(failed, f"nothing heard; {late}")
                await asyncio.wait([inviting], timeout=CANCEL_WITHIN_S)
            if not inviting.done():
                raise NotSentError(_why(line), f"given up: {late}; no reply to CANCEL")
            reply = inviting.result()
        finally:
            if not inviting.done():
                # The phone must not go on ringing, whatever ended us.
                self._given_up.set()
                self._agent.let_end(inviting, dialog)
        if late:
            raise NotSentError(_why(line), f"given up: {late}; {reply.line}")
        if reply.status >= 300:
            raise NotSentError(failure(reply.status), reply.line)
        self._sound.connect(sdp.read(reply.body), reply.sender)
        self._report(line.report(DeliveryState.SENT, f"{reply.line}: taken"))

    async def _talk(self, speeches: Speeches, line: Line, asks: bool) -> None:
        """Speak until a key, the end or somebody ends it; raises NotSentError without a key."""
        for number in range(self._settings.repeats if asks else 1):
            self._sound.play(speeches.warning)
            if await self._listen(self._sound.played, speeches, line):
                return
            if number == 0:
                self._report(line.report(DeliveryState.DELIVERED, "said once to the end"))
            if asks and await self._listen(self._pause, speeches, line):
                return
        if asks:
            raise NotSentError(self._without_key, "taken, said to the end, no key pressed")

    async def _listen(
        self, over: Callable[[], Awaitable[None]], speeches: Speeches, line: Line
    ) -> bool:
        """Listen until `over`; return whether an answer was stored. Raises NotSentError when the
        other side hung up or the call is to stop."""
        while True:
            ending = asyncio.ensure_future(over())
            key = await self._key(line, ending)
            if key in (self._settings.accept, self._settings.reject):
                await self._store(key, speeches, line)
                return True
            if key:
                self._report(line.report(DeliveryState.HEARD, f"key {key} pressed"))
            elif self._hung_up.is_set():
                raise NotSentError(self._without_key, "hung up, no key pressed")
            elif line.stopped.is_set():
                await self._say(speeches.ended)
                raise NotSentError(NoticeFailure.STOPPED, f"hung up: {line.reason}")
            else:
                return False

    async def _pause(self) -> None:
        await asyncio.sleep(self._settings.pause_s)

    async def _key(self, line: Line, ending: asyncio.Future[None]) -> str:
        """Return the next key, "" when the call or what is waited for ends first."""
        getting = asyncio.create_task(self._keys.get())
        try:
            await self._first(line, getting, None, ending)
            return getting.result() if getting.done() else ""
        finally:
            getting.cancel()
            ending.cancel()

    async def _store(self, key: str, speeches: Speeches, line: Line) -> None:
        """Hand the answer to the node; say that it is stored when, and only when, it is."""
        accepted = key == self._settings.accept
        self._sound.play(b"")
        state = DeliveryState.ACKNOWLEDGED if accepted else DeliveryState.REJECTED
        refused = await line.report(state, f"key {key} pressed")
        if refused:
            await self._say(speeches.unstored)
            raise NotSentError(NoticeFailure.UNREACHABLE, f"key {key} not stored: {refused}")
        await self._say(speeches.stored if accepted else speeches.rejected)

    async def _say(self, said: bytes) -> None:
        """Play it to the end, or until the other side hangs up."""
        self._sound.play(said)
        playing = asyncio.create_task(self._sound.played())
        hanging = asyncio.create_task(self._hung_up.wait())
        try:
            await asyncio.wait([playing, hanging], return_when=asyncio.FIRST_COMPLETED)
        finally:
            playing.cancel()
            hanging.cancel()

    async def _first(
        self,
        line: Line,
        wanted: asyncio.Future[T],
        within_s: float | None,
        ending: asyncio.Future[None] | None = None,
    ) -> bool:
        """Wait for what is wanted, unless the call, the line, the time or `ending` ends it first;
        return whether it is there."""
        stopping = asyncio.create_task(line.stopped.wait())
        hanging = asyncio.create_task(self._hung_up.wait())
        others = [stopping, hanging, *([ending] if ending is not None else [])]
        try:
            await asyncio.wait(
                [wanted, *others], timeout=within_s, return_when=asyncio.FIRST_COMPLETED
            )
            return wanted.done()
        finally:
            stopping.cancel()
            hanging.cancel()

    @property
    def _without_key(self) -> NoticeFailure:
        return NoticeFailure.MACHINE if self._greeting.long else NoticeFailure.NO_KEY

    def _heard(self, loudness: float) -> None:
        self._greeting.take(loudness, asyncio.get_running_loop().time())

    def _pressed(self, key: str) -> None:
        if not self._keys.full():
            self._keys.put_nowait(key)

    def _renew(self, body: bytes) -> bytes:
        """Take another place for the sound; return our description."""
        if body:
            self._sound.connect(sdp.read(body))
        return sdp.offer(self._agent.host, self._sound.port, self._sound.port)

    def _report(self, report: Coroutine[Any, Any, str]) -> None:
        """Report without waiting: what follows must not be late for it."""
        reporting = asyncio.create_task(report)
        self._reporting.add(reporting)
        reporting.add_done_callback(self._reporting.discard)


def _why(line: Line) -> NoticeFailure:
    return NoticeFailure.STOPPED if line.stopped.is_set() else NoticeFailure.NO_ANSWER
