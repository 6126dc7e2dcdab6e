"""Two nations with a direct line whose coordinator is killed: part `direct` of bench/federation.py."""

import re
import time
from pathlib import Path
from typing import Any

from bench import federation
from skypact.edge.links.nats_server import kept_port

KILLED_AFTER_S = 5.0
ADDED_MAX_MS = 2_000.0


def directly(state: Path) -> None:
    """Give auria a door, to which borvia makes its line."""
    door = kept_port(state / "ports/direct")
    lines = {
        "auria": f'direct_port = {door}\ndirect = [{{ partner = "borvia" }}]\n',
        "borvia": f'direct = [{{ partner = "auria", to = "127.0.0.1:{door}" }}]\n',
    }
    for name, line in lines.items():
        file = state / name / "node.toml"
        file.write_text(re.sub(r"(\[link\]\n)", rf"\g<1>{line}", file.read_text(), count=1))


def direct(state: Path) -> dict[str, Any]:
    """Raise warnings, 40 a second; kill the coordinator, server and node, in the middle."""
    federation.alliance(state, federation.NAMES[:2])
    directly(state)
    hub, hub_pipe = federation.started(federation._idle, state / federation.HUB)
    sender, out = federation.started(federation._sender, state / "auria", "", federation.RATE_HZ)
    receiver, in_ = federation.started(federation._receiver, state / "borvia")
    for pipe in (hub_pipe, out, in_):
        pipe.recv()
    time.sleep(5.0)
    found: dict[str, dict[str, float]] = {}
    for name in ("with", "killed"):
        in_.send("warn")
        in_.recv()
        out.send("warn")
        if name == "killed":
            time.sleep(KILLED_AFTER_S)
            hub.kill()
            hub.join()
        out.recv()
        time.sleep(3.0)
        in_.send("next")
        found[name] = federation.milliseconds(in_.recv())
    for process, pipe in ((sender, out), (receiver, in_)):
        pipe.send("end")
        process.join(15)
    added_ms = found["killed"]["max_ms"] - found["with"]["p50_ms"]
    lost = int(2 * federation.WARNINGS - found["with"]["count"] - found["killed"]["count"])
    return {
        **found, "added_max_ms": round(added_ms, 1), "lost": lost,
        "met": lost == 0 and added_ms <= ADDED_MAX_MS,
    }  # fmt: skip
