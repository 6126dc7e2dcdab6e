"""Kill any one process of a running demo again and again; show that nothing acknowledged is lost.

  python bench/kill_soak.py [--kills 10] [--seed 1]

Starts `skypact demo`, sits at all four consoles, acknowledges every warning as it comes, and at
random instants sends SIGKILL to one process: a node, a message server, the outside world or the
supervisor (which is started again, as systemd would). Recovery is the time from the kill until
all four consoles answer and every link is alive again. At the end: every acknowledgement that a
console confirmed still stands at both nodes, no warning that a console ever showed is gone, and no
warning was raised twice for one track and nation. Prints one JSON object; exit 1 if a bar is missed.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.seat import Seat  # noqa: E402

NATIONS = ("auria", "borvia", "cestia", "keystone")
RECOVERY_MAX_S = 5.0
SETTLE_S = 3.0
DEADLINE_S = 30.0


class Demo:
    """The demo as a stranger starts it, in a folder of its own."""

    def __init__(self, state: Path, log: Path) -> None:
        self.state, self._log = state, log
        self.start()

    def start(self) -> None:
        command = [
            str(Path(sys.executable).parent / "skypact"), "demo", "--no-browser",
            "--state", str(self.state),
        ]  # fmt: skip
        with self._log.open("ab") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out)

    def processes(self) -> dict[str, int]:
        """Return name to pid of every process of the demo."""
        found = {"supervisor": self.process.pid}
        for pid, name in _children(self.process.pid):
            found[name] = pid
            for server, _ in _children(pid):
                found[f"server of {name}"] = server
        return found

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)


def _children(parent: int) -> list[tuple[int, str]]:
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        name, _, rest = stat.partition("(")[2].rpartition(")")
        if int(rest.split()[1]) == parent:
            found.append((int(entry.name), name.removeprefix("sky-")))
    return found


class Watch:
    """Four seats, and what was confirmed at them."""

    def __init__(self, state: Path) -> None:
        self.seats = {
            n: Seat(state / n / "state" / "console-seat.json", f"Officer {n}") for n in NATIONS
        }
        self.confirmed: dict[tuple[str, str], str] = {}
        self.refused: Counter[str] = Counter()

    def whole(self, since_s: float) -> bool:
        """Return whether all consoles answer and all links are alive, heard after `since_s`."""
        return (
            all(
                s.connected_s is not None
                and len(s.links) == len(NATIONS) - 1
                and all(s.links.values())
                for s in self.seats.values()
            )
            and time.monotonic() > since_s
        )

    async def acknowledge(self, nation: str) -> None:
        """Acknowledge every warning as it comes."""
        seat = self.seats[nation]
        while True:
            for row in list(seat.warnings.values()):
                if not row["may_acknowledge"] or (nation, row["id"]) in self.confirmed:
                    continue
                try:
                    answer = await seat.ask("acknowledge", row["id"])
                except (OSError, TimeoutError):
                    continue  # not confirmed: the person sees that and tries again
                if answer["kind"] == "done":
                    self.confirmed[nation, row["id"]] = answer["person"]
                else:
                    self.refused[answer["reason"]] += 1
            await asyncio.sleep(0.1)


async def until(true: Any, deadline_s: float, what: str) -> None:
    end_s = time.monotonic() + deadline_s
    while not true():
        if time.monotonic() > end_s:
            raise TimeoutError(what)
        await asyncio.sleep(0.01)


async def soak(kills: int, seed: int, state: Path, log: Path) -> dict[str, Any]:
    dice = random.Random(seed)
    demo = Demo(state, log)
    watch = Watch(state)
    tasks = [asyncio.create_task(s.run()) for s in watch.seats.values()]
    tasks += [asyncio.create_task(watch.acknowledge(n)) for n in NATIONS]
    try:
        return await kill_and_watch(kills, dice, demo, watch)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        demo.stop()


async def kill_and_watch(
    kills: int, dice: random.Random, demo: Demo, watch: Watch
) -> dict[str, Any]:
    await until(lambda: watch.whole(0), 60, "the demo did not come up")
    await until(lambda: watch.confirmed, 90, "no warning was acknowledged")
    recoveries: list[dict[str, Any]] = []
    names = sorted(demo.processes())
    order = ["supervisor", "server of keystone", *dice.sample(names, len(names))]
    for number in range(kills):
        await asyncio.sleep(dice.uniform(0.5, 4.0))
        name = order[number % len(order)]
        killed_s = time.monotonic()
        os.kill(demo.processes()[name], signal.SIGKILL)
        if name == "supervisor":
            demo.process.wait(10)
            demo.start()
        # A dead link is noticed after some seconds; look only once the kill had time to bite.
        took_s = await recovered(watch, demo, name, killed_s)
        recoveries.append({"killed": name, "recovery_s": round(took_s, 2)})
        print(f"{name}: {took_s:.2f} s", file=sys.stderr, flush=True)
        await until(lambda: watch.whole(0), DEADLINE_S, f"links after {name}")
        await asyncio.sleep(SETTLE_S)
    await asyncio.sleep(8.0)
    report = judge(watch)
    report |= {"kills": recoveries, "recovery_max_s": max(r["recovery_s"] for r in recoveries)}
    return report


async def recovered(watch: Watch, demo: Demo, name: str, killed_s: float) -> float:
    """Return the seconds until everything answers and fresh pictures arrive at every console."""
    pictures = {n: s.pictures for n, s in watch.seats.items()}
    await asyncio.sleep(0.05)
    end_s = killed_s + DEADLINE_S
    while time.monotonic() < end_s:
        fresh = all(s.pictures > pictures[n] for n, s in watch.seats.items())
        # What a killed node had sent before does not count.
        died = [s for n, s in watch.seats.items() if name in ("supervisor", n)]
        fresh = fresh and all((s.connected_s or 0) > killed_s for s in died)
        if fresh and watch.whole(0) and name in demo.processes():
            return time.monotonic() - killed_s
        await asyncio.sleep(0.01)
    raise TimeoutError(f"no recovery after {name}")


def judge(watch: Watch) -> dict[str, Any]:
    """Compare what was confirmed and shown with what the nodes hold now."""
    lost_acknowledgements = [
        f"{nation} {warning_id}"
        for (nation, warning_id), person in watch.confirmed.items()
        if watch.seats[nation].warnings[warning_id]["acknowledged_by"] != person
    ]
    raised: Counter[tuple[str, str, int]] = Counter()
    untold = []
    for nation, seat in watch.seats.items():
        for row in seat.warnings.values():
            if row["origin"] == nation:
                raised[nation, row["nation"], row["track"]] += 1
                told = row["nation"] == nation or any(
                    other["track"] == row["track"] and other["origin"] == nation
                    for other in watch.seats[row["nation"]].warnings.values()
                )
                acknowledged = (
                    row["nation"] == nation
                    or not any(
                        o["track"] == row["track"]
                        and o["origin"] == nation
                        and o["acknowledged_by"]
                        for o in watch.seats[row["nation"]].warnings.values()
                    )
                    or row["acknowledged_by"]
                )
                if not told:
                    untold.append(f"{nation} to {row['nation']} track {row['track']}")
                if not acknowledged:
                    lost_acknowledgements.append(
                        f"{row['nation']} to {nation} track {row['track']}"
                    )
    return {
        "warnings": sum(len(s.warnings) for s in watch.seats.values()),
        "confirmed_acknowledgements": len(watch.confirmed),
        "lost_acknowledgements": lost_acknowledgements,
        "lost_warnings": untold,
        "raised_twice": [f"{k}" for k, n in raised.items() if n > 1],
        "refused": dict(watch.refused),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, default=Path("kill_soak.log"))
    a = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="skypact-soak-") as folder:
        report = asyncio.run(soak(a.kills, a.seed, Path(folder), a.log))
    bad = report["lost_acknowledgements"] or report["lost_warnings"] or report["raised_twice"]
    report["met"] = not bad and report["recovery_max_s"] <= RECOVERY_MAX_S
    print(json.dumps(report, indent=1))
    return 0 if report["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
