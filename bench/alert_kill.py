"""Kill a node at random instants of a raid: nothing unsent, and nothing sent again to who has acknowledged.

  python bench/alert_kill.py [--rounds 8] [--seed 1]

The node of `notice_latency`, with two recipients that a webhook reaches. In each round a launch is reported, the
process is killed (SIGKILL) within a second, started again, and both must have been told; then a person acknowledges
at the console, and the process is killed again: nothing more may come for the post that has acknowledged.
"""

import argparse
import json
import queue
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import notice_latency as base  # noqa: E402
from skypact.cli.agreement.seat import ask, looked_at  # noqa: E402
from skypact.cli.procedure.work import order  # noqa: E402
from skypact.core.errors import LinkError  # noqa: E402

PEOPLE = """
[[recipient]]
name = "desk"
post = "duty"
webhook = "http://127.0.0.1:{hook}/alerts"

[[recipient]]
name = "field"
post = "field"
webhook = "http://127.0.0.1:{hook}/field"
"""
MORE = """
[[channels.webhook]]
url = "http://127.0.0.1:{hook}/field"
secret_file = "keys/hook-secret"
"""
STEPS = """
[[step]]
id = "duty"
stage = "prepare"
tell = ["desk", "field"]
answer_within_s = 4.0
attempts = 20
every_s = 1.0
"""


class Killed:
    """A node that is killed and started again."""

    def __init__(self, home: Path) -> None:
        self.home, self.log = home, home.parent / "log"
        self.start()

    def start(self) -> None:
        self.log.write_text("")
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [base.SKYPACT, "node", str(self.home)], stdout=out, stderr=out
            )
        base.until(lambda: "console: http" in self.log.read_text(), 120)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def told(hook: base.Hook, within_s: float, enough: int) -> list[dict[str, Any]]:
    """Return the posts of warnings within a time, or until `enough` recipients were told."""
    found: list[dict[str, Any]] = []
    end = time.monotonic() + within_s
    while time.monotonic() < end and len({p["path"] for p in found}) < enough:
        try:
            _, post = hook.posts.get(timeout=0.2)
        except queue.Empty:
            continue
        if post["stage"] in ("prepare", "take_cover"):
            found.append(post)
    return found


def acknowledge(home: Path) -> str:
    """Acknowledge the warning of the newest alert at the console; return the alert."""
    alert = looked_at(home, "alerts")["alerts"][0]
    for warning in alert["warnings"]:
        ask(home, "I. Maren", {"ask": "acknowledge", "warning_id": warning})
    return str(alert["id"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice, home = random.Random(options.seed), Path(tempfile.mkdtemp()) / "auria"
    base.PEOPLE, base.STEP, base.MORE = PEOPLE, STEPS, MORE
    base.folder(home, 50)
    hook, node = base.Hook(), Killed(home)
    unsent, again, out = 0, 0, socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        for number in range(options.rounds):
            lat, lon = -38.0 - 0.8 * (number % 4), -25.0 + 1.2 * (number // 4 % 8)
            line = f"launch,sky-1,{time.time():.3f},{lat:.3f},{lon:.3f},2000,1500,0,1,0.95\n"
            out.sendto(line.encode(), ("127.0.0.1", base.LAUNCHES))
            time.sleep(dice.uniform(0.15, 1.2))
            node.kill()
            node.start()
            unsent += 2 - len({p["path"] for p in told(hook, 30, 2)})
            alert = acknowledge(home)
            time.sleep(dice.uniform(0.0, 0.5))
            while not hook.posts.empty():
                hook.posts.get()
            node.kill()
            node.start()
            again += sum(p["path"] == "/alerts" for p in told(hook, 6, 3))
            try:
                order(
                    home, "I. Maren", order="cancel", alert_id=alert, post="duty", reason="a bench"
                )
            except LinkError as error:
                print(error, file=sys.stderr)
            told(hook, 2, 3)
            print(f"round {number + 1}: unsent {unsent}, again {again}", file=sys.stderr)
    finally:
        node.kill()
        shutil.rmtree(home.parent)
    print(
        json.dumps(
            {
                "kills": 2 * options.rounds,
                "unsent": unsent,
                "again": again,
                "met": not unsent and not again,
            }
        )
    )


if __name__ == "__main__":
    main()
