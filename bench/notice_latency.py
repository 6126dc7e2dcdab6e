"""Event in to first automatic message out: from the datagram of a launch to the webhook that a procedure tells.

  python bench/notice_latency.py [--events 30] [--tracks 1000] [--zones 10000]

A whole node as people start it (`skypact node`), with a signed procedure and a webhook that listens here. Aircraft
report their positions each second; zones come from a GeoJSON file. For each event the datagram of a launch goes in,
the post of the first notice is awaited, and the alert is taken back, so that the next launch begins another one.
Bar: p99 <= 1 s with 1,000 tracks and 10,000 zones, <= 200 ms without load (--tracks 0 --zones 10).
"""

import argparse
import json
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from skypact.cli.procedure.work import order  # noqa: E402
from skypact.core.errors import LinkError  # noqa: E402

SKYPACT = str(Path(sys.executable).parent / "skypact")
LAUNCHES, POSITIONS, HOOK = 18_781, 18_782, 18_783
NODE = """
[[feed]]
name = "space"
source = "udp://127.0.0.1:{launches}"
format = "launches"
period_s = 60.0

[[feed]]
name = "traffic"
source = "udp://127.0.0.1:{positions}"
format = "lines"
period_s = 1.0

[[channels.webhook]]
url = "http://127.0.0.1:{hook}/alerts"
secret_file = "keys/hook-secret"
"""
PEOPLE = """
[[recipient]]
name = "desk"
post = "duty"
webhook = "http://127.0.0.1:{hook}/alerts"
"""

MORE = ""
STEP = """
[[step]]
id = "duty"
stage = "prepare"
tell = ["desk"]
answer = false
"""


def folder(home: Path, zones: int) -> None:
    """Write a node with a procedure that tells a webhook of ballistic missiles."""
    run("init", str(home), "--nation", "auria")
    text = (home / "node.toml").read_text()
    text = text.replace("#zones = []", 'zones = ["zones.geojson"]', 1)
    (home / "node.toml").write_text(
        text
        + MORE.format(hook=HOOK)
        + NODE.format(launches=LAUNCHES, positions=POSITIONS, hook=HOOK)
    )
    (home / "keys/hook-secret").write_text("0" * 64)
    (home / "keys/hook-secret").chmod(0o600)
    (home / "people.toml").write_text(PEOPLE.format(hook=HOOK))
    procedure = (home / "procedures/example.toml.txt").read_text()
    procedure = procedure[: procedure.index("# Steps begin")] + STEP
    (home / "procedures/raid.toml").write_text(procedure)
    (home / "zones.geojson").write_text(json.dumps(geojson(zones)))
    run("procedure", "sign", str(home), str(home / "procedures/raid.toml"), "--yes")
    run("config", "check", str(home))


def geojson(count: int) -> dict[str, Any]:
    """Return zones of about 3 km in a grid around the capital."""
    side = int(np.ceil(np.sqrt(count)))
    features = []
    for i in range(count):
        lat, lon = -34.0 + 4.0 * (i // side) / side, -22.0 + 4.0 * (i % side) / side
        ring = [
            [lon + dx, lat + dy] for dx, dy in ((0, 0), (0.03, 0), (0.03, 0.03), (0, 0.03), (0, 0))
        ]
        features.append(
            {
                "type": "Feature",
                "properties": {"name": f"Zone {i}", "nation": "auria", "shelter_s": 60},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def run(*command: str) -> None:
    done = subprocess.run([SKYPACT, *command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stdout}{done.stderr}")


class Hook:
    """Listens for notices and notes when each arrived."""

    def __init__(self) -> None:
        self.posts: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
        posts = self.posts

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                at = time.time()
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204)
                self.end_headers()
                posts.put((at, json.loads(body) | {"path": self.path}))

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", HOOK), Door)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()


def traffic(count: int, stop: threading.Event) -> None:
    """Let aircraft report, each once a second, spread over the second."""
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    dice = np.random.default_rng(1)
    lat, lon = dice.uniform(-40, -26, count), dice.uniform(-30, -12, count)
    begun = time.time()
    while not stop.is_set():
        for part in range(20):
            now = time.time()
            lines = [
                f"position,{now:.3f},{lat[i] + 2e-3 * (now - begun):.6f},{lon[i]:.6f},30,10000,,0,222,0,{i + 1:06x}"
                for i in range(part, count, 20)
            ]
            for at in range(0, len(lines), 15):
                out.sendto(
                    ("\n".join(lines[at : at + 15]) + "\n").encode(), ("127.0.0.1", POSITIONS)
                )
            stop.wait(max(0.0, now + 0.05 - time.time()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=30)
    parser.add_argument("--tracks", type=int, default=1_000)
    parser.add_argument("--zones", type=int, default=10_000)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp()) / "auria"
    folder(home, options.zones)
    hook, stop = Hook(), threading.Event()
    log = (home.parent / "log").open("wb")
    node = subprocess.Popen([SKYPACT, "node", str(home)], stdout=log, stderr=log)
    try:
        until(lambda: "console: http" in (home.parent / "log").read_text(), 180)
        if options.tracks:
            threading.Thread(target=traffic, args=(options.tracks, stop), daemon=True).start()
            time.sleep(20)
        found = [event(hook, home, i) for i in range(options.events)]
    finally:
        stop.set()
        node.send_signal(signal.SIGTERM)
        node.wait(20)
        print((home.parent / "log").read_text()[-600:], file=sys.stderr)
        shutil.rmtree(home.parent)
    waits = np.array([f for f in found if f is not None]) * 1e3
    bar_ms = 1_000.0 if options.tracks else 200.0
    print(
        json.dumps(
            {
                "events": options.events,
                "tracks": options.tracks,
                "zones": options.zones,
                "told": len(waits),
                "p50_ms": round(float(np.percentile(waits, 50)), 1),
                "p99_ms": round(float(np.percentile(waits, 99)), 1),
                "max_ms": round(float(waits.max()), 1),
                "bar_ms": bar_ms,
                "load": os.getloadavg()[0],
                "met": len(waits) == options.events and float(np.percentile(waits, 99)) <= bar_ms,
            }
        )
    )


def event(hook: Hook, home: Path, number: int) -> float | None:
    """Send a launch; return how long the first notice took, None if none came."""
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while not hook.posts.empty():
        hook.posts.get()
    # Far from each other: two reports of one launch are one.
    lat, lon = -38.0 - 0.8 * (number % 4), -25.0 + 1.2 * (number // 4 % 8)
    sent = time.time()
    line = f"launch,sky-1,{sent:.3f},{lat:.3f},{lon:.3f},2000,1500,0,1,0.95\n"
    out.sendto(line.encode(), ("127.0.0.1", LAUNCHES))
    deadline = sent + 10
    while time.time() < deadline:
        try:
            at, told = hook.posts.get(timeout=max(0.01, deadline - time.time()))
        except queue.Empty:
            return None
        if told["stage"] in ("prepare", "take_cover"):
            order_back(home, told["event_id"])
            return at - sent
    return None


def order_back(home: Path, alert: str) -> None:
    try:
        order(home, "I. Maren", order="cancel", alert_id=alert, post="duty", reason="a bench")
    except LinkError as error:
        print(error, file=sys.stderr)
    time.sleep(0.5)


def until(condition: Any, within_s: float) -> None:
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("the node did not start in time")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
