"""The first night as a stranger sees it: one command, four nodes, a raid seen together.

One demo is started for all tests here. A browser opens the warned nation's console, sees the
warning that another nation raised, acknowledges it under a name, and the acknowledgement is found
at the console of the nation that raised it.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from skypact.console.auth import open_seat

pytestmark = pytest.mark.e2e
SKYPACT = str(Path(sys.executable).parent / "skypact")
PERSON = "Ilse Maren"
UP_S, RAID_S = 60.0, 120.0


def until(true: Callable[[], Any], within_s: float, what: str) -> Any:
    end_s = time.monotonic() + within_s
    while not (found := true()):
        assert time.monotonic() < end_s, what
        time.sleep(0.1)
    return found


class Demo:
    """A running demo, its folder and what it printed."""

    def __init__(self, folder: Path) -> None:
        self.state, self.summary, self.log = folder / "s", folder / "summary.json", folder / "log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [SKYPACT, "demo", "--no-browser", "--state", str(self.state),
                 "--summary", str(self.summary)],
                stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def printed(self) -> str:
        return self.log.read_text()

    def link(self, nation: str, panel: str = "warnings") -> str:
        seat = self.state / nation / "state" / "console-seat.json"
        until(seat.exists, UP_S, f"the console of {nation} never came up:\n{self.printed()}")
        return open_seat(seat, time.time_ns(), panel)

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    demo = Demo(tmp_path_factory.mktemp("demo"))
    yield demo
    if demo.process.poll() is None:
        demo.end()


def seat(browser: Browser, demo: Demo, nation: str, person: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(demo.link(nation))
    page.get_by_role("textbox", name="Who is on watch here?").fill(person)
    page.get_by_role("button", name="Begin watch").click()
    return page


def test_a_warning_is_seen_and_acknowledged_across_a_border(demo: Demo, browser: Browser) -> None:
    warned = seat(browser, demo, "auria", PERSON)
    rows = warned.locator(
        "[role=listitem][data-warning-id^='borvia/'], [role=listitem][data-warning-id^='cestia/']"
    )
    expect(rows.first).to_be_visible(timeout=RAID_S * 1000)
    row = rows.first
    reference = row.get_attribute("data-warning-id") or ""
    origin = reference.partition("/")[0]
    expect(row).to_contain_text("Ballistic")
    expect(warned.get_by_text("EXERCISE").first).to_be_visible()
    row.get_by_role("button", name=re.compile("Acknowledge")).click()

    raising = seat(browser, demo, origin, "Tomas Rehn")
    own = raising.locator(f"[role=listitem][data-warning-id^='{origin}-w']")
    expect(own.filter(has_text=PERSON).first).to_be_visible(timeout=20_000)


def test_ctrl_c_ends_every_process_and_leaves_a_summary(demo: Demo) -> None:
    pids = _descendants(demo.process.pid)
    assert len(pids) >= 9, f"four nodes, four message servers and the world, was {pids}"
    assert demo.end() == 0, demo.printed()
    until(lambda: not [p for p in pids if Path(f"/proc/{p}").exists()], 3, "a process was left")
    summary = json.loads(demo.summary.read_text())
    assert summary["nodes"] == ["keystone", "auria", "borvia", "cestia"]
    assert {f["node"] for f in summary["feeds"]} == {"auria", "borvia", "cestia"}
    assert all(f["records"] > 0 for f in summary["feeds"]), summary["feeds"]
    assert {f["format"] for f in summary["feeds"]} == {"asterix", "beast"}
    assert summary["tracks"]["keystone"]["own"] == 0
    assert summary["tracks"]["keystone"]["from_partners"] > 0
    across = [w for w in summary["warnings"] if w["node"] == "auria" and w["origin"] != "auria"]
    answered = [w for w in across if w["acknowledged_by"] == PERSON]
    assert answered, across
    ledger = answered[0]["ledger"]
    stages = ("detected", "tracked", "raised", "released", "received", "shown", "acknowledged")
    times = [ledger[f"{stage}_ns"] for stage in stages]
    assert 0 < times[0] <= times[1] <= times[2] <= times[3] <= times[4] <= times[5] <= times[6]


def test_every_line_is_for_a_person(demo: Demo) -> None:
    lines = demo.printed().splitlines()
    assert lines[0].endswith("Ctrl-C ends it.")
    assert "EXERCISE" in lines[0]
    odd = [line for line in lines if not re.match(r"\d\d:\d\d:\d\d(\.\d{3})?Z  ?\w+ +\S", line)]
    assert not odd


def test_the_journals_replay_byte_for_byte(demo: Demo) -> None:
    for nation in ("auria", "keystone"):
        journal = demo.state / nation / "state" / "journal"
        done = subprocess.run(
            [SKYPACT, "replay", str(journal)], capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONHASHSEED": "7"}, timeout=120,
        )  # fmt: skip
        counts = json.loads(done.stdout)
        assert done.returncode == 0, (counts, done.stderr)
        assert counts["agree"] > 30
        assert counts["differ"] == 0


def _descendants(parent: int) -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        try:
            stat = (entry / "stat").read_text() if entry.name.isdigit() else ""
        except OSError:
            continue
        if stat and int(stat.rpartition(")")[2].split()[1]) == parent:
            found += [int(entry.name), *_descendants(int(entry.name))]
    return found
