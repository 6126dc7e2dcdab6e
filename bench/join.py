"""A fresh nation joins one that has a day of state: python bench/join.py [--warnings 400] [--tracks 1000]

auria has run for a day (its state is made by its own rooms on a simulated clock: warnings raised, answered and
ended over 24 hours, identities, tracks) and runs on, with the coordinator's hub; each is a process with its
rooms, journal, store, message server and links. Then the clock starts: borvia makes its folder, cards are
exchanged, the hub lets the two speak, an agreement each way is written and signed by both, with the commands
that people use; the two running nodes start again, borvia starts for the first time. It stops when borvia
holds every track, every warning of the day, ended ones too (`history_h`), and every identity.

One JSON object: seconds of the commands, of the restarts and start, and until all is there. `met`: at most 60 s in
all, nothing missing, and what was ended before the agreement's clause reaches back is not there.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.federation import HUB, _tracks, alliance, started  # noqa: E402
from bench.nation import Nation  # noqa: E402
from skypact.config import load  # noqa: E402
from skypact.core.ids import Issuer  # noqa: E402
from skypact.core.messages import (  # noqa: E402
    AirWarning,
    Evidence,
    EvidenceSource,
    Identity,
    IdentityClaim,
    IdentitySet,
    Ledger,
    LinkView,
    Message,
    NodeStarted,
    OutboxAcknowledged,
    ThreatClass,
    ThreatenedPlace,
    WarningAcknowledged,
    WarningCleared,
    WarningRaised,
    WarningState,
)
from skypact.edge import snapshots  # noqa: E402
from skypact.edge.inbox import Lane  # noqa: E402
from skypact.node import build  # noqa: E402

S = 1_000_000_000
BAR_S, DEADLINE_S = 60.0, 180.0
DAY_S, LAST_S = 86_400, 10
IDENTITIES, OLD = 200, 20
TEXT = """\
version = 1
owner = "{owner}"
partner = "{partner}"
valid_from = 2020-01-01T00:00:00Z
valid_until = 2040-01-01T00:00:00Z
[[clause]]
id = "tracks"
what = "track"
classes = ["unknown", "ballistic", "cruise", "drone", "aircraft", "rocket"]
[[clause]]
id = "warnings"
what = "warning"
classes = ["ballistic", "cruise", "drone", "rocket"]
for_nations = ["auria", "borvia"]
history_h = 23.0
[[clause]]
id = "identities"
what = "identity"
classes = ["unknown", "ballistic", "cruise", "drone", "aircraft", "rocket"]
"""


class Keeper(Nation):
    """A nation that tells how far it is: what it holds, and what of its own is on borvia's disk."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.durable = self.tracks = 0

    def _leave(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if isinstance(message, OutboxAcknowledged) and message.partner == "borvia":
                self.durable = message.upto_sequence
            if isinstance(message, LinkView):
                links = [s.tracks_in for s in message.links if s.partner == "auria"]
                self.tracks = links[0] if links else 0
        super()._leave(messages)
        self.told.clear()


async def serve(home: Path, tracks: int, pipe: Connection) -> None:
    """Run a nation, with tracks of its own or without; answer with its count until told to end."""
    nation = Keeper(home)
    await nation.start()
    pipe.send("up")
    while True:
        if tracks:
            nation.driver.inbox.put(Lane.RELEASE, _tracks(nation, 0, tracks))
        for _ in range(10):
            await asyncio.sleep(0.1)
            if pipe.poll():
                if pipe.recv() == "end":
                    await nation.stop()
                    pipe.send("ended")
                    return
                pipe.send((nation.tracks, nation.durable))


def a_day(home: Path, tracks: int, warnings: int) -> None:
    """Let the rooms of a nation live through a day on a simulated clock; leave their state."""
    directory = load(home)
    node, nation = build(directory), directory.config.node.nation
    issuer = Issuer(nation, "day", directory.config.node.context)
    now_ns = time.time_ns()
    begin_ns = now_ns - DAY_S * S

    def give(kind: Any, at_ns: int, **fields: Any) -> None:
        node.wake(at_ns)
        node.handle(kind(**issuer.header(at_ns, at_ns), **fields), at_ns)

    give(NodeStarted, begin_ns, epoch=1, version="bench")
    for i in range(warnings):
        # The first ones are over before the clause reaches back, the last ones are open.
        second = i * 60 if i < OLD else 7_200 + i * (DAY_S - 8_100) // warnings
        raised_ns = begin_ns + second * S
        first = one_warning(nation, i, raised_ns)
        give(WarningRaised, raised_ns, warning=first)
        answered = replaced(first, WarningState.ACKNOWLEDGED, raised_ns + 30 * S, 2)
        give(WarningAcknowledged, raised_ns + 30 * S, warning=answered)
        if i < warnings - OLD:
            ended = replaced(first, WarningState.CLEARED, raised_ns + 60 * S, 3)
            give(WarningCleared, raised_ns + 60 * S, warning=ended)
    seen = Evidence(source=EvidenceSource.VISUAL, what="twin tail", observed_ns=now_ns - 900 * S)
    for i in range(IDENTITIES):
        claim = IdentityClaim(
            claim_id=f"{nation}-identity-{i}", nation=nation, track=1_000 + i, area="", version=1,
            identity=Identity.NEUTRAL, person="Ilse Maren", reason="seen", evidence=(seen,),
            since_ns=now_ns - 900 * S,
        )  # fmt: skip
        give(IdentitySet, now_ns - 900 * S, claim=claim, threat_class=ThreatClass.AIRCRAFT)
    holder: Any = type("Now", (), {"issuer": issuer})
    for second in range(LAST_S):
        at_ns = now_ns - (LAST_S - second) * S
        node.wake(at_ns)
        node.handle(_tracks(holder, 0, tracks), at_ns)
    snapshots.save(directory.state / "snapshots", 0, node.snapshot())


def one_warning(nation: str, number: int, at_ns: int) -> AirWarning:
    place = ThreatenedPlace(name="Harbour", nation=nation, time_to_go_s=300.0, time_spread_s=20.0)
    return AirWarning(
        warning_id=f"{nation}-warning-{number}", origin=nation, nation=nation, track=5_000 + number,
        threat_class=ThreatClass.CRUISE, class_probability=0.9, state=WarningState.RAISED, version=1,
        places=(place,), assessed_ns=at_ns, reason="", acknowledge_by_ns=at_ns + 60 * S,
        ledger=Ledger(detected_ns=at_ns - 3 * S, tracked_ns=at_ns - 2 * S, raised_ns=at_ns),
    )  # fmt: skip


def replaced(warning: AirWarning, state: WarningState, at_ns: int, version: int) -> AirWarning:
    return msgspec.structs.replace(
        warning, state=state, version=version, assessed_ns=at_ns, acknowledged_by="Ilse Maren"
    )


def skypact(*words: object) -> str:
    code = "from skypact.cli import main; main()"
    typed = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(typed, check=True, capture_output=True, text=True).stdout


def enrolled(state: Path) -> None:
    """Let borvia join, with the commands that people use."""
    here = {name: state / name for name in ("auria", "borvia", HUB)}
    skypact("init", here["borvia"], "--nation", "borvia", "--context", "exercise")
    for node, other in (("borvia", "auria"), ("borvia", HUB), ("auria", "borvia"), (HUB, "borvia")):
        said = skypact("enrol", "show", here[other]).partition("fingerprint ")[2].strip()
        skypact("enrol", "trust", here[node], here[other] / "card.toml", "--fingerprint", said)
    with_settings(here[HUB], lambda link: link["pairs"].append(["auria", "borvia"]))
    doors = tomllib.loads((here["auria"] / "node.toml").read_text())["link"]["hubs"]
    with_settings(
        here["borvia"], lambda link: link.update(hubs=doors, coordinator=HUB, port=free())
    )
    for owner, partner in (("auria", "borvia"), ("borvia", "auria")):
        file = here[owner] / "agreements" / f"{owner}-{partner}.toml"
        file.write_text(TEXT.format(owner=owner, partner=partner))
        skypact("agreement", "sign", here[owner], file, "--yes")
        other = here[partner] / "agreements" / file.name
        for name in (file.name, f"{file.name}.sig"):
            other.with_name(name).write_bytes(file.with_name(name).read_bytes())
        skypact("agreement", "sign", here[partner], other, "--yes")
        file.with_name(f"{file.name}.sig").write_bytes(
            other.with_name(f"{file.name}.sig").read_bytes()
        )


def with_settings(folder: Path, change: Any) -> None:
    file = folder / "node.toml"
    settings = tomllib.loads(file.read_text())
    change(settings.setdefault("link", {}))
    file.write_text(tomli_w.dumps(settings))


def free() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def measured(state: Path, tracks: int, warnings: int) -> dict[str, Any]:
    alliance(state, ["auria"])
    a_day(state / "auria", tracks, warnings)
    running = {n: started(serve, state / n, k) for n, k in ((HUB, 0), ("auria", tracks))}
    for _, pipe in running.values():
        pipe.recv()
    time.sleep(5.0)
    began_s = time.monotonic()
    enrolled(state)
    commands_s = time.monotonic() - began_s
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    for process, pipe in running.values():
        pipe.send("end")
    for process, pipe in running.values():
        pipe.recv()
        process.join(30)
    homes = ((HUB, 0), ("auria", tracks), ("borvia", 0))
    running = {n: started(serve, state / n, k) for n, k in homes}
    for _, pipe in running.values():
        pipe.recv()
    up_s = time.monotonic() - began_s
    # What ended more than 23 hours ago is not told.
    wanted = {"tracks": tracks, "warnings": warnings - OLD, "identities": IDENTITIES}
    durable, held = warnings - OLD + IDENTITIES, (0, 0)
    while (held[0] < tracks or held[1] < durable) and time.monotonic() - began_s < DEADLINE_S:
        for name in ("auria", "borvia"):
            running[name][1].send("count")
        held = (running["borvia"][1].recv()[0], running["auria"][1].recv()[1])
        time.sleep(0.05)
    all_s = time.monotonic() - began_s
    for process, pipe in running.values():
        pipe.send("end")
        process.join(30)
    found = {"tracks": held[0], **remembered(state / "borvia")}
    return {
        "commands_s": round(commands_s, 1), "commands_cpu_s": round(used.ru_utime + used.ru_stime, 1),
        "up_s": round(up_s, 1), "seconds": round(all_s, 1),
        "wanted": wanted, "found": found, "too_old": OLD, "bar_s": BAR_S,
        "met": found == wanted and all_s <= BAR_S,
    }  # fmt: skip


def remembered(home: Path) -> dict[str, int]:
    """Return how many warnings and identities of auria a node holds, from its snapshot."""
    held = snapshots.newest(home / "state" / "snapshots", up_to=1 << 62)
    assert held is not None
    rooms = msgspec.msgpack.decode(held[1], type=dict[str, bytes])
    cases = msgspec.msgpack.decode(rooms["warning"])["docket"]["cases"]
    own = [case for case in cases if case["warning"]["origin"] == "auria"]
    claims = rooms["picture"].count(b"auria/")
    return {"warnings": len(own), "identities": claims}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tracks", type=int, default=1_000)
    parser.add_argument("--warnings", type=int, default=400)
    a = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="skypact-join-") as folder:
        result = measured(Path(folder), a.tracks, a.warnings)
    print(json.dumps(result))
    return 0 if result["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
