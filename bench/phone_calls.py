"""A hundred calls at once to SIPp on loopback, each answered by a key.

    python bench/phone_calls.py [--calls 100]

One node's channel, with its dispatcher, calls SIPp, which takes each call, presses a key after a while
and waits for the end. What the channel reports goes through a journal that is synced, as a node's does.
`key_to_stored_s`: from the packet that holds the key, as a capture of another process (tshark) sees it,
to the return of the journal's sync. `met`: every call acknowledged, the slowest at most 0.2 s.
"""

import argparse
import asyncio
import json
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from skypact.config.channels import PhoneSettings  # noqa: E402
from skypact.core.codec import encode  # noqa: E402
from skypact.core.messages import Channel, Context, DeliveryState, NoticeReported  # noqa: E402
from skypact.edge.channels.dispatch import Dispatcher  # noqa: E402
from skypact.edge.channels.phone.phone import Phone  # noqa: E402
from skypact.edge.journal import Journal, Kind  # noqa: E402
from tests.e2e import phone_peers as peers  # noqa: E402
from tests.unit.edge.channels.notices import ISSUER, notice  # noqa: E402

PEER, SIP, SOUND, FIRST = 25_080, 25_070, 25_100, 26_000
BAR_S = 0.2


class Store:
    """Makes a report durable, then answers; one thread, as in a node."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal(folder)
        self.acknowledged: dict[str, int] = {}
        self.states: dict[str, str] = {}
        self.turn = asyncio.Lock()

    async def submit(self, lane: object, message: object) -> str:
        async with self.turn:
            await asyncio.to_thread(self.keep, message)
        if isinstance(message, NoticeReported):
            self.states[message.notice_id] = str(message.state)
            if message.state is DeliveryState.ACKNOWLEDGED:
                self.acknowledged[message.notice_id] = time.time_ns()
        return ""

    def keep(self, message: object) -> None:
        self.journal.append(Kind.INPUT, time.time_ns(), encode(message))
        self.journal.sync()


async def run(calls: int, folder: Path) -> dict:
    capture = folder / "keys.pcap"
    # Keys only: RTP packets of 16 bytes, to the ports of the channel.
    listening = await asyncio.create_subprocess_exec(
        "tshark", "-q", "-i", "lo", "-w", str(capture), "-f",
        f"udp and dst portrange {FIRST}-{FIRST + 2 * calls + 200} and udp[4:2] = 24",
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    await asyncio.sleep(2)
    phone = Phone(
        PhoneSettings(
            host="127.0.0.1", port=SIP, calls_max=calls,
            sound_ports=(FIRST, FIRST + 2 * calls + 199),
        ),
        folder, Context.EXERCISE,
    )  # fmt: skip
    store = Store(folder / "journal")
    dispatcher = Dispatcher({Channel.PHONE: phone}, ISSUER, store.submit, time.time_ns)
    running = asyncio.create_task(dispatcher.run())
    await asyncio.sleep(1)
    began_s, cpu_s = time.monotonic(), time.process_time()
    async with peers.sipp(folder, peers.presses("1", after_s=2.0), PEER, SOUND):
        for i in range(calls):
            address = f"sip:watch{i}@127.0.0.1:{PEER}"
            dispatcher.take(notice(Channel.PHONE, address, notice_id=f"n{i}"))
        while len(store.acknowledged) < calls and time.monotonic() - began_s < 60:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        took_s = time.monotonic() - began_s
        cpu_s = time.process_time() - cpu_s
        await asyncio.sleep(2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    listening.terminate()
    await listening.wait()
    waited = sorted(delays(capture, store.acknowledged))
    worst_s = waited[-1] if waited else None
    seen = len(waited) == calls
    return {
        "calls": calls,
        "acknowledged": len(store.acknowledged),
        "all_acknowledged_after_s": round(took_s, 2),
        "keys_seen_by_capture": len(waited),
        "key_to_stored_s": {
            "p50": round(waited[len(waited) // 2], 4), "max": round(worst_s, 4),
        } if waited else None,
        "cpu_s": round(cpu_s, 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "bar_s": BAR_S,
        "met": len(store.acknowledged) == calls and seen and worst_s <= BAR_S,
    }  # fmt: skip


def delays(capture: Path, acknowledged: dict[str, int]) -> list[float]:
    """Return for each call the time from its first packet with a key to its stored acknowledgement.

    The calls are alike, so the n-th key to come is set against the n-th to be stored."""
    first: dict[int, float] = {}
    lines = subprocess.run(
        ["tshark", "-r", str(capture), "-T", "fields", "-e", "frame.time_epoch", "-e", "udp.dstport",
         "-e", "udp.payload"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    for line in lines:
        at, port, payload = line.split("\t")
        kind, event = struct.unpack_from(">BxHIIB", bytes.fromhex(payload))[0], payload
        if bytes.fromhex(event)[1] & 0x7F == 96 and kind & 0xC0 == 0x80:
            first.setdefault(int(port), float(at))
    pressed = sorted(first.values())
    stored = sorted(ns / 1e9 for ns in acknowledged.values())
    return [s - p for p, s in zip(pressed, stored)]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--calls", type=int, default=100)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = asyncio.run(run(given.calls, Path(folder)))
    print(json.dumps(result))
    return 0 if result["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
