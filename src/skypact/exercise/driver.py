"""The simulated driver: many nodes, one clock that jumps to the next event.

Events of one instant go in the order of the live driver's lanes: people, durable frames, other
frames, plots, then wakes; events of one kind in the order in which they were made. Nothing here
depends on the wall clock or on hashing, so two runs give the same bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from heapq import heappop, heappush
from typing import NamedTuple, Protocol

import numpy as np

from skypact import __version__
from skypact.core.columns import pack
from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    Datagrams,
    Delivery,
    Message,
    NodeStarted,
    PartnerFrame,
    Release,
    Woken,
)
from skypact.exercise.cast.injects import Resume, SensorOut, Suspend, command
from skypact.exercise.links import DURABLE, Links
from skypact.exercise.people import People, Reaction
from skypact.exercise.scenario import Scenario
from skypact.exercise.world import SECOND_NS, WireDatagram

# Datagrams of one feed within this time of the first make one message, as when a live node is busy:
# of a radar, the plots of a sector with the mark that follows it; of recorded traffic, half a
# second.
BATCH_NS, TRAFFIC_BATCH_NS = 25_000_000, 500_000_000
DATAGRAMS_A_MESSAGE = 512
FIRST_EPOCH = 1

Record = Callable[[str, Message, int], None]
RecordOutputs = Callable[[str, Sequence[Message], int], None]


class NodeLike(Protocol):
    """What the driver needs of a node."""

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]: ...

    def wake(self, now_ns: int) -> Sequence[Message]: ...

    def next_wake_ns(self) -> int | None: ...


class WorldLike(Protocol):
    """What the driver needs of a world."""

    scenario: Scenario
    seed: int
    feeds: dict[str, str]

    def datagrams(self, from_ns: int, to_ns: int) -> list[WireDatagram]: ...


class _Kind(IntEnum):
    START = 0
    PERSON = 1
    DURABLE_FRAME = 2
    FRAME = 3
    PLOTS = 4
    WAKE = 5


class _Frame(NamedTuple):
    source: str
    release: Release


_Event = NodeStarted | Suspend | Resume | Reaction | _Frame | list[WireDatagram] | None


def run(
    nodes: Mapping[str, NodeLike],
    world: WorldLike,
    links: Links,
    start_ns: int,
    end_ns: int,
    record: Record,
    record_outputs: RecordOutputs,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Play start_ns <= time < end_ns.

    record: called with (nation, input, now_ns) before the input is handled, `Woken` for a wake;
    record_outputs: with (nation, outputs, now_ns) after it; progress: with now_ns, each second.
    """
    play = _Play(nodes, world, links, end_ns, record, record_outputs)
    play.start(start_ns)
    for second_ns in range(start_ns, end_ns, SECOND_NS):
        play.until(min(second_ns + SECOND_NS, end_ns), second_ns)
        if progress is not None:
            progress(min(second_ns + SECOND_NS, end_ns))


