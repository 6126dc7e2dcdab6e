"""The live driver: what leaves is on disk, and a killed node goes on where it was."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    CommandRefused,
    Context,
    Delivery,
    InputQuarantined,
    LinkView,
    Message,
    NodeStarted,
    PartnerFrame,
    Release,
    Stream,
)
from skypact.edge.clock import Clock
from skypact.edge.driver import Driver
from skypact.edge.inbox import Lane
from skypact.edge.journal import Kind, read
from skypact.edge.replay import RecordedConfig, quarantined, replay
from skypact.edge.store import OutboxReader
from skypact.node import ROOMS, Node


class Counting:
    """A room that numbers what it gets: each frame leads to one durable release, each command is
    refused, a frame saying `break` breaks an invariant."""

    def __init__(self, name: str) -> None:
        self.name, self.count = name, 0
        self.issuer = Issuer("auria", name, Context.EXERCISE)
        self.due_ns: int | None = None

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        if isinstance(message, NodeStarted):
            self.due_ns = now_ns
            return ()
        header = self.issuer.header(now_ns, now_ns)
        if isinstance(message, AcknowledgeWarning):
            return [CommandRefused(**header, command_id=message.id, reason="no such warning")]
        if isinstance(message, LinkView):
            return []
        assert isinstance(message, PartnerFrame)
        self.count += 1
        if message.frame == b"break":
            raise InvariantError("broken")
        return [
            Release(
                **header,
                partner=message.partner,
                stream=Stream.WARNING,
                epoch=1,
                sequence=self.count,
                clauses=("1",),
                frame=message.frame,
            )
        ]

    def wake(self, now_ns: int) -> Sequence[Message]:
        self.due_ns = now_ns + 20_000_000
        if self.name != "sharing":
            return ()
        return [LinkView(**self.issuer.header(now_ns, now_ns), links=())]

    def next_wake_ns(self) -> int | None:
        return self.due_ns

    def snapshot(self) -> bytes:
        return msgspec.msgpack.encode((self.count, self.issuer.issued, self.due_ns))

    def restore(self, state: bytes) -> None:
        self.count, self.issuer.issued, self.due_ns = msgspec.msgpack.decode(state)


def node() -> Node:
    return Node({name: Counting(name) for name in ROOMS})


class Bench:
    """One driver on a folder, and what it emitted."""

    def __init__(self, state: Path) -> None:
        self.emitted: list[Message] = []
        self.lock = threading.Lock()
        self.issuer = Issuer("auria", "edge", Context.EXERCISE)
        recorded = RecordedConfig(version="test", files={})
        self.driver = Driver(
            node, state, recorded, self.issuer, Clock(), self.emit, keep_journal_bytes=1 << 30
        )
        self.replayed = self.driver.recover()
        self.driver.start()

    def emit(self, messages: Sequence[Message]) -> None:
        with self.lock:
            self.emitted += messages

    def frame(self, data: bytes) -> PartnerFrame:
        header = self.issuer.header(1, 1)
        return PartnerFrame(**header, partner="borvia", stream=Stream.WARNING, frame=data)

    def of(self, kind: type[Message]) -> list[Message]:
        with self.lock:
            return [m for m in self.emitted if type(m) is kind]


def until(true: Callable[[], object]) -> None:
    """Wait for something another thread does."""
    deadline_s = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline_s, "it never came true"
        time.sleep(0.002)


def test_a_release_is_in_the_outbox_before_it_leaves(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    reader = OutboxReader(tmp_path / "store.sqlite")
    held: list[int] = []
    emit = bench.emit

    def look(messages: Sequence[Message]) -> None:
        if any(isinstance(m, Release) for m in messages):
            held.append(reader.waiting("borvia"))
        emit(messages)

    bench.driver._emit = look  # type: ignore[method-assign]
    for number in range(5):
        bench.driver.inbox.put(Lane.WARNING, bench.frame(bytes([number])))
        until(lambda n=number: len(bench.of(Release)) == n + 1)
    bench.driver.stop()
    assert held == [1, 2, 3, 4, 5]


def test_a_command_is_answered_with_its_reason(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    answers: list[str] = []
    command = AcknowledgeWarning(
        **bench.issuer.header(1, 1), warning_id="w", person="Ilse Maren", post="duty"
    )
    bench.driver.inbox.put(Lane.HUMAN, command, answers.append)
    until(lambda: answers)
    bench.driver.stop()
    assert answers == ["no such warning"]
    assert not bench.of(Delivery)


def test_a_killed_node_goes_on(tmp_path: Path) -> None:
    first = Bench(tmp_path)
    for number in range(3):
        first.driver.inbox.put(Lane.WARNING, first.frame(bytes([number])))
    until(lambda: len(first.of(Release)) == 3)
    # No stop: what a kill leaves is what lies on the disk now.
    copy = tmp_path / "copy"
    (copy / "journal").mkdir(parents=True)
    for path in (tmp_path / "journal").iterdir():
        (copy / "journal" / path.name).write_bytes(path.read_bytes())
    first.driver.stop()
    again = Bench(copy)
    assert again.replayed is not None
    assert again.replayed >= 4
    again.driver.inbox.put(Lane.WARNING, again.frame(b"after"))
    until(lambda: again.of(Release))
    again.driver.stop()
    pending = OutboxReader(copy / "store.sqlite").pending("borvia", 0, 9)
    assert pending == [(1, b"\x00"), (2, b"\x01"), (3, b"\x02"), (4, b"after")]


def test_a_first_start_is_told_from_one_after_an_orderly_end(tmp_path: Path) -> None:
    """After that there is a snapshot and no input behind it: restored all the same."""
    first = Bench(tmp_path)
    assert first.replayed is None
    first.driver.stop()
    second = Bench(tmp_path)
    assert second.replayed == 0
    second.driver.stop()


def test_an_input_that_breaks_a_rule_is_skipped_next_time(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.driver.inbox.put(Lane.WARNING, bench.frame(b"good"))
    until(lambda: bench.of(Release))
    bench.driver.inbox.put(Lane.WARNING, bench.frame(b"break"))
    until(lambda: not bench.driver.alive)
    assert isinstance(bench.driver.failure, InvariantError)
    assert bench.of(InputQuarantined)
    bench.driver.stop()
    again = Bench(tmp_path)
    again.driver.inbox.put(Lane.WARNING, again.frame(b"next"))
    until(lambda: again.of(Release))
    again.driver.stop()
    pending = OutboxReader(tmp_path / "store.sqlite").pending("borvia", 0, 9)
    assert pending == [(1, b"good"), (2, b"next")]


@pytest.mark.parametrize("tampered", [False, True])
def test_a_replay_agrees_with_what_left(tmp_path: Path, tampered: bool) -> None:
    bench = Bench(tmp_path)
    for number in range(4):
        bench.driver.inbox.put(Lane.WARNING, bench.frame(bytes([number])))
    until(lambda: len(bench.of(Release)) == 4)
    bench.driver.stop()
    entries = list(read(tmp_path / "journal"))
    if tampered:
        place = next(
            i for i, e in enumerate(entries) if e.kind is Kind.INPUT and b"borvia" in e.payload
        )
        entries[place] = entries[place]._replace(
            payload=entries[place].payload.replace(b"borvia", b"cestia")
        )
    steps = list(replay(node(), entries, quarantined(entries)))
    assert len(steps) >= 5
    assert all(s.agrees for s in steps if s.agrees is not None) is not tampered


def test_a_keeper_that_has_ended_holds_up_no_stop(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.driver._cuts.put(None)
    until(lambda: not bench.driver.alive)
    bench.driver._cuts.put((0, b""))
    ending = threading.Thread(target=bench.driver.stop, args=(0.1,), daemon=True)
    ending.start()
    ending.join(5)
    assert not ending.is_alive()
