"""The picture to a SAPIENT parent: this node as its child fusion node."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from skypact import __version__
from skypact.config import NodeDirectory
from skypact.core.columns import array
from skypact.core.messages import Context, Message, PictureView
from skypact.edge.feeds.sapient import read_frame
from skypact.sensors.sapient.answers import answer
from skypact.sensors.sapient.frames import HEADER_BYTES, framed
from skypact.sensors.sapient.ids import ENTROPY_BYTES, ulid, uuid4
from skypact.sensors.sapient.nodes import shown
from skypact.sensors.sapient.schema import decode_error, message_class
from skypact.sensors.sapient.write import Teller, detections, lost, registration, status

CONNECT_DEADLINE_S, ACKNOWLEDGE_DEADLINE_S, DRAIN_DEADLINE_S = 10.0, 10.0, 5.0
BACK_OFF_FIRST_S, BACK_OFF_MAX_S = 0.5, 15.0
SECOND_NS = 1_000_000_000
BUFFER_BYTES = 1024 * 1024
GONE = (OSError, TimeoutError, asyncio.IncompleteReadError)


class SapientParent:
    """Keeps a connection to a parent and tells it the newest picture; what a slow parent did not
    take is not sent later. tasks_refused: how many it sent; missed: pictures that it did not get;
    last_error: what it last complained of."""

    def __init__(
        self, directory: NodeDirectory, now_ns: Callable[[], int], say: Callable[[str], None]
    ) -> None:
        config = directory.config
        self._address, self._every_s = config.sapient.parent, config.sapient.every_s
        self._context: Context = config.node.context
        self._now_ns, self._say = now_ns, say
        key = hashlib.blake2b(b"skypact sapient node", key=directory.secret, digest_size=16)
        self._teller = Teller(
            node_id=config.sapient.node_id or uuid4(key.digest()),
            name=config.node.display_name,
            context=self._context,
            version=__version__,
            every_s=config.sapient.status_every_s,
            report_id=_fresh_id,
        )
        self._status_ns = round(config.sapient.status_every_s * SECOND_NS)
        self._objects: dict[int, str] = {}
        self._places: dict[int, tuple[float, ...]] = {}
        self._view: PictureView | None = None
        self._fresh = asyncio.Event()
        self.tasks_refused = self.missed = 0
        self.last_error = ""

    def take(self, message: Message) -> None:
        """Note a picture; only the newest one counts."""
        if isinstance(message, PictureView):
            self.missed += self._fresh.is_set()
            self._view = message
            self._fresh.set()

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        back_off_s, said = BACK_OFF_FIRST_S, ""
        while True:
            try:
                if await self._connection():
                    back_off_s, said = BACK_OFF_FIRST_S, ""
            except GONE as error:
                why = str(error) or "no answer"
                if why != said:  # an outage is told once
                    self._say(f"SAPIENT parent {self._address}: {why}")
                said = why
            await asyncio.sleep(back_off_s)
            back_off_s = min(2 * back_off_s, BACK_OFF_MAX_S)

    async def _connection(self) -> bool:
        """Serve one connection to its end; return whether we were accepted."""
        host, _, port = self._address.rpartition(":")
        async with asyncio.timeout(CONNECT_DEADLINE_S):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        hearing: asyncio.Task[None] | None = None
        try:
            writer.write(registration(self._teller, self._now_ns()))
            async with asyncio.timeout(ACKNOWLEDGE_DEADLINE_S):
                why = await self._acknowledged(reader, writer)
            if why:
                self._say(f"SAPIENT parent {self._address} refuses us: {why}")
                return False
            self._say(f"SAPIENT parent {self._address} takes our tracks")
            hearing = asyncio.create_task(self._hear(reader, writer))
            try:
                await self._tell(writer, hearing)
            except GONE as error:
                self._say(
                    f"SAPIENT parent {self._address} is gone: {str(error) or 'it reads nothing'}"
                )
            return True
        finally:
            if hearing is not None:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)
            writer.transport.abort()

    async def _acknowledged(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> str:
        """Wait for the answer to our registration; return why it is refused, "" when it is not."""
        while True:
            message = self._heard(await self._frame(reader), writer)
            if message is not None and message.WhichOneof("content") == "registration_ack":
                said = message.registration_ack
                why = shown("; ".join(said.ack_response_reason))
                return "" if said.acceptance else why or "it does not say why"

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            self._heard(await self._frame(reader), writer)

    async def _frame(self, reader: asyncio.StreamReader) -> bytes:
        frame = await read_frame(reader)
        if not frame:
            raise OSError("a message of a length that makes no sense")
        return frame

    def _heard(self, frame: bytes, writer: asyncio.StreamWriter) -> Any:
        """Take what the parent says; tasks are rejected, whatever they ask."""
        try:
            message = message_class().FromString(frame[HEADER_BYTES:])
        except decode_error():
            self.last_error = "it sends bytes that are no SAPIENT message"
            return None
        content = message.WhichOneof("content")
        if content == "task":
            self.tasks_refused += 1
            told = f"SAPIENT parent {self._address} sent task number {self.tasks_refused}"
            self._say(f"{told}: refused, this node takes none")
            reply = answer(
                frame[HEADER_BYTES:], self._teller.node_id, self._now_ns(), self._context
            )
            if reply and writer.transport.get_write_buffer_size() < BUFFER_BYTES:
                writer.write(framed(reply))
        elif content == "error":
            self.last_error = shown("; ".join(message.error.error_message))
            self._say(f"SAPIENT parent {self._address} complains: {self.last_error}")
        return message

    async def _tell(self, writer: asyncio.StreamWriter, hearing: asyncio.Task[None]) -> None:
        """Send status and pictures until the parent is gone."""
        told_ns = sent_ns = 0
        first = True
        # The parent knows nothing yet: what has ended meanwhile was never told to it.
        self._objects.clear()
        self._places.clear()
        while not hearing.done():
            now_ns = self._now_ns()
            if now_ns - told_ns >= self._status_ns:
                writer.write(status(self._teller, now_ns, new=first))
                told_ns, first = now_ns, False
            try:
                async with asyncio.timeout(self._every_s / 2):
                    await self._fresh.wait()
            except TimeoutError:
                continue
            self._fresh.clear()
            view = self._view
            if view is None or view.observed_ns - sent_ns < (self._every_s - 0.1) * SECOND_NS:
                continue
            sent_ns = view.observed_ns
            for frame in self._frames(view):
                writer.write(frame)
            async with asyncio.timeout(DRAIN_DEADLINE_S):
                await writer.drain()
        await hearing

    def _frames(self, view: PictureView) -> list[bytes]:
        """Return what a picture adds: each track, and once more each that ended."""
        numbers = array(view, "number").tolist()
        places = np.stack(
            [
                np.degrees(array(view, "lat_rad")),
                np.degrees(array(view, "lon_rad")),
                array(view, "height_wgs84_m"),
            ],
            -1,
        ).tolist()
        held = set(numbers)
        ended = [n for n in self._objects if n not in held]
        gone = [(self._objects.pop(n), self._places.pop(n)) for n in ended]
        for track, place in zip(numbers, places, strict=True):
            if track not in self._objects:
                self._objects[track] = _fresh_id(view.observed_ns)
            self._places[track] = tuple(place)
        objects = [self._objects[n] for n in numbers]
        return detections(self._teller, view, objects) + lost(self._teller, view.observed_ns, gone)


def _fresh_id(time_ns: int) -> str:
    return ulid(time_ns, os.urandom(ENTROPY_BYTES))
