"""UDP feeds: a socket that receives datagrams, unicast or multicast."""

import asyncio
import ipaddress
import socket
import struct
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from skypact.core.errors import LinkError
from skypact.sensors.settings import FeedSettings

RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024


class _Receiver(asyncio.DatagramProtocol):
    """Hands each datagram on with its time of arrival."""

    def __init__(
        self, feed: str, deliver: Callable[[str, bytes, int], None], now_ns: Callable[[], int]
    ) -> None:
        self._feed, self._deliver, self._now_ns = feed, deliver, now_ns

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        self._deliver(self._feed, data, self._now_ns())


def receiving_socket(source: str, feed: str) -> socket.socket:
    """Return a bound socket of a `udp://` source; raises LinkError when it can't be had."""
    parts = urlsplit(source)
    host, port = parts.hostname or "", parts.port or 0
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        made = socket.socket(family, socket.SOCK_DGRAM)
    except OSError as error:
        raise LinkError(f"{source} can't be received: {error}", link=feed) from error
    try:
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        group = ipaddress.ip_address(address[0])
        if group.is_multicast:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        if group.is_multicast:
            interface = parse_qs(parts.query).get("interface", [""])[0]
            _join(made, group, interface)
    except (OSError, ValueError) as error:
        made.close()
        raise LinkError(f"{source} can't be received: {error}", link=feed) from error
    return made


def _join(
    made: socket.socket, group: ipaddress.IPv4Address | ipaddress.IPv6Address, interface: str
) -> None:
    if group.version == 4:
        local = ipaddress.ip_address(interface or "0.0.0.0")
        made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group.packed + local.packed)
    else:
        index = socket.if_nametoindex(interface) if interface else 0
        membership = group.packed + struct.pack("@I", index)
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, membership)


async def run_udp(
    settings: FeedSettings,
    deliver: Callable[[str, bytes, int], None],
    now_ns: Callable[[], int],
) -> None:
    """Receive until cancelled. Raises LinkError when the address can't be bound or joined."""
    receiver = _Receiver(settings.name, deliver, now_ns)
    made = receiving_socket(settings.source, settings.name)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: receiver, sock=made)
    try:
        await loop.create_future()
    finally:
        transport.close()
