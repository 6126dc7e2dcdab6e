"""One live node in a process of its own: it answers, it ends when told, it goes on afterwards."""

import asyncio
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.cli.live import SEAT, _end
from skypact.edge.journal import Kind, read
from skypact.exercise.scenario import load as load_scenario

SKYPACT = str(Path(sys.executable).parent / "skypact")


def answered(folder: Path, node: subprocess.Popen[str]) -> int:
    """Return the HTTP status of the console for somebody without a link."""
    end_s = time.monotonic() + 60
    port = int((folder.parent / "ports" / f"console-{folder.name}").read_text())
    while time.monotonic() < end_s:
        assert node.poll() is None, node.stdout and node.stdout.read()
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the console never answered")


def run(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [SKYPACT, "node", str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_a_node_answers_ends_and_goes_on(tmp_path: Path) -> None:
    prepare(tmp_path, load_scenario("first_night"), agreement_texts("first_night"), 1)
    folder = tmp_path / "keystone"
    for start in (1, 2):
        node = run(folder)
        assert answered(folder, node) == 401
        assert (folder / "state" / SEAT).stat().st_mode & 0o077 == 0
        node.send_signal(signal.SIGTERM)
        out, _ = node.communicate(timeout=30)
        assert node.returncode == 0, out
        assert "console: http://127.0.0.1:" in out
        entries = list(read(folder / "state" / "journal"))
        assert sum(e.kind is Kind.CONFIG for e in entries) == start


def test_a_task_that_swallows_a_cancellation_is_told_again() -> None:
    async def stubborn(times: int) -> None:
        while times:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                times -= 1

    async def run() -> bool:
        tasks = [asyncio.create_task(stubborn(n)) for n in (1, 2)]
        await asyncio.sleep(0)
        await _end(tasks)
        return all(task.done() for task in tasks)

    assert asyncio.run(run())
