"""A Cursor on Target server on a free port, and raw clients of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from skypact.config.settings import WATCH, CotSettings, RoleSettings
from skypact.edge.cot.server import CotServer, Keys
from skypact.sensors.cot.event import Event
from skypact.sensors.cot.stream import framed, read, split

WITHIN_S = 10.0


def no_keys() -> Keys:
    raise AssertionError("a TCP door needs no keys")


class Rig:
    """The server, its address and what it told people."""

    def __init__(self, server: CotServer, said: list[str], addresses: list[str]) -> None:
        self.server, self.said, self.addresses = server, said, addresses
        self.port = int(addresses[0].rpartition(":")[2])


@asynccontextmanager
async def serving(
    settings: CotSettings | None = None,
    roles: tuple[RoleSettings, ...] = (WATCH,),
    opex: str = "e-exercise",
    keys: Callable[[], Keys] = no_keys,
) -> AsyncIterator[Rig]:
    said: list[str] = []
    settings = settings or CotSettings(tcp="127.0.0.1:0")
    server = CotServer(settings, roles, opex, time.time_ns, said.append)
    addresses = await server.start(keys)
    try:
        yield Rig(server, said, addresses)
    finally:
        await server.stop()


class Phone:
    """A client that reads what it is sent."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.events: list[Event] = []
        self.raw = b""
        self._pending = b""
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def at(cls, port: int, **options: object) -> "Phone":
        return cls(*await asyncio.open_connection("127.0.0.1", port, **options))  # type: ignore[arg-type]

    async def _read(self) -> None:
        while chunk := await self.reader.read(65_536):
            self.raw += chunk
            frames, refusals, self._pending = split(self._pending, chunk)
            assert refusals == []
            self.events += [read(frame).event for frame in frames]

    def send(self, event: Event | bytes, *, tak: bool = False) -> None:
        self.writer.write(event if isinstance(event, bytes) else framed(event, tak=tak))

    async def until(self, wanted: Callable[[list[Event]], bool]) -> list[Event]:
        """Wait until what has come is as wanted; return it."""
        async with asyncio.timeout(WITHIN_S):
            while not wanted(self.events):
                if self._reading.done():
                    self._reading.result()
                await asyncio.sleep(0.005)
        return self.events

    async def kinds(self, count: int) -> list[str]:
        return [event.kind for event in await self.until(lambda events: len(events) >= count)]

    @property
    def ended(self) -> bool:
        return self._reading.done()

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self.writer.close()


def position(uid: str = "A-1", lat_deg: float = 1.0, **fields: object) -> Event:
    now_ns = time.time_ns() // 1_000_000 * 1_000_000
    return Event(
        uid,
        "a-f-G",
        "m-g",
        now_ns,
        now_ns,
        now_ns + 60_000_000_000,
        lat_deg,
        2.0,
        **fields,  # type: ignore[arg-type]
    )


async def until(true: Callable[[], object], what: str = "not in time") -> None:
    """Wait until something is true."""
    end_s = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < end_s, what
        await asyncio.sleep(0.005)
