"""One nation alone, as its people start it: a radar's bytes in, a stock client's tracks out."""

import asyncio
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import numpy as np
import pytak
import pytest

from skypact.config import load
from skypact.core.geodesy import ecef_from_geodetic, enu_axes
from skypact.core.messages import PRIMARY
from skypact.core.site import SensorSite
from skypact.edge.feeds.send import UdpSender
from skypact.edge.first_hour.solo import settle
from skypact.sensors.categories import asterix_cat034, asterix_cat048

pytestmark = pytest.mark.e2e
SKYPACT = str(Path(sys.executable).parent / "skypact")
EXAMPLE = Path(__file__).parents[2] / "examples" / "solo.toml"
AIRCRAFT = 5
SEEN_S = 60.0
TURN_S = 4.0  # as examples/solo.toml says of its radars
COLD_S = 300.0  # a machine that has no kernels yet compiles them first
BEGUN_S = time.time()


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def places(now_s: float) -> np.ndarray:
    """Return where the aircraft are, ECEF: side by side, 200 m/s due north."""
    lat = np.radians(-32.0 + 0.1 * np.arange(AIRCRAFT)) + (now_s - BEGUN_S) * 200.0 / 6_371_000
    return ecef_from_geodetic(lat, np.radians(np.full(AIRCRAFT, -20.3)), np.full(AIRCRAFT, 9e3))


def sweep(site: SensorSite, now_ns: int) -> bytes:
    """Return what a radar sends of them at once."""
    axes = enu_axes(site.lat_rad, site.lon_rad)
    east, north, up = axes @ (places(now_ns / 1e9) - ecef_from_geodetic(*site.origin)).T
    ground = np.hypot(east, north)
    nothing = np.full(AIRCRAFT, np.nan)
    return asterix_cat048.encode(
        site,
        {
            "time_ns": np.full(AIRCRAFT, now_ns),
            "range_m": np.hypot(ground, up),
            "azimuth_rad": np.arctan2(east, north) % (2 * np.pi),
            "elevation_rad": np.arctan2(up, ground),
            "range_rate_mps": nothing,
            "altitude_pressure_m": nothing,
            "address": np.zeros(AIRCRAFT, np.uint32),
            "mode3a": np.full(AIRCRAFT, -1, np.int32),
            "detection": np.full(AIRCRAFT, PRIMARY, np.uint8),
            "callsign": np.full(AIRCRAFT, b"", "S8"),
        },
    )


class Solo:
    """A running node of the example, on ports that are free here."""

    def __init__(self, folder: Path) -> None:
        self.cot, self.radars = free_port(), free_port(socket.SOCK_DGRAM)
        text = EXAMPLE.read_text()
        assert text.count(":8087") == text.count(":8600") == 1
        self.file, self.log = folder / "solo.toml", folder / "log"
        self.file.write_text(
            text.replace(":8087", f":{self.cot}").replace(":8600", f":{self.radars}")
        )
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [SKYPACT, "node", "--config", str(self.file)], stdout=out, stderr=subprocess.STDOUT
            )
        self._stopping = threading.Event()
        self._sending = threading.Thread(target=self._send)
        self.home = folder / "solo.state"

    def said(self) -> str:
        return self.log.read_text()

    def until_said(self, text: str) -> None:
        until(lambda: text in self.said(), f"{text!r} was never said:\n{self.said()}")

    def turn_radars(self) -> None:
        self._sending.start()

    def _send(self) -> None:
        settle(self.file, self.file.with_suffix(".read"))
        sender = UdpSender("127.0.0.1", self.radars)
        sites = load(self.file.with_suffix(".read")).config.sensors
        while not self._stopping.wait(TURN_S):
            for site in sites:
                now_ns = time.time_ns()
                sender.send(asterix_cat034.encode_mark(site, "north", 0.0, now_ns, 4.0))
                sender.send(sweep(site, now_ns))
        sender.close()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self._stopping.set()
        if self._sending.is_alive():
            self._sending.join()
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(30)