class _Play:
    def __init__(
        self,
        nodes: Mapping[str, NodeLike],
        world: WorldLike,
        links: Links,
        end_ns: int,
        record: Record,
        record_outputs: RecordOutputs,
    ) -> None:
        self._nodes, self._world, self._links, self._end_ns = nodes, world, links, end_ns
        self._record, self._record_outputs = record, record_outputs
        self._traffic = {t.feed for n in world.scenario.nations for t in n.traffic}
        self._people = People(world.scenario, world.seed)
        self._issuers = {name: Issuer(name, "exercise", Context.EXERCISE) for name in nodes}
        self._events: list[tuple[int, _Kind, int, str, _Event]] = []
        self._made = 0
        self._wake_ns: dict[str, int | None] = dict.fromkeys(nodes)

    def start(self, now_ns: int) -> None:
        """Queue the first message of each node, and the injects."""
        for nation, issuer in self._issuers.items():
            header = issuer.header(now_ns, now_ns)
            started = NodeStarted(**header, epoch=FIRST_EPOCH, version=__version__)
            self._push(now_ns, _Kind.START, nation, started)
        for inject in self._world.scenario.injects:
            if not isinstance(inject, SensorOut) and inject.nation in self._nodes:
                at_ns = now_ns + round(inject.at_s * SECOND_NS)
                self._push(at_ns, _Kind.PERSON, inject.nation, inject)

    def until(self, to_ns: int, from_ns: int) -> None:
        """Handle everything in from_ns <= time < to_ns."""
        self._push_plots(self._world.datagrams(from_ns, to_ns))
        while self._events and self._events[0][0] < to_ns:
            now_ns, kind, _, nation, event = heappop(self._events)
            self._happen(now_ns, kind, nation, event)

    def _push(self, time_ns: int, kind: _Kind, nation: str, event: _Event) -> None:
        if time_ns < self._end_ns:
            self._made += 1
            heappush(self._events, (time_ns, kind, self._made, nation, event))

    def _push_plots(self, datagrams: list[WireDatagram]) -> None:
        batches: list[list[WireDatagram]] = []
        latest: dict[str, list[WireDatagram]] = {}
        for datagram in datagrams:
            batch = latest.get(datagram.feed)
            within_ns = TRAFFIC_BATCH_NS if datagram.feed in self._traffic else BATCH_NS
            full = batch is None or len(batch) >= DATAGRAMS_A_MESSAGE
            if batch is None or full or datagram.time_ns - batch[0].time_ns > within_ns:
                batch = latest[datagram.feed] = []
                batches.append(batch)
            batch.append(datagram)
        for batch in batches:
            nation = self._world.feeds[batch[0].feed]
            if nation in self._nodes:
                self._push(batch[-1].time_ns, _Kind.PLOTS, nation, batch)

    def _happen(self, now_ns: int, kind: _Kind, nation: str, event: _Event) -> None:
        if kind is _Kind.WAKE:
            if self._wake_ns[nation] == now_ns:
                self._wake(nation, now_ns)
            return
        message = self._message(nation, event, now_ns)
        if message is None:
            return
        self._record(nation, message, now_ns)
        self._follow(nation, self._nodes[nation].handle(message, now_ns), now_ns)

    def _wake(self, nation: str, now_ns: int) -> None:
        self._wake_ns[nation] = None
        woken = Woken(**self._issuers[nation].header(now_ns, now_ns))
        self._record(nation, woken, now_ns)
        node = self._nodes[nation]
        outputs = node.wake(now_ns)
        due_ns = node.next_wake_ns()
        if due_ns is not None and due_ns <= now_ns:
            raise InvariantError(f"{nation} wants to wake again at {due_ns}, which has passed")
        self._follow(nation, outputs, now_ns)

    def _message(self, nation: str, event: _Event, now_ns: int) -> Message | None:
        issuer = self._issuers[nation]
        if isinstance(event, Suspend | Resume):
            return command(event, issuer, now_ns)
        if isinstance(event, Reaction):
            return self._people.act(event, issuer, now_ns)
        if isinstance(event, _Frame):
            return PartnerFrame(
                **issuer.header(now_ns, now_ns),
                partner=event.source,
                stream=event.release.stream,
                frame=event.release.frame,
            )
        if isinstance(event, list):
            return _received(issuer, event, now_ns)
        return event

    def _follow(self, nation: str, outputs: Sequence[Message], now_ns: int) -> None:
        self._record_outputs(nation, outputs, now_ns)
        for output in outputs:
            if isinstance(output, Release):
                self._send(nation, output, now_ns)
            elif isinstance(output, Delivery):
                for reaction in self._people.react(nation, output, now_ns):
                    self._push(reaction.due_ns, _Kind.PERSON, nation, reaction)
        due_ns = self._nodes[nation].next_wake_ns()
        if due_ns is not None:
            due_ns = max(due_ns, now_ns)
        if due_ns != self._wake_ns[nation]:
            self._wake_ns[nation] = due_ns
            if due_ns is not None:
                self._push(due_ns, _Kind.WAKE, nation, None)

    def _send(self, nation: str, release: Release, now_ns: int) -> None:
        arrival_ns = self._links.arrival_ns(nation, release.partner, release.stream, now_ns)
        if arrival_ns is None or release.partner not in self._nodes:
            return
        kind = _Kind.DURABLE_FRAME if release.stream in DURABLE else _Kind.FRAME
        self._push(arrival_ns, kind, release.partner, _Frame(nation, release))


def _received(issuer: Issuer, batch: list[WireDatagram], now_ns: int) -> Datagrams:
    return Datagrams(
        **issuer.header(batch[0].time_ns, now_ns),
        feed=batch[0].feed,
        count=len(batch),
        payload=b"".join(d.data for d in batch),
        **pack(
            Datagrams,
            length_bytes=np.array([len(d.data) for d in batch]),
            arrival_ns=np.array([d.time_ns for d in batch]),
        ),
    )
