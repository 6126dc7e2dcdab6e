"""A replay runs the same inputs and notices when anything comes out differently."""

from collections.abc import Sequence

import msgspec

from skypact.core.codec import encode
from skypact.core.ids import Issuer
from skypact.core.messages import ClockStepped, Context, LinkView, Message, NodeStarted, Woken
from skypact.edge.journal import Entry, Kind
from skypact.edge.replay import Quarantine, digest, quarantined, replay, step
from skypact.node import ROOMS, Node

ISSUER = Issuer("auria", "edge", Context.EXERCISE)


class Ticking:
    """A room that says something at every wake."""

    def __init__(self) -> None:
        self.issuer = Issuer("auria", "room", Context.EXERCISE)

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        return ()

    def wake(self, now_ns: int) -> Sequence[Message]:
        return [LinkView(**self.issuer.header(now_ns, now_ns), links=())]

    def next_wake_ns(self) -> int | None:
        return 0

    def snapshot(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None:
        return None


def node() -> Node:
    return Node({name: Ticking() for name in ROOMS})


def recorded(messages: Sequence[Message]) -> list[Entry]:
    """Return the entries a live node would have written."""
    entries: list[Entry] = []
    running = node()
    for message in messages:
        now_ns = message.received_ns
        for kind, payload in (
            (Kind.INPUT, encode(message)),
            (Kind.OUTPUT, digest(step(running, message, now_ns))),
        ):
            position = len(entries)
            entries.append(Entry(position, position + 1, kind, now_ns, payload))
    return entries


def woken(now_ns: int) -> Woken:
    return Woken(**ISSUER.header(now_ns, now_ns))


def test_every_kind_of_input_agrees() -> None:
    started = NodeStarted(**ISSUER.header(1, 1), epoch=1, version="1")
    stepped = ClockStepped(**ISSUER.header(3, 3), step_ns=10**9)
    steps = list(replay(node(), recorded([started, woken(2), stepped]), set()))
    assert [s.agrees for s in steps] == [True, True, True]
    assert [len(s.outputs) for s in steps] == [0, len(ROOMS), 1]


def test_a_difference_is_seen() -> None:
    entries = recorded([woken(2), woken(3)])
    entries[1] = entries[1]._replace(payload=bytes(16))
    assert [s.agrees for s in replay(node(), entries, set())] == [False, True]


def test_the_last_input_may_lack_its_digest() -> None:
    entries = recorded([woken(2), woken(3)])[:-1]
    assert [s.agrees for s in replay(node(), entries, set())] == [True, None]


def test_a_quarantined_input_is_skipped() -> None:
    entries = recorded([woken(2), woken(3)])
    mark = msgspec.msgpack.encode(Quarantine(position=0, reason="broken"))
    entries.append(Entry(9, 10, Kind.QUARANTINE, 3, mark))
    skip = quarantined(entries)
    assert skip == {0}
    assert [s.position for s in replay(node(), entries, skip)] == [2]