def until(true: Callable[[], Any], what: str, within_s: float = COLD_S) -> None:
    end_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end_s, what
        time.sleep(0.1)


@pytest.fixture
def solo(tmp_path: Path) -> Iterator[Solo]:
    node = Solo(tmp_path)
    yield node
    node.stop()


class _Keep(pytak.QueueWorker):
    """Keeps every event that PyTAK hands over."""

    def __init__(self, queue: Any, config: Any, events: list[ET.Element]) -> None:
        super().__init__(queue, config)
        self.events = events

    async def handle_data(self, data: bytes) -> None:
        self.events.append(ET.fromstring(data))

    async def run(self, _: int = -1) -> None:
        while True:
            await self.handle_data(await self.queue.get())


async def watch(port: int, enough: Callable[[list[ET.Element]], bool]) -> list[ET.Element]:
    """Connect PyTAK as its own tools do; return the events once they are enough."""
    parser = ConfigParser()
    parser["skypact"] = {"COT_URL": f"tcp://127.0.0.1:{port}", "PYTAK_NO_HELLO": "1"}
    tool = pytak.CLITool(parser["skypact"])
    await tool.setup()
    events: list[ET.Element] = []
    tool.add_task(_Keep(tool.rx_queue, parser["skypact"], events))
    running = asyncio.create_task(tool.run())
    try:
        await asyncio.to_thread(until, lambda: enough(events), "not seen in time", SEEN_S)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    return events


def tracks(events: list[ET.Element]) -> dict[str, ET.Element]:
    """Return the newest event of each track."""
    return {e.attrib["uid"]: e for e in events if e.attrib["type"].startswith("a-")}


def test_pytak_sees_the_tracks_of_a_radar(solo: Solo) -> None:
    solo.until_said("Cursor on Target: tcp://127.0.0.1:")
    solo.until_said("console: http")
    solo.turn_radars()

    def enough(events: list[ET.Element]) -> bool:
        moving = [e for e in tracks(events).values() if float(e[1][1].attrib["speed"]) > 150]
        return len(moving) >= AIRCRAFT

    events = asyncio.run(watch(solo.cot, enough))
    found = tracks(events)
    assert len(found) == AIRCRAFT, sorted(found)
    for event in found.values():
        assert event.attrib["opex"] == "e-exercise"
        assert re.fullmatch("a-[pu]-A.*", event.attrib["type"])
        assert (event.findtext("detail/remarks") or "").startswith("EXERCISE EXERCISE EXERCISE")
        point, track = event[0].attrib, event[1][1].attrib
        at = ecef_from_geodetic(
            *np.radians([float(point["lat"]), float(point["lon"])]), float(point["hae"])
        )
        when = np.datetime64(event.attrib["time"].removesuffix("Z"), "ns").astype(int) / 1e9
        off_m = np.linalg.norm(places(when) - at, axis=1).min()
        assert off_m < 1_500
        assert float(track["speed"]) == pytest.approx(200, abs=60)
        assert float(point["ce"]) > 10
    drawn = {e.attrib["type"] for e in events if e.attrib["uid"].startswith("skypact.auria.place")}
    assert drawn == {"u-d-c-c", "u-d-f"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_and_goes_on(solo: Solo, number: signal.Signals) -> None:
    solo.until_said("console: http")
    children = Path(f"/proc/{solo.process.pid}/task/{solo.process.pid}/children").read_text()
    assert children == "", "a node that is alone starts no other process"
    assert solo.stop(number) == 0
    assert solo.said().rstrip().endswith("ended")
    assert list((solo.home / "state" / "journal").iterdir())
    again = subprocess.run(
        [SKYPACT, "node", "--config", str(solo.file), str(solo.home)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 2
    assert "say a folder, or --config" in again.stderr
