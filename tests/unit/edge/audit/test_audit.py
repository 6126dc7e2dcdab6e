"""Log and store agree whenever the node is killed, and the log stays bounded."""

import subprocess
import sys
from pathlib import Path
from random import Random

import apsw
import pytest

from skypact.core.messages import Stream
from skypact.edge.audit.audit import DAY_NS, TRIM_EVERY_NS
from skypact.edge.audit.tables import OWN, Tables
from skypact.edge.journal import read
from skypact.edge.replay import replay
from skypact.edge.store import OutboxReader
from skypact.sharing.audit.facts import Sent, facts
from skypact.sharing.audit.leaves import SentLeaf, StartedLeaf, decode
from tests.unit.edge.audit.busy import driver, node
from tests.unit.edge.audit.pair import Pair
from tests.unit.picture.flights import S

ROOT = Path(__file__).parents[4]


def tables(state: Path) -> Tables:
    return Tables(apsw.Connection(str(state / "store.sqlite"), flags=apsw.SQLITE_OPEN_READONLY))


def told(held: Tables, partner: str) -> list[tuple[str, int, int, bytes]]:
    """Return every frame of the log for a partner, in its order, the streams apart."""
    row = held.logs()[partner]
    leaves = [decode(e.data) for e in held.entries(row.log, 0, row.end.size)]
    frames = [f for m in leaves if isinstance(m, SentLeaf) for run in m.runs for f in run.frames()]
    return sorted(frames, key=lambda f: f.stream)


def journalled(state: Path) -> list[tuple[str, int, int, bytes]]:
    """Return every frame that the journal leads to."""
    steps = replay(node(), read(state / "journal"), frozenset())
    found = [f for step in steps for f in facts(step.message, step.outputs)]
    return sorted((f.frame for f in found if isinstance(f, Sent)), key=lambda f: f.stream)


def killed(state: Path, after_s: float) -> None:
    command = [sys.executable, "-m", "tests.unit.edge.audit.busy", str(state)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"running\n"
        try:
            process.wait(after_s)
        except subprocess.TimeoutExpired:
            process.kill()


def test_whenever_it_is_killed_the_log_tells_every_frame_once(tmp_path: Path) -> None:
    dice = Random(5)
    for _ in range(4):
        killed(tmp_path, dice.uniform(0.05, 1.2))
    # What is on disk now was left by a kill; a start enters what is missing, and no more.
    before = told(tables(tmp_path), "borvia")
    waiting = OutboxReader(tmp_path / "store.sqlite").pending("borvia", 0, 1 << 20)
    warnings = [f.sequence for f in before if f.stream == "warning"]
    assert [number for number, _ in waiting] == warnings != []
    again = driver(tmp_path)
    again.recover()
    again.start()
    again.stop()
    frames = told(tables(tmp_path), "borvia")
    assert frames == journalled(tmp_path)
    assert len(frames) >= len(before) > 100
    row = tables(tmp_path).logs()["borvia"]
    rows = tables(tmp_path).entries(row.log, 0, row.end.size)
    starts = [m for m in map(decode, (e.data for e in rows)) if isinstance(m, StartedLeaf)]
    assert [m.epoch for m in starts] == [1, 2, 3, 4, 5]
    assert [m.clean for m in starts] == [True, False, False, False, False]


def test_an_orderly_end_leaves_nothing_to_enter(tmp_path: Path) -> None:
    for _ in range(2):
        running = driver(tmp_path)
        running.recover()
        running.start()
        while not told_anything(tmp_path):
            pass
        running.stop()
        assert told(tables(tmp_path), "borvia") == journalled(tmp_path)
    row = tables(tmp_path).logs()["borvia"]
    leaves = [decode(e.data) for e in tables(tmp_path).entries(row.log, 0, row.end.size)]
    assert [m.clean for m in leaves if isinstance(m, StartedLeaf)] == [True, True]


def told_anything(state: Path) -> bool:
    return OutboxReader(state / "store.sqlite").waiting("borvia") > 3


@pytest.mark.parametrize("follows", [True, False])
def test_old_entries_go_and_the_tree_stays(tmp_path: Path, follows: bool) -> None:
    keep_s = 120
    pair = Pair(tmp_path, keep_days=keep_s * S / DAY_NS)
    auria, borvia = pair["auria"], pair["borvia"]
    if not follows:
        borvia.given = {}
        borvia.audit.keeper.auditor = borvia.audit.keeper.auditor._replace(verifiers={})
    pair.run(500)
    keeper = auria.audit.keeper
    row, own = keeper.logs["borvia"], keeper.logs[OWN]
    times = 1 if follows else 3
    oldest = keeper.tables.entries(row.log, row.first, row.first + 1)[0]
    assert row.first > 0
    assert own.first > 0
    assert keep_s * S * times <= pair.now - oldest.time_ns
    assert pair.now - oldest.time_ns <= keep_s * S * times + TRIM_EVERY_NS + 20 * S
    assert keeper.tables.entries(row.log, 0, row.first) == []
    assert pair.faults == []
    if follows:
        # The partner goes on cosigning across what was dropped.
        assert borvia.audit.keeper.followed["auria"].size > row.end.size - 10
        pair.run(60)
        assert borvia.audit.keeper.followed["auria"].size > keeper.logs["borvia"].end.size - 10
        assert pair.faults == []


def test_a_partner_that_comes_after_all_was_dropped_is_told_so(tmp_path: Path) -> None:
    pair = Pair(tmp_path, keep_days=60 * S / DAY_NS)
    pair.run(40)
    pair.run(900, lost=list(Stream))
    pair.run(40)
    (fault,) = [f for f in pair["borvia"].faults if f.fault != "accused"]
    assert fault.fault == "dropped"
    assert "no longer holds" in fault.text
