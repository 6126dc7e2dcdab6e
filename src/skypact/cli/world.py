"""The outside world of a demo: radars and recorded flights, sent in real time as real bytes."""

import asyncio
import signal
from collections.abc import Mapping

from skypact.edge.clock import Clock
from skypact.edge.feeds.send import BeastServer, UdpSender
from skypact.exercise.recorded import RecordedTraffic
from skypact.exercise.scenario import Scenario
from skypact.exercise.world import World

SECOND_NS = 1_000_000_000
AHEAD_NS = SECOND_NS // 2


async def play(
    scenario: Scenario,
    seed: int,
    start_ns: int,
    udp: Mapping[str, int],
    tcp: Mapping[str, int],
) -> int:
    """Send until SIGTERM or SIGINT; the raid begins again when the scenario is over.

    udp: port of each feed that takes datagrams; tcp: port on which each stream is served.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    clock = Clock()
    senders = {feed: UdpSender("127.0.0.1", port) for feed, port in udp.items()}
    servers = {feed: BeastServer("127.0.0.1", port) for feed, port in tcp.items()}
    for server in servers.values():
        await server.start()
    duration_ns = round(scenario.duration_s * SECOND_NS)
    civil = RecordedTraffic()
    sent_ns, raid, world = clock.now_ns(), -1, None
    while not stopping.is_set():
        now_ns = clock.now_ns()
        clock.discipline()
        current = max(0, (sent_ns - start_ns) // duration_ns)
        if world is None or current != raid:
            raid = current
            world = World(scenario, seed + raid, start_ns + raid * duration_ns, civil)
        until_ns = min(now_ns + AHEAD_NS, start_ns + (raid + 1) * duration_ns)
        for datagram in world.datagrams(sent_ns, until_ns):
            wait_s = (datagram.time_ns - clock.now_ns()) / SECOND_NS
            if wait_s > 0 and await _stopped(stopping, wait_s):
                break
            if datagram.feed in senders:
                senders[datagram.feed].send(datagram.data)
            else:
                servers[datagram.feed].send(datagram.data)
        sent_ns = max(sent_ns, until_ns)
        if await _stopped(stopping, max(0.0, (sent_ns - clock.now_ns()) / SECOND_NS)):
            break
    for sender in senders.values():
        sender.close()
    for server in servers.values():
        await server.stop()
    return 0


async def _stopped(stopping: asyncio.Event, within_s: float) -> bool:
    try:
        await asyncio.wait_for(stopping.wait(), within_s)
    except TimeoutError:
        return False
    return True
