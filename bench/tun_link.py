"""A thin line for benches: two TUN devices, one of them in a network namespace of its own, and a
forwarder between them that delays, loses and cuts. Needs privilege. Nothing of it is in the product.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Event, Process
from multiprocessing.synchronize import Event as Flag

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x1, 0x1000
CLONE_NEWNET = 0x40000000
PACKET_BYTES = 65_536
HERE, THERE = "10.77.0.1", "10.77.0.2"


def enter(namespace: str) -> None:
    """Move this process into a named network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(descriptor)


def _device(name: str) -> int:
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    request = struct.pack("16sH14s", name.encode(), IFF_TUN | IFF_NO_PI, b"")
    fcntl.ioctl(descriptor, TUNSETIFF, request)
    return descriptor


def _run(*words: str) -> None:
    subprocess.run(words, check=True)


def _forward(
    namespace: str, delay_s: float, loss: float, seed: int, ready: Flag, cut: Flag
) -> None:
    here = _device("sky0")
    _run("ip", "addr", "add", f"{HERE}/30", "dev", "sky0")
    _run("ip", "link", "set", "sky0", "up")
    enter(namespace)
    there = _device("sky1")
    _run("ip", "addr", "add", f"{THERE}/30", "dev", "sky1")
    _run("ip", "link", "set", "sky1", "up")
    _run("ip", "link", "set", "lo", "up")
    ready.set()
    dice, count, waiting = random.Random(seed), 0, list[tuple[float, int, int, bytes]]()
    while True:
        now_s = time.monotonic()
        until_s = waiting[0][0] - now_s if waiting else 0.05
        for source in select.select((here, there), (), (), max(until_s, 0.0))[0]:
            packet = os.read(source, PACKET_BYTES)
            if not cut.is_set() and dice.random() >= loss:
                count += 1
                due_s = time.monotonic() + delay_s
                heapq.heappush(waiting, (due_s, count, there if source == here else here, packet))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, target, packet = heapq.heappop(waiting)
            if not cut.is_set():
                os.write(target, packet)


@contextmanager
def line(namespace: str, delay_s: float, loss: float, seed: int) -> Iterator[Flag]:
    """Make the namespace and the line; yield a flag that cuts it while it is set."""
    _run("ip", "netns", "add", namespace)
    ready, cut = Event(), Event()
    forwarder = Process(
        target=_forward, args=(namespace, delay_s, loss, seed, ready, cut), daemon=True
    )
    try:
        forwarder.start()
        if not ready.wait(10):
            raise RuntimeError("the line does not come up")
        yield cut
    finally:
        forwarder.terminate()
        forwarder.join(5)
        _run("ip", "netns", "del", namespace)
