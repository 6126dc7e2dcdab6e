"""Dstl's Apex middleware as an outside peer of our SAPIENT: does it accept everything, both ways?

    python bench/sapient_apex.py --apex FOLDER --python PYTHON [--pictures 30] [--tracks 20]

FOLDER: a checkout of github.com/dstl/Apex-SAPIENT-Middleware; PYTHON: an interpreter in which it is
installed (3.9 to 3.11). Apex runs in a process of its own with every check it has on, as delivered.

`out`: our node connects to Apex as a fusion node and tells pictures; what Apex forwards to its peers
is counted, and every error it answers is shown. `in`: a radar registers with Apex and detects; our feed,
connected as a peer, reads what comes through.
"""

import argparse
import asyncio
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))
from skypact.config import load
from skypact.config.settings import SapientSettings
from skypact.core.ids import Issuer
from skypact.core.messages import Context
from skypact.edge.clients.sapient import SapientParent
from skypact.edge.feeds.run import run_feed
from skypact.edge.feeds.sapient import read_frame
from skypact.edge.first_hour.configuration import init
from skypact.sensors.sapient.frames import framed
from skypact.sensors.sapient.schema import VERSION, message_class
from skypact.sensors.sensors import Sensors
from skypact.sensors.settings import FeedSettings
from tests.unit.edge.clients.pictures import START_NS, picture
from tests.unit.sensors import samples
from tests.unit.sensors.sapient import messages


def free_ports(count: int) -> list[int]:
    made = [socket.socket() for _ in range(count)]
    for one in made:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in made]
    for one in made:
        one.close()
    return ports


def start(
    apex: Path, python: Path, folder: Path, child: int, peer: int, api: int
) -> subprocess.Popen:
    config = json.loads((apex / "apex_config.json").read_text())
    common = {"format": "PROTO", "icd_version": VERSION, "host": "127.0.0.1"}
    config["connections"] = [
        {"type": "Child", "port": child, **common},
        {"type": "Peer", "port": peer, **common},
    ]
    config["apiConfig"]["port"] = api
    config["rollover"]["enable"] = False
    (folder / "apex_config.json").write_text(json.dumps(config))
    return subprocess.Popen(
        [str(python), "-m", "sapient_apex_server.apex", str(folder / "apex_config.json")],
        cwd=folder, env={"PATH": "/usr/bin:/bin"},
        stdout=(folder / "apex.out").open("w"), stderr=subprocess.STDOUT,
    )  # fmt: skip


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(300):
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit("Apex does not listen")


async def outward(
    folder: Path, child: int, peer: int, pictures: int, tracks: int
) -> dict[str, Any]:
    """Tell Apex pictures; return what it forwarded and complained of."""
    reader, writer = await connect(peer)
    kinds: dict[str, int] = {}

    async def listen() -> None:
        while frame := await read_frame(reader):
            message = message_class().FromString(frame[4:])
            kind = message.WhichOneof("content")
            kinds[kind] = kinds.get(kind, 0) + 1

    listening = asyncio.create_task(listen())
    init(folder / "auria", "auria", time.time_ns())
    directory = load(folder / "auria")
    settings = SapientSettings(parent=f"127.0.0.1:{child}", every_s=0.5, status_every_s=1)
    config = msgspec.structs.replace(directory.config, sapient=settings)
    said: list[str] = []
    client = SapientParent(
        msgspec.structs.replace(directory, config=config), time.time_ns, said.append
    )
    running = asyncio.create_task(client.run())
    while not said:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    for i in range(pictures):
        await asyncio.sleep(0.6)
        at_s = (time.time_ns() - START_NS) / 1e9
        client.take(picture(range(1000 + i % 2, 1000 + i % 2 + tracks), at_s=at_s))
    await asyncio.sleep(2)
    running.cancel()
    listening.cancel()
    await asyncio.gather(running, listening, return_exceptions=True)
    writer.close()
    sent = pictures * tracks + pictures - 1  # one track ends with each picture but the first
    complaints = [line for line in said if "complains" in line or "refuses" in line]
    return {"sent": sent, "forwarded": kinds, "complaints": complaints[:5], "missed": client.missed,
            "met": kinds.get("detection_report") == sent and not complaints}  # fmt: skip


async def inward(child: int, peer: int, count: int) -> dict[str, Any]:
    """Let a radar speak to Apex; return what our feed made of what comes through."""
    table = {"name": "net", "source": f"tcp://127.0.0.1:{peer}", "format": "sapient", "period_s": 5}
    feed = msgspec.convert(table | {"sapient": {"nodes": {messages.RADAR: "r1"}}}, FeedSettings)
    sensors = Sensors(Issuer("a", "sensors", Context.EXERCISE), (feed,), (samples.site(),))
    rows = 0

    def deliver(name: str, data: bytes, arrival_ns: int) -> None:
        nonlocal rows
        for message in sensors.handle(samples.datagrams(name, [(arrival_ns, data)]), arrival_ns):
            rows += message.count

    reading = asyncio.create_task(run_feed(feed, deliver, time.time_ns, Context.EXERCISE))
    await asyncio.sleep(1)
    _, writer = await connect(child)

    def now(made: Any) -> bytes:
        made.timestamp.seconds, made.timestamp.nanos = divmod(time.time_ns(), 10**9)
        return framed(made.SerializeToString())

    writer.write(now(messages.registration()))
    await asyncio.sleep(0.5)
    for i in range(count):
        made = messages.polar() if i % 2 else messages.detection()
        writer.write(now(made))
        await asyncio.sleep(0.1)  # Apex takes less than 80 ms for a clock fault
    await asyncio.sleep(2)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    writer.close()
    tally = sensors._tallies["net"]
    return {"sent": count, "rows": rows, "refused": tally.refused, "met": rows == count}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--apex", type=Path, required=True)
    parser.add_argument("--python", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=30)
    parser.add_argument("--tracks", type=int, default=20)
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        child, peer, api = free_ports(3)
        process = start(a.apex.resolve(), a.python, Path(name), child, peer, api)
        try:
            result = {
                "out": asyncio.run(outward(Path(name), child, peer, a.pictures, a.tracks)),
                "in": asyncio.run(inward(child, peer, 60)),
            }
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log = Path(name, "apex.out").read_text()
    met = result["out"]["met"] and result["in"]["met"]
    print(json.dumps({"met": met, **result, **({} if met else {"apex": log[-1500:]})}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
