"""A real supervisor with real children and their nats-servers: kills, Ctrl-C, no process left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

PROGRAM = """
import asyncio, os, signal, sys
from pathlib import Path
from skypact.edge.log import configure
from skypact.edge.links.nats_server import NatsServer, kept_port
from skypact.edge.supervise import ChildSpec, supervise

root = Path(sys.argv[1])

def node() -> int:
    async def live() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        port = kept_port(root / "ports" / "nats")
        text = f'server_name: me\\nlisten: "127.0.0.1:{port}"\\nlog_file: "{root}/log"'
        server = NatsServer(root, "me", port, text)
        await server.start()
        keeping = asyncio.create_task(server.run())
        (root / "nats.pid").write_text(str(server.pid))
        (root / "node.pid").write_text(str(os.getpid()))
        await stop.wait()
        keeping.cancel()
        await server.stop()
        (root / "ended").open("a").write("x")
    asyncio.run(live())
    return 0

def stubborn() -> int:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (root / "stubborn.pid").write_text(str(os.getpid()))
    while True:
        signal.pause()

def crashing() -> int:
    (root / "crashes").open("a").write("x")
    raise RuntimeError("broken on purpose")

configure("supervisor", stream=open(root / "lines", "w", buffering=1))
children = [ChildSpec(name, globals()[name]) for name in sys.argv[2].split(",")]
sys.exit(supervise(children, preload=["skypact.edge.links.link"]))
"""


class _Run:
    """A supervisor in a session of its own, as under a terminal."""

    def __init__(self, root: Path, children: str) -> None:
        self.root = root
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(root), children], start_new_session=True
        )

    def pid(self, name: str, other_than: int = 0) -> int:
        path = self.root / f"{name}.pid"
        until(lambda: path.exists() and path.read_text() not in ("", str(other_than)))
        return int(path.read_text())

    def lines(self) -> str:
        path = self.root / "lines"
        return path.read_text() if path.exists() else ""

    def ctrl_c(self) -> None:
        """As the terminal does: to the whole foreground process group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def left(self) -> list[int]:
        """Return the processes that live and were started from here (by their environment)."""
        mark = str(self.root).encode()
        found: list[int] = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    command = (entry / "cmdline").read_bytes()
                    state = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
                except OSError:
                    continue
                if mark in command and state != "Z":
                    found.append(int(entry.name))
        return found


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], _Run]]:
    runs: list[_Run] = []

    def begin(children: str) -> _Run:
        runs.append(_Run(tmp_path, children))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.kill()
        run.process.wait()


def until(condition: Callable[[], bool], deadline_s: float = 15.0) -> None:
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s, "not within the deadline"
        time.sleep(0.005)


def test_killed_child_is_back_and_took_its_nats_server_along(
    start: Callable[[str], _Run],
) -> None:
    run = start("node")
    was, nats = run.pid("node"), run.pid("nats")
    os.kill(was, signal.SIGKILL)
    begin_s = time.monotonic()
    assert run.pid("node", other_than=was) not in (was, 0)
    assert run.pid("nats", other_than=nats) != nats
    print(f"child and its nats-server back after {time.monotonic() - begin_s:.2f} s")
    until(lambda: nats not in run.left())
    assert len(run.left()) == 3
    assert "WARNING child_exited child=node why='killed by SIGKILL'" in run.lines()
    assert "child_restarted child=node" in run.lines()


def test_killed_nats_server_is_back(start: Callable[[str], _Run]) -> None:
    run = start("node")
    nats = run.pid("nats")
    os.kill(nats, signal.SIGKILL)
    until(lambda: nats not in run.left() and len(run.left()) == 3)


def test_nothing_outlives_a_killed_supervisor(start: Callable[[str], _Run]) -> None:
    run = start("node,stubborn")
    run.pid("node")
    run.pid("stubborn")
    assert len(run.left()) == 4
    run.process.kill()
    begin_s = time.monotonic()
    run.process.wait()
    until(lambda: not run.left())
    print(f"all gone {time.monotonic() - begin_s:.2f} s after the supervisor was killed")


def test_ctrl_c_ends_everything_once_and_cleanly(start: Callable[[str], _Run]) -> None:
    run = start("node")
    run.pid("node")
    run.ctrl_c()
    assert run.process.wait(15) == 0
    assert run.left() == []
    assert (run.root / "ended").read_text() == "x"
    assert "child_stopped child=node why='status 0'" in run.lines()
    assert "child_exited" not in run.lines()


def test_second_ctrl_c_kills_what_does_not_end(start: Callable[[str], _Run]) -> None:
    run = start("node,stubborn")
    run.pid("node")
    run.pid("stubborn")
    run.ctrl_c()
    until(lambda: "child_stopped child=node" in run.lines())
    assert run.process.poll() is None
    run.ctrl_c()
    assert run.process.wait(15) == 1
    assert run.left() == []
    assert "WARNING child_killed child=stubborn" in run.lines()


def test_crashing_child_is_started_again_ever_more_slowly(start: Callable[[str], _Run]) -> None:
    run = start("crashing")
    until(lambda: run.lines().count("child_exited") >= 3)
    waits = [line.split("=")[-1] for line in run.lines().splitlines() if "child_exited" in line]
    assert waits[:3] == ["0.000", "0.500", "1.000"]
    assert "RuntimeError: broken on purpose" in run.lines()
    assert "why=crashed" in run.lines()
    run.process.terminate()
    assert run.process.wait(15) == 0
