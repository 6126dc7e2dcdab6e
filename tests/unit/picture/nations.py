"""Several nations' pictures that exchange over links with delay, loss and cuts, by simulation.

The node, its picture and its sharing are the real ones. Tracks are given, not tracked. A frame of a
durable stream is sent again until it arrives, as the outbox does; all else is lost when it is lost.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec
import numpy as np

from skypact.core.columns import array
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    Message,
    NodeStarted,
    PartnerFrame,
    PictureView,
    Release,
    Stream,
    TracksDeleted,
)
from skypact.node import Node
from skypact.picture.picture import Picture
from skypact.picture.settings import PictureSettings
from skypact.sharing.settings import Partner, SharingSettings
from skypact.sharing.sharing import Sharing
from skypact.sharing.treaty.agreements import Agreement, Clause, What
from skypact.sharing.umbrella.settings import UmbrellaSettings
from tests.unit.picture.flights import T0, S, own

STEP_NS = S // 10
ALL = ("unknown", "ballistic", "cruise", "drone", "aircraft", "rocket")
START, END = datetime(2023, 11, 1, tzinfo=UTC), datetime(2023, 12, 1, tzinfo=UTC)
Flights = Callable[[str, int], dict[int, tuple[np.ndarray, float]]]
"""Tracker number to state (6,) and standard deviation in m, of a nation at a time."""


class Quiet:
    """A room that says nothing."""

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        return []

    def wake(self, now_ns: int) -> Sequence[Message]:
        return []

    def next_wake_ns(self) -> int | None:
        return None

    def snapshot(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None:
        pass


def treaty(owner: str, partner: str) -> Agreement:
    clauses = [
        Clause(id=what.value, what=what, classes=ALL, show_address=what is What.TRACK)
        for what in (What.TRACK, What.IDENTITY)
    ]
    return Agreement(
        owner=owner, partner=partner, valid_from=START, valid_until=END, clauses=tuple(clauses)
    )


class Nations:
    """names: nations in order; flights: what each tracks; settings: of every picture."""

    def __init__(
        self,
        names: Sequence[str],
        flights: Flights,
        settings: PictureSettings,
        seed: int = 1,
        loss: float = 0.0,
        delay_s: float = 0.05,
        umbrella: Mapping[str, UmbrellaSettings] | None = None,
        numbers: int = 400,
    ) -> None:
        """umbrella: what each knows of the coordinator; numbers: shared out in the settings."""
        self._umbrella, self._numbers = umbrella or {}, numbers
        self.names, self.now_ns = tuple(names), T0
        self._flights, self._dice = flights, Random(seed)
        self._loss, self._delay_ns = loss, round(delay_s * S)
        self.cut: set[frozenset[str]] = set()
        self._sent: list[tuple[int, Release]] = []
        self._flying: dict[str, dict[int, int]] = {name: {} for name in names}
        self.seen: dict[str, list[tuple[int, Message]]] = {name: [] for name in names}
        treaties = tuple(treaty(a, b) for a in names for b in names if a != b)
        self.nodes = {name: self._node(name, i, treaties, settings) for i, name in enumerate(names)}
        for name in names:
            header = Issuer(name, "edge", Context.EXERCISE).header(T0, T0)
            self.tell(name, NodeStarted(**header, epoch=1, version="test"))

    def _node(
        self, name: str, index: int, treaties: tuple[Agreement, ...], settings: PictureSettings
    ) -> Node:
        pool = [n for n in range(1_000, 1_000 + self._numbers) if n % len(self.names) == index]
        Random(index).shuffle(pool)
        said = self._umbrella.get(name, UmbrellaSettings())
        chosen = msgspec.structs.replace(
            settings,
            track_numbers=tuple(pool),
            asks=said.coordinator not in ("", name),
        )
        partners = tuple(
            Partner(name=n, reference_key=n.encode().ljust(16, b"."))
            for n in self.names
            if n != name
        )
        mine = tuple(t for t in treaties if name in (t.owner, t.partner))
        rooms: dict[str, Any] = {
            "sensors": Quiet(),
            "tracking": Quiet(),
            "picture": Picture(Issuer(name, "picture", Context.EXERCISE), chosen),
            "sharing": Sharing(
                Issuer(name, "sharing", Context.EXERCISE),
                SharingSettings(partners=partners, umbrella=said),
                mine,
            ),
            "warning": Quiet(),
            "alerting": Quiet(),
            "readiness": Quiet(),
        }
        return Node(rooms)

    def tell(self, name: str, message: Message) -> None:
        """Give a node an input."""
        self._out(name, self.nodes[name].handle(message, self.now_ns))

    def _out(self, name: str, messages: Sequence[Message]) -> None:
        for message in messages:
            if isinstance(message, Release):
                self._sent.append((self.now_ns + self._jitter(), message))
            else:
                self.seen[name].append((self.now_ns, message))

    def _jitter(self) -> int:
        return round(self._delay_ns * self._dice.uniform(0.5, 1.5))

    def run(self, seconds: float, every: Callable[[], None] | None = None) -> None:
        """Go on for so long; `every` is called after each step."""
        until_ns = self.now_ns + round(seconds * S)
        while self.now_ns < until_ns:
            self.now_ns += STEP_NS
            self._deliver()
            if self.now_ns % S == 0:
                for name in self.names:
                    self._track(name)
            for name in self.names:
                due_ns = self.nodes[name].next_wake_ns()
                if due_ns is not None and due_ns <= self.now_ns:
                    self._out(name, self.nodes[name].wake(self.now_ns))
            if every is not None:
                every()

    def _track(self, name: str) -> None:
        """Feed what a nation's tracker holds now."""
        held = self._flights(name, self.now_ns)
        gone = tuple(n for n in self._flying[name] if n not in held)
        self._flying[name] = dict.fromkeys(held, 0)
        if gone:
            header = Issuer(name, "tracking", Context.EXERCISE).header(self.now_ns, self.now_ns)
            reasons = ("no plots",) * len(gone)
            self.tell(name, TracksDeleted(**header, numbers=gone, reasons=reasons))
        for number, (state, sd_m) in held.items():
            quality = quality_of(sd_m)
            batch = own([number], state, self.now_ns, sd_m=sd_m)
            self.tell(name, msgspec.structs.replace(batch, origin=name, quality=bytes([quality])))

    def _deliver(self) -> None:
        due = [(at, r) for at, r in self._sent if at <= self.now_ns]
        self._sent = [(at, r) for at, r in self._sent if at > self.now_ns]
        for _, release in sorted(due, key=lambda one: one[0]):
            lost = self._dice.random() < self._loss
            cut = frozenset((release.origin, release.partner)) in self.cut
            if lost or cut:
                if release.stream is Stream.WARNING:
                    self._sent.append((self.now_ns + S // 2, release))
                continue
            header = Issuer(release.partner, "edge", Context.EXERCISE).header(
                self.now_ns, self.now_ns
            )
            frame = PartnerFrame(
                **header, partner=release.origin, stream=release.stream, frame=release.frame
            )
            self.tell(release.partner, frame)

    def part(self, *names: str) -> None:
        """Cut these nations off from all others."""
        rest = [n for n in self.names if n not in names]
        self.cut = {frozenset((a, b)) for a in names for b in rest}

    def heal(self) -> None:
        """Join all links again."""
        self.cut = set()

    def of(self, name: str, kind: type) -> list[tuple[int, Any]]:
        """Return what a node let out of one kind, with the time."""
        return [(at, m) for at, m in self.seen[name] if isinstance(m, kind)]

    def view(self, name: str) -> PictureView:
        """Return the newest picture of a node."""
        return self.of(name, PictureView)[-1][1]

    def shown(self, name: str) -> Mapping[int, int]:
        """Return track number to identity at a node."""
        view = self.view(name)
        pairs = zip(array(view, "number"), array(view, "identity"), strict=True)
        return {int(number): int(identity) for number, identity in pairs}


def quality_of(sd_m: float) -> int:
    """Return a track quality, 0 to 15, that falls as the error grows."""
    return int(np.clip(15 - 3 * np.log2(max(sd_m, 10.0) / 25.0), 0, 15))
