"""A real node with a feed of every kind of source: all are read, silence and clocks are told."""

import asyncio
import json
import os
import pty
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import nats
import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.core.messages import Context
from skypact.core.site import SensorSite
from skypact.edge.links.pki import Role, issue, make_authority
from tests.e2e.test_intake import LAUNCH
from tests.e2e.test_solo import COLD_S, free_port, sweep, until
from tests.unit.edge.feeds.captures import fragments, pcap, udp
from tests.unit.sensors.standards.test_base_station import RECEIVED

pytestmark = pytest.mark.e2e
SKYPACT = str(Path(sys.executable).parent / "skypact")
NORTH = SensorSite(
    name="north", sac=1, sic=1, lat_deg=-31.5, lon_deg=-20, height_m=120, period_s=4,
    elevation_sd_deg=0.3,
)  # fmt: skip
GROUP = "239.1.1.31"
DATAGRAMS = 8


class Lab:
    """A node's folder and the other ends of its feeds."""

    def __init__(self, folder: Path) -> None:
        self.home, self.log = folder / "auria", folder / "log"
        self.ports = {n: free_port(socket.SOCK_DGRAM) for n in ("north", "multi", "late", "dead")}
        self.ports |= {"link": free_port()}
        self.master, self._slave = pty.openpty()
        begun_s = int(time.time()) - DATAGRAMS - 5
        sent = [udp(sweep(NORTH, (begun_s + i) * 10**9)) for i in range(DATAGRAMS)]
        whole = pcap(sent, first_s=begun_s, step_us=0)
        (folder / "past.pcap").write_bytes(whole)
        (folder / "cut.pcap").write_bytes(whole[:-1])
        parts = [part for i, data in enumerate(sent) for part in fragments(data, 64, i)]
        (folder / "parts.pcap").write_bytes(pcap(parts, first_s=begun_s, apart_s=0))
        authority = make_authority(folder / "sender", "auria", Context.TEST, time.time_ns())
        shown = issue(authority, Role.SERVER, time.time_ns(), ["127.0.0.1"])
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(shown.certificate, shown.key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self._write(folder, authority.certificate)
        self.stopping = threading.Event()
        self.mute, self.late_s = False, 10.0

    def _write(self, folder: Path, ca: Path) -> None:
        CliRunner().invoke(main, ["init", str(self.home), "--nation", "auria"])
        ports, tls = self.ports, self.listener.getsockname()[1]
        feeds = {
            "past": (f"file:{folder}/past.pcap?speed=1", "asterix", 4),
            "fast": (f"file:{folder}/past.pcap?speed=4", "asterix", 4),
            "cut": (f"file:{folder}/cut.pcap?speed=0", "asterix", 4),
            "parts": (f"file:{folder}/parts.pcap?speed=0", "asterix", 4),
            "multi": (f"udp://{GROUP}:{ports['multi']}?interface=127.0.0.1", "asterix", 4),
            "serial": (f"serial:{os.ttyname(self._slave)}?baud=115200", "basestation", 2),
            "tls": (f"tls://127.0.0.1:{tls}?ca={ca}", "lines", 2),
            "orbit": ("nats:feed.launches", "launches", 3600),
            "late": (f"udp://127.0.0.1:{ports['late']}", "lines", 2),
            "dead": (f"udp://127.0.0.1:{ports['dead']}", "lines", 1),
        }
        more = "".join(
            f'[[feed]]\nname = "{n}"\nsource = "{s}"\nformat = "{f}"\nperiod_s = {p}\n'
            "doubled_window_s = 600\n"  # what is published again must not count again
            for n, (s, f, p) in feeds.items()
        )
        text = (self.home / "node.toml").read_text()
        for old, new in (
            ("port = 4222", f"port = {ports['link']}"),
            ("udp://127.0.0.1:8600", f"udp://127.0.0.1:{ports['north']}"),
            ("port = 8700", "port = 0"),
            ("# A second feed", f"{more}\n# A second feed"),
        ):
            assert old in text
            text = text.replace(old, new, 1)
        (self.home / "node.toml").write_text(text)

    def send(self) -> None:
        """Bring what radars, receivers and systems would, five times a second."""
        out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
        number = 0
        while not self.stopping.wait(0.2):
            number += 1
            now_s = time.time()
            out.sendto(sweep(NORTH, round(now_s * 1e9)), (GROUP, self.ports["multi"]))
            os.write(self.master, RECEIVED)
            late = b"position,%.3f,-32,-20,50,9000\n" % (now_s - self.late_s)
            out.sendto(late, ("127.0.0.1", self.ports["late"]))
            if not self.mute:
                line = b"position,,-32.%06d,-20,50,9000\n" % number
                out.sendto(line, ("127.0.0.1", self.ports["dead"]))
        out.close()

    def serve(self) -> None:
        """Send one line to the first that connects over TLS and is still there: a node that starts
        slowly has given up on connections that nobody accepted."""
        while not self.stopping.is_set():
            made, _ = self.listener.accept()
            with suppress(OSError), self.context.wrap_socket(made, server_side=True) as secure:
                secure.sendall(b"position,,-31,-19,50,8000\n")
                self.stopping.wait()

    async def publish(self) -> None:
        """Bring a launch by the node's own message server, with its certificate for feeds; again
        while nobody takes it, for the server keeps nothing for those who come later."""
        keys = self.home / "keys"
        context = ssl.create_default_context(cafile=keys / "authority.pem")
        context.load_cert_chain(keys / "feed.pem", keys / "feed.key")
        context.check_hostname = False
        client = await nats.connect(f"tls://127.0.0.1:{self.ports['link']}", tls=context)
        launch, end_s = LAUNCH % time.time(), time.monotonic() + COLD_S
        while "feed orbit is up" not in self.log.read_text():
            assert time.monotonic() < end_s, self.log.read_text()
            await client.publish("feed.launches", launch)
            await client.flush()
            await asyncio.sleep(0.5)
        await client.close()

    def until_said(self, text: str) -> None:
        try:
            until(lambda: text in self.log.read_text(), f"{text!r} was never said")
        except AssertionError as error:
            error.add_note(self.log.read_text())
            raise


@contextmanager
def running(lab: Lab) -> Iterator[subprocess.Popen[bytes]]:
    # What nobody reads any more can hold them up for ever.
    threads = [threading.Thread(target=work, daemon=True) for work in (lab.send, lab.serve)]
    with lab.log.open("wb") as out:
        node = subprocess.Popen([SKYPACT, "node", str(lab.home)], stdout=out, stderr=out)
    try:
        lab.until_said("console: http")
        for thread in threads:
            thread.start()
        yield node
    finally:
        lab.stopping.set()
        node.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join(10)


def test_every_source_is_read_and_what_is_wrong_with_one_is_told(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    with running(lab) as node:
        for feed in ("multi", "serial", "tls", "late", "dead"):
            lab.until_said(f"feed {feed} is up")
        asyncio.run(lab.publish())
        lab.mute = True
        lab.until_said("feed dead: SILENT for")
        lab.mute = False
        lab.until_said("feed dead: heard again after")
        lab.until_said("feed late: its newest records are 10.")
        lab.late_s = 86_400.0
        lab.until_said("feed late: its clock is more than 60 s off ours")
        lab.late_s = 0.0
        lab.until_said("feed late: its times agree with their arrival again")
        lab.until_said("feed north: SILENT for")
        for feed in ("past", "fast", "cut", "parts"):
            lab.until_said(f"feed {feed}: the recording has ended")
        lab.until_said("a packet is cut short")
        node.send_signal(signal.SIGTERM)
        assert node.wait(30) == 0, lab.log.read_text()
    feeds = {
        f["name"]: f for f in json.loads((lab.home / "state/summary.json").read_text())["feeds"]
    }
    counted = {name: feed["records"] for name, feed in feeds.items()}
    assert counted["past"] == counted["fast"] == counted["parts"] == 5 * DATAGRAMS
    assert counted["cut"] == 5 * (DATAGRAMS - 1)
    assert counted["orbit"] == counted["tls"] == 1
    assert feeds["late"]["refused"] > 0
    assert {name for name, count in counted.items() if not count} == {"north"}
    assert {name for name, feed in feeds.items() if feed["refused"]} == {"late", "cut"}
    assert feeds["cut"]["refused"] == 1
