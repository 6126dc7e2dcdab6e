"""The outside world of a demo sends what the scenario holds, at its time, to real sockets."""

import asyncio
import os
import signal
import socket

from skypact.cli.world import play
from skypact.edge.clock import Clock
from skypact.exercise.scenario import load as load_scenario

SCENARIO = load_scenario("first_night")


def test_plots_arrive_and_a_signal_ends_it() -> None:
    door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    door.bind(("127.0.0.1", 0))
    door.settimeout(20)
    port = door.getsockname()[1]
    start_ns = Clock().now_ns() - 20_000_000_000
    feeds = [s.name for n in SCENARIO.nations for s in n.sensors]
    udp = dict.fromkeys([*feeds, "auria-adsb"], port)

    async def both() -> int:
        playing = asyncio.create_task(play(SCENARIO, 1, start_ns, udp, {"auria-beast": 0}))
        got = await asyncio.to_thread(lambda: [door.recv(2048) for _ in range(20)])
        assert {data[0] for data in got} <= {21, 34, 48}
        os.kill(os.getpid(), signal.SIGTERM)
        return await asyncio.wait_for(playing, 20)

    assert asyncio.run(both()) == 0
    door.close()
