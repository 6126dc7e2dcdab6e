"""UDP feeds: a socket that receives datagrams, unicast or multicast."""

import asyncio
import ipaddress
import socket
import struct
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, urlsplit

from skypact.core.errors import LinkError
from skypact.edge.clock import age_ns
from skypact.sensors.settings import FeedSettings

RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
DATAGRAM_BYTES_MAX = 65_535
AT_ONCE = 64
_STAMP = 35  # SO_TIMESTAMPNS of Linux, which the standard library does not name
_TIMESPEC = struct.Struct("@ll")
_EXTRA_BYTES = socket.CMSG_SPACE(_TIMESPEC.size)


class _Receiver:
    """Hands each datagram on with the time at which the system received it: the thread that reads
    may be late, the stamp is not."""

    def __init__(
        self, feed: str, deliver: Callable[[str, bytes, int], None], now_ns: Callable[[], int]
    ) -> None:
        self._feed, self._deliver, self._now_ns = feed, deliver, now_ns

    def read(self, made: socket.socket) -> None:
        """Take what has arrived, up to a limit so that nothing else waits for long."""
        for _ in range(AT_ONCE):
            try:
                data, extra, _, _ = made.recvmsg(DATAGRAM_BYTES_MAX, _EXTRA_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue  # an ICMP answer to somebody else's datagram
            self._deliver(self._feed, data, self._now_ns() - _age_ns(extra))


def _age_ns(extra: Sequence[tuple[int, int, bytes]]) -> int:
    for level, kind, value in extra:
        if level == socket.SOL_SOCKET and kind == _STAMP and len(value) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(value)
            return age_ns(seconds * 1_000_000_000 + nanoseconds)
    return 0


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
        made.setsockopt(socket.SOL_SOCKET, _STAMP, 1)
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
    loop = asyncio.get_running_loop()
    with receiving_socket(settings.source, settings.name) as made:
        loop.add_reader(made, receiver.read, made)
        try:
            await loop.create_future()
        finally:
            loop.remove_reader(made)
