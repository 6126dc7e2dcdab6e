"""One live node: its rooms on the live driver, its feeds, its links and its console."""

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from skypact import __version__
from skypact.cli.narrate import Narrator
from skypact.cli.summary import Tally
from skypact.config import NodeDirectory, load
from skypact.console.service import Console
from skypact.console.settings import MapSite, NodeIdentity
from skypact.core.errors import ConfigError, LinkError
from skypact.core.geoid import undulation_m
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Message,
    OutboxAcknowledged,
    PartnerFrame,
    Release,
    Stream,
    WayChanged,
)
from skypact.edge.audit.audit import Audit
from skypact.edge.audit.begin import auditor, open_audit
from skypact.edge.audit.keeper import Auditor
from skypact.edge.channels.open import open_channels
from skypact.edge.clients.open import open_clients
from skypact.edge.clock import Clock
from skypact.edge.cot.open import OpenCot, open_cot
from skypact.edge.driver import Driver
from skypact.edge.feeds.run import run_told
from skypact.edge.inbox import Lane
from skypact.edge.intake.open import open_intake, run_intake
from skypact.edge.links.ways import Way
from skypact.edge.log import configure
from skypact.edge.memory import give_back
from skypact.edge.replay import RecordedConfig
from skypact.edge.store import Store
from skypact.edge.warming import compile_first
from skypact.node import build
from skypact.sensors.reading import reading_program
from skypact.sensors.settings import Editions

ANSWER_WITHIN_S = 5.0
WATCH_EVERY_S = 0.2
SWITCH_S = 0.001
END_TRIES, END_EVERY_S = 5, 0.5
GIVE_BACK_AFTER_S = 3.0
SOFTWARE_FAULT = 70
CONFIG_FAULT = 78
SEAT = "console-seat.json"


def run_node(directory: Path, say: Callable[[str], None], opened: Callable[[str], None]) -> int:
    """Run the node in `directory` until it is told to end; return the exit status."""

    async def live() -> int:
        configure(directory.name)
        # The thread that moves bytes stamps arrivals; it must not wait for the one that decodes.
        sys.setswitchinterval(SWITCH_S)
        return await LiveNode(load(directory), say).run(opened)

    try:
        return asyncio.run(live())
    except (ConfigError, LinkError) as fault:
        say(f"cannot run: {fault}")
        return CONFIG_FAULT


def rehearse() -> None:
    """Work out what is the same for every node: a process that forks nodes does it once for all."""
    undulation_m(0.0, 0.0)
    reading_program(Editions())
    np.unique(np.zeros(1))  # loads a part of numpy that only its first call needs


