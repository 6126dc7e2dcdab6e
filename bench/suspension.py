"""How soon a suspension is in force, at the node that said it and at the other party.

    python bench/suspension.py [--rounds 5]

Starts the demo's nodes (real processes, real links) and lets a named person suspend and resume the
agreement cestia-auria, in turn at its owner and at its partner. One JSON object, seconds from the
command's first byte, of all rounds: `own_stops`: the owner's console says that it holds no track at
the partner any more; `own_shown`, `other_shown`: the consoles of who said it and of the other party
show it. `met`: the median of `own_stops` where the owner said it is at most 1 s and the worst
`other_shown` at most 5 s.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from seat import Seat  # noqa: E402

BARS_S = {"own_stops": 1.0, "other_shown": 5.0}
NAME, OWNER, PARTNER = "cestia-auria", "cestia", "auria"
DEADLINE_S = 400.0


class Watcher(Seat):
    """A seat that keeps the rows of links."""

    def __init__(self, seat_file: Path, person: str) -> None:
        super().__init__(seat_file, person)
        self.rows: dict[str, dict[str, Any]] = {}

    async def _take(self, data: str | bytes) -> None:
        if isinstance(data, str):
            message = json.loads(data)
            if message["kind"] == "links":
                self.rows = {row["partner"]: row for row in message["links"]}
        await super()._take(data)

    def suspended(self, partner: str) -> bool:
        return any(NAME in text for text in self.rows[partner]["suspended"])

    async def agree(self, ask: str) -> str:
        """Ask, and return why it was refused, "" when it was done."""
        assert self._web is not None
        said = {"ask": ask, "agreement": NAME, "clause": "", "reason": "a drill"}
        await self._web.send(json.dumps(said))
        async with asyncio.timeout(30):
            while True:
                answer = await self._answers.get()
                if answer["ask"] == ask:
                    return answer.get("reason", "")


async def timed(seats: dict[str, Watcher], by: str) -> dict[str, float]:
    """Suspend at one party, wait until all show it, resume; return the seconds."""
    other = PARTNER if by == OWNER else OWNER
    facing = {OWNER: PARTNER, PARTNER: OWNER}
    owner = seats[OWNER]
    await owner.until(lambda: owner.rows[PARTNER]["tracks_out"] > 0, DEADLINE_S)
    began_s = time.monotonic()
    found: dict[str, float] = {}
    wanted = {
        "own_shown": lambda: seats[by].suspended(facing[by]),
        "other_shown": lambda: seats[other].suspended(facing[other]),
        "own_stops": lambda: owner.rows[PARTNER]["tracks_out"] == 0,
    }

    async def note(name: str) -> None:
        seat = (
            seats[by] if name == "own_shown" else seats[other] if name == "other_shown" else owner
        )
        while not wanted[name]():
            seat.heard.clear()
            await asyncio.wait_for(seat.heard.wait(), 30)
        found[name] = time.monotonic() - began_s

    waiting = [asyncio.create_task(note(name)) for name in wanted]
    why = await seats[by].agree("suspend")
    assert not why, why
    await asyncio.gather(*waiting)
    why = await seats[by].agree("resume")
    assert not why, why
    await owner.until(lambda: not owner.suspended(PARTNER))
    return found


async def measured(state: Path, rounds: int) -> dict[str, list[dict[str, float]]]:
    files = {name: state / name / "state" / "console-seat.json" for name in (OWNER, PARTNER)}
    async with asyncio.timeout(DEADLINE_S):
        while not all(file.exists() for file in files.values()):  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.2)
    roster = {name: person(state / name / "node.toml") for name in files}
    seats = {name: Watcher(file, roster[name]) for name, file in files.items()}
    sitting = [asyncio.create_task(seat.run()) for seat in seats.values()]
    try:
        for name, seat in seats.items():
            facing = PARTNER if name == OWNER else OWNER
            await seat.until(lambda s=seat, f=facing: s.links.get(f), DEADLINE_S)
        return {by: [await timed(seats, by) for _ in range(rounds)] for by in (OWNER, PARTNER)}
    finally:
        for task in sitting:
            task.cancel()
        await asyncio.gather(*sitting, return_exceptions=True)


def person(file: Path) -> str:
    import tomllib

    return tomllib.loads(file.read_text())["console"]["roster"][0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    a = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="skypact-suspension-") as folder:
        code = "from skypact.cli import main; main()"
        demo = subprocess.Popen(
            [sys.executable, "-c", code, "demo", "--no-browser", "--state", folder],
            env=os.environ, stdout=sys.stderr, stderr=sys.stderr, start_new_session=True,
        )  # fmt: skip
        try:
            rounds = asyncio.run(measured(Path(folder), a.rounds))
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(demo.pid, signal.SIGINT)
            demo.wait(60)
    result: dict[str, Any] = {}
    for by, found in rounds.items():
        result[by] = {
            name: {
                "median_s": round(statistics.median(f[name] for f in found), 3),
                "worst_s": round(max(f[name] for f in found), 3),
            }
            for name in ("own_shown", "other_shown", "own_stops")
        }
    met = result[OWNER]["own_stops"]["median_s"] <= BARS_S["own_stops"] and all(
        one["other_shown"]["worst_s"] <= BARS_S["other_shown"] for one in result.values()
    )
    print(json.dumps({"rounds": a.rounds, "bars_s": BARS_S, "by": result, "met": met}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
