"""One live node: its rooms on the live driver, its feeds, its links and its console."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import msgspec

from skypact import __version__
from skypact.cli.narrate import Narrator
from skypact.cli.summary import Tally
from skypact.config import NodeDirectory, load
from skypact.console.service import Console
from skypact.console.settings import MapSite, NodeIdentity
from skypact.core.errors import ConfigError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Message,
    OutboxAcknowledged,
    PartnerFrame,
    Release,
    Stream,
)
from skypact.edge.clock import Clock
from skypact.edge.driver import Driver
from skypact.edge.feeds.run import run_feed
from skypact.edge.inbox import Lane
from skypact.edge.links.credentials import endpoint, feed_credential, server_text
from skypact.edge.links.link import Endpoint, OutboxSender, PartnerLinks
from skypact.edge.links.nats_config import server_name
from skypact.edge.links.nats_server import NatsServer
from skypact.edge.log import configure
from skypact.edge.replay import RecordedConfig
from skypact.edge.store import OutboxReader
from skypact.node import build

ANSWER_WITHIN_S = 5.0
WATCH_EVERY_S = 0.2
SWITCH_S = 0.001
END_TRIES, END_EVERY_S = 5, 0.5
RENEW_EVERY_S = 6 * 3600.0
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
    except ConfigError as fault:
        say(f"cannot run: {fault}")
        return CONFIG_FAULT


class LiveNode:
    """Threads and tasks of one node. All methods run in the asyncio thread except `_emit`."""

    def __init__(self, directory: NodeDirectory, say: Callable[[str], None]) -> None:
        """say: takes one line for a person."""
        self._directory, config = directory, directory.config
        self._config, node = config, config.node
        self._say, self._clock = say, Clock()
        self._loop = asyncio.get_running_loop()
        self._issuer = Issuer(node.nation, "edge", node.context)
        self._narrator, self._tally = Narrator(), Tally(node.nation)
        overlay = config.console.overlay and str(directory.path / config.console.overlay)
        self._driver = Driver(
            build(directory),
            directory.state,
            RecordedConfig(version=__version__, files=directory.files),
            self._issuer,
            self._clock,
            self._emit,
            config.journal.keep_bytes,
        )
        self._console = Console(
            msgspec.structs.replace(config.console, overlay=overlay),
            NodeIdentity(nation=node.nation, context=node.context, display_name=node.display_name),
            self._submit,
            self._clock.now_ns,
            _map_sites(directory),
            directory.state / SEAT,
        )
        self._stopping = asyncio.Event()
        self._sending: set[asyncio.Task[bool]] = set()

    async def run(self, opened: Callable[[str], None]) -> int:
        """Run until SIGTERM or SIGINT; return the exit status. `opened` gets a console link."""
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._stopping.set)
        now_ns = self._clock.now_ns()
        server = NatsServer(
            self._directory.state / "nats",
            server_name(self._config.node.nation, self._config.node.context),
            self._config.link.port,
            server_text(self._directory, now_ns),
        )
        # The server finds the others while the journal is read.
        replayed, _ = await asyncio.gather(asyncio.to_thread(self._driver.recover), server.start())
        if replayed:
            self._say(f"restored from the journal, {replayed} inputs replayed")
        server_end = self._issue(now_ns)
        self._links = PartnerLinks(server_end, self._received, self._reconnected, lambda: None)
        self._outbox = OutboxSender(
            OutboxReader(self._directory.state / "store.sqlite"),
            self._directory.partners,
            self._links.send,
        )
        await self._console.start()
        self._driver.start()
        opened(self._console.open_link())
        work: list[Coroutine[Any, Any, None]] = [
            server.run(),
            self._renew(server),
            self._links.run(),
            self._outbox.run(),
            *(
                run_feed(
                    feed,
                    self._driver.inbox.put_datagram,
                    self._clock.now_ns,
                    self._config.node.context,
                    server_end,
                )
                for feed in self._config.feeds
            ),
        ]
        tasks = [asyncio.create_task(w) for w in work]
        try:
            return await self._watch(tasks)
        finally:
            await _end(tasks)
            await self._console.stop()
            await server.stop()
            await asyncio.to_thread(self._driver.stop)
            self._tally.write(self._directory.state)

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

    async def _renew(self, server: NatsServer) -> None:
        """Issue certificates anew before they end; the links read theirs at each connection."""
        while True:
            await asyncio.sleep(RENEW_EVERY_S)
            now_ns = self._clock.now_ns()
            server_text(self._directory, now_ns)
            self._issue(now_ns)
            await server.renew()

    def _issue(self, now_ns: int) -> Endpoint:
        """Issue what the node's program and the senders of feeds show to the own server."""
        if any(feed.source.startswith("nats:") for feed in self._config.feeds):
            feed_credential(self._directory, now_ns)
        return endpoint(self._directory, now_ns)

    def _emit(self, messages: Sequence[Message]) -> None:
        if messages:
            self._loop.call_soon_threadsafe(self._leave, messages)

    def _leave(self, messages: Sequence[Message]) -> None:
        for message in messages:
            match message:
                case Release(stream=Stream.WARNING):
                    self._outbox.notify(message.partner)
                case Release():
                    self._send(message)
                case OutboxAcknowledged():
                    self._outbox.acknowledged(message.partner, message.upto_sequence)
                case _:
                    self._console.publish(message)
                    self._tally.take(message)
                    for line in self._narrator.lines(message):
                        self._say(line)

    def _send(self, release: Release) -> None:
        task = self._loop.create_task(
            self._links.send(release.partner, release.stream, release.frame)
        )
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def _received(self, partner: str, stream: Stream, frame: bytes) -> None:
        now_ns = self._clock.now_ns()
        message = PartnerFrame(
            **self._issuer.header(now_ns, now_ns), partner=partner, stream=stream, frame=frame
        )
        # A full warning lane refuses; the partner's outbox sends again.
        urgent = stream in (Stream.WARNING, Stream.RECEIPT)
        self._driver.inbox.put(Lane.WARNING if urgent else Lane.RELEASE, message)

    def _reconnected(self) -> None:
        for partner in self._directory.partners:
            self._outbox.resend(partner)

    async def _submit(self, message: Message) -> str:
        """Hand a person's command to the rooms; return "" once it is on disk, else why not."""
        answered: asyncio.Future[str] = self._loop.create_future()

        def settle(reason: str) -> None:
            if not answered.done():
                answered.set_result(reason)

        def done(reason: str) -> None:
            self._loop.call_soon_threadsafe(settle, reason)

        if not self._driver.inbox.put(Lane.HUMAN, message, done):
            return "the node has too many commands waiting"
        try:
            return await asyncio.wait_for(answered, ANSWER_WITHIN_S)
        except TimeoutError:
            return "the node did not answer in time; look whether it took effect"


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