class LiveNode:
    """Threads and tasks of one node. All methods run in the asyncio thread except `_emit`."""

    def __init__(self, directory: NodeDirectory, say: Callable[[str], None]) -> None:
        """say: takes one line for a person."""
        self._directory, config = directory, directory.config
        self._config, node = config, config.node
        self._say, self._clock = say, Clock()
        self._loop = asyncio.get_running_loop()
        self._issuer = Issuer(node.nation, "edge", node.context)
        for fault in directory.refused:
            say(f"refused, the rest runs: {fault}")
        self._narrator, self._tally = Narrator(), Tally(node.nation)
        overlay = config.console.overlay and str(directory.path / config.console.overlay)
        self._driver = Driver(
            partial(build, directory),
            directory.state,
            RecordedConfig(version=__version__, files=directory.files),
            self._issuer,
            self._clock,
            self._emit,
            config.journal.keep_bytes,
            partial(self._open_audit, auditor(directory)) if config.link is not None else None,
        )
        self._console = Console(
            msgspec.structs.replace(config.console, overlay=overlay),
            NodeIdentity(nation=node.nation, context=node.context, display_name=node.display_name),
            self._submit,
            self._clock.now_ns,
            _map_sites(directory),
            directory.state / SEAT,
            config.places,
            config.all_roles,
            config.sensors,
        )
        self._clients = open_clients(directory, self._clock.now_ns, say)
        self._channels = open_channels(directory, self._issuer, self._enter, self._clock.now_ns)
        self._stopping = asyncio.Event()
        self._cot: OpenCot | None = None
        self._partners = None
        if config.link is not None:
            # A nation that is alone needs neither message server nor client.
            from skypact.edge.links.partners import Partners

            self._partners = Partners(
                directory,
                config.link,
                self._clock.now_ns,
                self._received,
                self._driver.inbox.unopened,
                self._way_changed,
            )

    def _open_audit(self, who: Auditor, store: Store) -> Audit:
        node = self._config.node
        return open_audit(store, who, Issuer(node.nation, "audit", node.context))

    async def run(self, opened: Callable[[str], None]) -> int:
        """Run until SIGTERM or SIGINT; return the exit status. `opened` gets a console link."""
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._stopping.set)
        tasks: list[asyncio.Task[None]] = []
        recovered = False

        def begin(*work: Coroutine[Any, Any, None]) -> None:
            tasks.extend(self._loop.create_task(one) for one in work)

        try:
            begin(*await self._open_doors())
            if not await self._unless_stopping(compile_first(self._say)):
                return await self._watch(tasks)
            begin(*await self._recover())
            recovered = True
            await self._console.start()
            self._driver.start()
            begin(self._channels.run(), _give_back())
            opened(self._console.open_link())
            return await self._watch(tasks)
        finally:
            await _end(tasks)
            self._clients.close()
            if self._cot is not None:
                await self._cot.stop()
            await self._console.stop()
            if self._partners is not None:
                await self._partners.stop()
            if recovered:
                await asyncio.to_thread(self._driver.stop)
                self._tally.write(self._directory.state)
                self._say("ended")

    async def _open_doors(self) -> list[Coroutine[Any, Any, None]]:
        """Open what needs no rooms: feeds wait in the inbox, clients talk to each other."""
        self._cot = await open_cot(self._directory, self._clock.now_ns, self._say)
        node = self._config.node
        self._say(f"{node.context.upper()} of {node.display_name}; Ctrl-C ends it")
        for address in self._cot.listening:
            self._say(f"Cursor on Target: {address}")
        for feed in self._config.feeds:
            self._say(f"feed {feed.name}: {feed.format} from {feed.source}")
        put, now_ns = self._driver.inbox.put_datagram, self._clock.now_ns
        refuse = self._driver.inbox.refuse
        intake = await open_intake(self._directory, put, now_ns)
        endpoint = self._partners.endpoint if self._partners is not None else None
        return [
            *([run_intake(intake, self._directory, now_ns)] if intake is not None else ()),
            self._cot.shown.run(now_ns),
            *self._clients.work(),
            *(
                run_told(feed, put, now_ns, node.context, endpoint, self._say, refuse)
                for feed in self._config.feeds
            ),
        ]

    async def _recover(self) -> list[Coroutine[Any, Any, None]]:
        recovering: list[Coroutine[Any, Any, Any]] = [asyncio.to_thread(self._driver.recover)]
        if self._partners is not None:
            recovering.append(self._partners.start())
        replayed, *_ = await asyncio.gather(*recovering)
        if replayed is not None:
            self._say(f"restored from the journal, {replayed} inputs replayed")
        if self._partners is None:
            return []
        return self._partners.work(self._directory.state / "store.sqlite")

    async def _unless_stopping(self, work: Coroutine[Any, Any, None]) -> bool:
        """Do it; return False, with it cancelled, if the node is to end before it is done."""
        doing = self._loop.create_task(work)
        stopping = self._loop.create_task(self._stopping.wait())
        await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if doing.done():
            await doing
            return True
        doing.cancel()
        with suppress(asyncio.CancelledError):
            await doing
        return False

    async def _watch(self, tasks: Sequence[asyncio.Task[None]]) -> int:
        while not self._stopping.is_set():
            if not self._driver.alive:
                self._say(f"the rooms stopped and start again: {self._driver.failure}")
                return SOFTWARE_FAULT
            for task in tasks:
                if task.done() and not task.cancelled() and task.exception() is not None:
                    self._say(f"a part of the node stopped, it starts again: {task.exception()}")
                    return SOFTWARE_FAULT
            try:
                await asyncio.wait_for(self._stopping.wait(), WATCH_EVERY_S)
            except TimeoutError:
                continue
        return 0

    def _emit(self, messages: Sequence[Message]) -> None:
        if messages:
            self._loop.call_soon_threadsafe(self._leave, messages)

    def _leave(self, messages: Sequence[Message]) -> None:
        for message in messages:
            match message:
                case Release():
                    if self._partners is not None:
                        self._partners.release(message)
                case OutboxAcknowledged():
                    if self._partners is not None:
                        self._partners.acknowledged(message.partner, message.upto_sequence)
                case _:
                    self._console.publish(message)
                    if self._cot is not None:
                        self._cot.shown.take(message)
                    self._clients.take(message)
                    self._channels.take(message)
                    self._tally.take(message)
                    for line in self._narrator.lines(message):
                        self._say(line)

    def _received(self, partner: str, stream: Stream, frame: bytes) -> None:
        now_ns = self._clock.now_ns()
        message = PartnerFrame(
            **self._issuer.header(now_ns, now_ns), partner=partner, stream=stream, frame=frame
        )
        # A full warning lane refuses; the partner's outbox sends again.
        urgent = stream in (Stream.WARNING, Stream.RECEIPT)
        self._driver.inbox.put(Lane.WARNING if urgent else Lane.RELEASE, message)

    def _way_changed(self, partner: str, way: Way, up: bool, count: Counter[str]) -> None:
        now_ns = self._clock.now_ns()
        message = WayChanged(
            **self._issuer.header(now_ns, now_ns),
            partner=partner,
            way=str(way.name).lower(),
            up=up,
            doubled=count["doubled"],
            late=count["late"],
        )
        self._leave([message])

    async def _submit(self, message: Message) -> str:
        """Hand a person's command to the rooms; return "" once it is on disk, else why not."""
        return await self._enter(Lane.HUMAN, message)

    async def _enter(self, lane: Lane, message: Message) -> str:
        """Hand a message to the rooms; return "" once it is on disk, else why not."""
        answered: asyncio.Future[str] = self._loop.create_future()

        def settle(reason: str) -> None:
            if not answered.done():
                answered.set_result(reason)

        def done(reason: str) -> None:
            self._loop.call_soon_threadsafe(settle, reason)

        if not self._driver.inbox.put(lane, message, done):
            return "the node has too many of its kind waiting"
        try:
            return await asyncio.wait_for(answered, ANSWER_WITHIN_S)
        except TimeoutError:
            return "the node did not answer in time; look whether it took effect"


async def _give_back() -> None:
    """Give memory back once the start is over; till then others need the processor more."""
    await asyncio.sleep(GIVE_BACK_AFTER_S)
    await asyncio.to_thread(give_back)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel the tasks and wait for them. The NATS client can swallow a cancellation while it
    connects, so it is said again; after the last time the process ends without that task."""
    for _ in range(END_TRIES):
        pending = [task for task in tasks if not task.done()]
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=END_EVERY_S)
    await asyncio.gather(*(t for t in tasks if t.done()), return_exceptions=True)


def _map_sites(directory: NodeDirectory) -> tuple[MapSite, ...]:
    nation = directory.config.node.nation
    sensors = (
        MapSite(
            name=s.name,
            kind="sensor",
            nation=nation,
            lat_deg=s.lat_deg,
            lon_deg=s.lon_deg,
            range_m=s.range_max_m,
        )
        for s in directory.config.sensors
    )
    places = (
        MapSite(
            name=p.name,
            kind="place",
            nation=p.nation,
            lat_deg=p.centre_deg[0],
            lon_deg=p.centre_deg[1],
        )
        for p in directory.config.places
    )
    return (*sensors, *places)
