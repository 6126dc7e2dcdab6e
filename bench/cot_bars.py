"""The bars of the Cursor on Target relay: a whole node against a null relay of the same run.

    python bench/cot_bars.py > cot.json

Starts the node of examples/solo.toml on free ports and loads it with cot_relay_load.py: one client
sends, ten receive. The null relay splits and forwards without reading anything; it is the ceiling of
this machine in this run.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOAD = [sys.executable, str(ROOT / "bench" / "cot_relay_load.py")]
SKYPACT = str(Path(sys.executable).parent / "skypact")
P99_MS, NULL_FACTOR, CPU_MS, RSS_MIB, STALLED_FACTOR, SUSTAINED = 5.0, 2.0, 0.5, 150.0, 1.5, 2_500
KEPT = (
    "rate_asked", "p50_ms", "p99_ms", "max_ms", "lost", "throughput_events_s",
    "server_cpu_us_per_event", "server_rss_mib", "loadavg1",
)  # fmt: skip


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def load(*arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [*LOAD, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True
    )
    told = json.loads(done.stdout)
    return {name: told.get(name) for name in KEPT}


def start(folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start the node; return it and its port once it is whole."""
    cot, radars = free_port(), free_port(socket.SOCK_DGRAM)
    text = (ROOT / "examples" / "solo.toml").read_text()
    file, log = folder / "solo.toml", folder / "log"
    file.write_text(text.replace(":8087", f":{cot}").replace(":8600", f":{radars}"))
    with log.open("wb") as out:
        node = subprocess.Popen([SKYPACT, "node", "--config", str(file)], stdout=out)
    while "console: http" not in log.read_text():
        assert node.poll() is None, log.read_text()
        time.sleep(0.2)
    time.sleep(2)
    return node, cot


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        node, port = start(Path(folder))
        ours = ("--port", port, "--pid", node.pid, "--receivers", 10)
        try:
            usual = load(*ours, "--rate", 400, "--events", 4_000)
            null = load("--null-server", "--receivers", 10, "--rate", 400, "--events", 4_000)
            high = load(*ours, "--rate", SUSTAINED, "--events", 10 * SUSTAINED)
            null_high = load("--null-server", "--rate", SUSTAINED, "--events", 10 * SUSTAINED)
            big = ("--port", port, "--pid", node.pid, "--receivers", 4, "--pad", 6_000)
            free = load(*big, "--rate", 100, "--events", 2_000)
            stalled = load(*big, "--rate", 100, "--events", 4_000, "--stalled", 1)
        finally:
            node.terminate()
            node.wait(30)
    limit_ms = max(P99_MS, NULL_FACTOR * null["p99_ms"])
    met = {
        "p99": usual["p99_ms"] <= limit_ms,
        "sustained": high["throughput_events_s"] >= 0.98 * SUSTAINED,
        "cpu": max(r["server_cpu_us_per_event"] for r in (usual, high)) <= 1e3 * CPU_MS,
        "memory": max(r["server_rss_mib"] for r in (usual, high, stalled)) <= RSS_MIB,
        "none_lost": not any(r["lost"] for r in (usual, high, free, stalled)),
        "stalled": stalled["p99_ms"] <= STALLED_FACTOR * free["p99_ms"],
        "stalled_memory": stalled["server_rss_mib"] - free["server_rss_mib"] <= 16,
    }
    out = {
        "met": all(met.values()), "bars": met, "p99_limit_ms": round(limit_ms, 2),
        "at_400": usual, "null_at_400": null, "at_2500": high, "null_at_2500": null_high,
        "without_stalled": free, "with_stalled": stalled,
    }  # fmt: skip
    print(json.dumps(out, indent=1))
    return 0 if out["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
