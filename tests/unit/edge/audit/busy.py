"""A node that releases frames without pause, on the live driver; run as a program it is killed:

python -m tests.unit.edge.audit.busy FOLDER
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import Context, Message, NodeStarted, Release, Stream
from skypact.edge.audit.begin import open_audit
from skypact.edge.clock import Clock
from skypact.edge.driver import Driver
from skypact.edge.replay import RecordedConfig
from skypact.node import ROOMS, Node
from tests.unit.edge.audit.pair import auditor

PERIOD_NS = 2_000_000


class Busy:
    """Each wake a frame of the TRACK stream leaves, each seventh wake a warning too."""

    def __init__(self, name: str) -> None:
        self.issuer, self.busy = Issuer("auria", name, Context.EXERCISE), name == "sharing"
        self.epoch = self.track = self.warning = 0
        self.due_ns: int | None = None

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        if isinstance(message, NodeStarted):
            self.epoch, self.track = message.epoch, 0
            self.due_ns = now_ns if self.busy else None
        return ()

    def wake(self, now_ns: int) -> Sequence[Message]:
        self.due_ns = now_ns + PERIOD_NS
        self.track += 1
        out = [self.release(Stream.TRACK, self.track, now_ns)]
        if self.track % 7 == 0:
            self.warning += 1
            out.append(self.release(Stream.WARNING, self.warning, now_ns))
        return out

    def release(self, stream: Stream, sequence: int, now_ns: int) -> Release:
        return Release(
            **self.issuer.header(now_ns, now_ns),
            partner="borvia",
            stream=stream,
            epoch=self.epoch,
            sequence=sequence,
            clauses=("1",),
            frame=f"{stream} {self.epoch} {sequence}".encode(),
        )

    def next_wake_ns(self) -> int | None:
        return self.due_ns

    def snapshot(self) -> bytes:
        state = (self.issuer.issued, self.epoch, self.track, self.warning, self.due_ns)
        return msgspec.msgpack.encode(state)

    def restore(self, state: bytes) -> None:
        held = msgspec.msgpack.decode(state)
        self.issuer.issued, self.epoch, self.track, self.warning, self.due_ns = held


def node() -> Node:
    return Node({name: Busy(name) for name in ROOMS})


def driver(state: Path) -> Driver:
    return Driver(
        node,
        state,
        RecordedConfig(version="test", files={}),
        Issuer("auria", "edge", Context.EXERCISE),
        Clock(),
        lambda messages: None,
        1 << 30,
        lambda store: open_audit(store, auditor("auria"), Issuer("auria", "audit", Context.TEST)),
    )


if __name__ == "__main__":
    running = driver(Path(sys.argv[1]))
    running.recover()
    running.start()
    print("running", flush=True)
    while True:
        time.sleep(0.05)
