"""The sound of one call: a socket, what is played into it, and keys and loudness out of it."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from skypact.core.errors import DecodeError, LinkError
from skypact.edge.channels.phone import rtp, sound
from skypact.edge.channels.phone.sdp import PCMU, Media

BEHIND_MAX = 5
"""Ticks that are made up for; more are left out."""


class Sound(asyncio.DatagramProtocol):
    """One call's. heard: told the loudness of each packet; pressed: told each key."""

    def __init__(self, heard: Callable[[float], None], pressed: Callable[[str], None]) -> None:
        self._heard, self._pressed = heard, pressed
        self._transport: asyncio.DatagramTransport | None = None
        self._media: Media | None = None
        self._signalled_from = ""
        self._keys: rtp.Keys | None = None
        self._playing, self._at = b"", 0
        self._played = asyncio.Event()
        self._played.set()
        self._number = secrets.randbits(15)
        self._tick, self._source = secrets.randbits(31), secrets.randbits(32)
        self._first = True
        self.port = self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = int(transport.get_extra_info("sockname")[1])

    def connect(self, media: Media, signalled_from: str = "") -> None:
        """Begin to talk, or go on elsewhere. signalled_from: host that takes the call; its sound
        may come from there too, as it does behind a router that changes addresses."""
        if self._keys is None or media.events != self._keys.payload_type:
            self._keys = None if media.events is None else rtp.Keys(media.events)
        self._media, self._signalled_from = media, signalled_from or self._signalled_from

    def play(self, said: bytes) -> None:
        """Play this and no longer what was playing."""
        self._playing, self._at = said, 0
        self._played.clear()

    async def played(self) -> None:
        """Wait until all has been played."""
        await self._played.wait()

    def tick(self) -> None:
        """Send the next packet, silence when there is nothing to say."""
        if self._media is None or self._transport is None:
            return
        end = self._at + rtp.SAMPLES_A_PACKET
        piece = self._playing[self._at : end].ljust(rtp.SAMPLES_A_PACKET, sound.SILENCE)
        self._at = min(end, len(self._playing))
        if self._at == len(self._playing):
            self._played.set()
        packet = rtp.Packet(PCMU, self._number, self._tick, self._source, piece)
        self._transport.sendto(rtp.write(packet, self._first), self._media[:2])
        self._first = False
        self._number += 1
        self._tick += rtp.SAMPLES_A_PACKET

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        # A key is an answer to a warning: only the side that we talk to may press one.
        if self._media is None or addr[0] not in (self._media.host, self._signalled_from):
            self.refused += 1
            return
        try:
            packet = rtp.read(data)
            key = self._keys.take(packet) if self._keys is not None else ""
        except DecodeError:
            self.refused += 1
            return
        if key:
            self._pressed(key)
        elif rtp.is_sound(packet):
            self._heard(sound.loudness(packet.payload))

    def error_received(self, exc: Exception) -> None:
        self.refused += 1  # the port is closed there; the call's own signs tell

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None


class Ports:
    """Even ports for sound in a range, each at one call at a time."""

    def __init__(self, host: str, first: int, last: int) -> None:
        self._host = host
        self._free = [port for port in range(first, last + 1) if port % 2 == 0]

    async def open(self, made: Sound) -> int:
        """Open the sound of a call; return what to give back. Raises LinkError."""
        loop = asyncio.get_running_loop()
        for _ in range(len(self._free)):
            port = self._free.pop(0)
            try:
                await loop.create_datagram_endpoint(lambda: made, (self._host, port))
            except OSError:
                self._free.append(port)  # another program's
            else:
                return port
        raise LinkError("no port is left for the sound of a call", link="phone")

    def give_back(self, port: int) -> None:
        self._free.append(port)


class Metronome:
    """Lets every call send its packet each 20 ms: one timer for all."""

    def __init__(self) -> None:
        self._sounds: dict[int, Sound] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, one: Sound) -> None:
        self._sounds[id(one)] = one
        if self._task is None:
            self._task = asyncio.create_task(self._beat())

    def remove(self, one: Sound) -> None:
        self._sounds.pop(id(one), None)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        next_s = loop.time()
        while True:
            for one in list(self._sounds.values()):
                one.tick()
            next_s += rtp.PACKET_S
            if loop.time() - next_s > BEHIND_MAX * rtp.PACKET_S:
                next_s = loop.time()
            await asyncio.sleep(max(0.0, next_s - loop.time()))
