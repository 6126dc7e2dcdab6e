"""The sound of one call: who may be heard, and ports that are given back."""

import asyncio
from itertools import pairwise

import pytest

from skypact.core.errors import LinkError
from skypact.edge.channels.phone import rtp
from skypact.edge.channels.phone.media import Metronome, Ports, Sound
from skypact.edge.channels.phone.sdp import Media

KEY = rtp.write(rtp.Packet(96, 1, 1, 1, b"\x01\x0a\x00\xa0"))


def test_only_the_other_side_may_press_a_key() -> None:
    pressed: list[str] = []
    sound = Sound(lambda _: None, pressed.append)
    sound.datagram_received(KEY, ("192.0.2.1", 9))
    sound.connect(Media("192.0.2.1", 9, 96))
    sound.datagram_received(KEY, ("192.0.2.66", 9))
    sound.datagram_received(b"\x00", ("192.0.2.1", 9))
    assert (pressed, sound.refused) == ([], 3)
    sound.datagram_received(KEY, ("192.0.2.1", 9))
    assert pressed == ["1"]


def test_a_line_without_events_has_no_keys() -> None:
    pressed: list[str] = []
    sound = Sound(lambda _: None, pressed.append)
    sound.connect(Media("192.0.2.1", 9, None))
    sound.datagram_received(KEY, ("192.0.2.1", 9))
    assert pressed == []


def test_packets_come_one_after_the_other() -> None:
    async def listen() -> list[rtp.Packet]:
        got: list[rtp.Packet] = []

        class Ear(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: object) -> None:
                got.append(rtp.read(data))

        loop = asyncio.get_running_loop()
        ear, _ = await loop.create_datagram_endpoint(Ear, ("127.0.0.1", 0))
        sound, metronome = Sound(lambda _: None, lambda _: None), Metronome()
        await Ports("127.0.0.1", 0, 0).open(sound)
        sound.connect(Media("127.0.0.1", ear.get_extra_info("sockname")[1], 96))
        sound.play(b"\x00" * 400)
        metronome.add(sound)
        await sound.played()
        await asyncio.sleep(0.05)
        metronome.remove(sound)
        await metronome.stop()
        sound.close()
        ear.close()
        return got

    got = asyncio.run(listen())
    assert b"".join(p.payload for p in got)[:480] == b"\x00" * 400 + b"\xff" * 80
    assert {b.sequence - a.sequence for a, b in pairwise(got)} == {1}
    assert {b.tick - a.tick for a, b in pairwise(got)} == {160}


def test_ports_are_given_back() -> None:
    async def use() -> None:
        holder = Sound(lambda _: None, lambda _: None)
        free = await asyncio.get_running_loop().create_datagram_endpoint(
            asyncio.DatagramProtocol, ("127.0.0.1", 0)
        )
        port = free[0].get_extra_info("sockname")[1]
        ports = Ports("127.0.0.1", port - port % 2, port - port % 2)
        if port % 2 == 0:
            with pytest.raises(LinkError, match="no port"):
                await ports.open(holder)
        free[0].close()
        await asyncio.sleep(0)
        held = await ports.open(holder)
        with pytest.raises(LinkError, match="no port"):
            await ports.open(Sound(lambda _: None, lambda _: None))
        holder.close()
        await asyncio.sleep(0)
        ports.give_back(held)
        second = Sound(lambda _: None, lambda _: None)
        assert await ports.open(second) == held
        second.close()

    asyncio.run(use())
