"""UDP feeds receive unicast and multicast."""

import asyncio
import socket
import time

import pytest

from skypact.core.errors import LinkError
from skypact.edge.feeds.send import UdpSender
from skypact.edge.feeds.udp import receiving_socket, run_udp
from tests.unit.edge.feeds.listening import NOW_NS, Listener, now_ns, settings


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "239.77.1.9"])
def test_datagrams_arrive_whole_and_in_order(host: str) -> None:
    async def scene() -> None:
        port = free_port()
        query = "?interface=127.0.0.1" if host.startswith("239") else ""
        listener = Listener(settings(f"udp://{host}:{port}{query}"))
        await asyncio.sleep(0)
        sender = UdpSender(host, port)
        if query:
            local = socket.inet_aton("127.0.0.1")
            sender.socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, local)
        while not listener.delivered:
            sender.send(b"first")
            await asyncio.sleep(0)
        sender.send(b"last" * 300)
        await listener.until(lambda: listener.delivered[-1][1] == b"last" * 300)
        feed, data, arrival_ns = listener.delivered[0]
        assert (feed, data) == ("feed", b"first")
        assert NOW_NS - 10_000_000_000 <= arrival_ns <= NOW_NS
        sender.close()
        await listener.close()

    asyncio.run(scene())


def hold_up_s(seconds: float) -> None:
    """Keep the event loop from reading."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        pass


def test_a_late_reader_does_not_make_the_arrival_late() -> None:
    async def scene() -> None:
        port = free_port()
        listener = Listener(settings(f"udp://127.0.0.1:{port}"))
        await asyncio.sleep(0)
        sender = UdpSender("127.0.0.1", port)
        sender.send(b"early")
        hold_up_s(0.05)
        await listener.until(lambda: bool(listener.delivered))
        assert listener.delivered[0][2] <= NOW_NS - 50_000_000
        sender.close()
        await listener.close()

    asyncio.run(scene())


def test_a_port_in_use_is_a_link_error() -> None:
    source = f"udp://127.0.0.1:{free_port()}"
    running = run_udp(settings(source), lambda *_: None, now_ns)
    with (
        receiving_socket(source, "feed"),
        pytest.raises(LinkError, match="can't be received") as caught,
    ):
        asyncio.run(running)
    assert caught.value.link == "feed"


def test_an_interface_that_is_no_address_is_a_link_error() -> None:
    with pytest.raises(LinkError, match="can't be received"):
        receiving_socket(f"udp://239.77.1.9:{free_port()}?interface=eth-none", "feed")
