"""What the fuzzer feeds to what telephones and exchanges can send: SIP with its descriptions and
challenges, and RTP with its keys. As in `fuzz_partner.py`.
"""

from collections.abc import Callable
from typing import Any

TestOne = Callable[[bytes], None]
Plant = Callable[[Callable[..., None]], None]
INCLUDED = ("skypact.edge.channels",)
HOST = "127.0.0.1"


class Nowhere:
    """A socket that sends nothing."""

    def sendto(self, data: bytes, to: Any) -> None:
        pass


def sip() -> TestOne:
    """First byte: bit 0 the whole datagram, else a description in a right INVITE of a call that is
    on; bit 1: a challenge in a 401 of ours."""
    from skypact.edge.channels.phone import sdp
    from skypact.edge.channels.phone import sip as wire
    from skypact.edge.channels.phone.agent import Agent
    from skypact.edge.channels.phone.digest import Credentials, answer

    agent: Any = Agent(HOST, 5060, None, Credentials("u", "p"), "x")
    agent._transport = Nowhere()

    def renewed(body: bytes) -> bytes:
        media = sdp.read(body)
        assert 0 < media.port < 65_536
        assert media.events is None or media.events < 128
        return b""

    def test_one(data: bytes) -> None:
        if not data:
            return
        how, rest = data[0], data[1:]
        if how & 2:
            value = "".join(chr(c) for c in rest if 32 <= c < 127)
            made = answer([f"Digest {value}"], Credentials("u", "p"), "INVITE", "sip:x", "n")
            assert "\r" not in made
            assert "\n" not in made
            return
        dialog = agent.dialog("sip:callee@x")
        dialog.taken, dialog.remote = True, "<sip:callee@x>;tag=2"
        agent.follow(dialog, lambda: None, renewed)
        if not how & 1:
            lines = [
                ("Via", "SIP/2.0/UDP x;branch=z9hG4bK1"), ("From", dialog.remote),
                ("To", dialog.local), ("Call-ID", dialog.call_id), ("CSeq", "2 INVITE"),
            ]  # fmt: skip
            rest = wire.write("INVITE sip:skypact@x SIP/2.0", lines, rest)
        agent.datagram_received(rest, (HOST, 5060))
        agent.forget(dialog)
        assert not agent._hung_up
        assert not agent._waiting

    return test_one


def sip_seeds() -> list[bytes]:
    from skypact.edge.channels.phone import sdp

    reply = (
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a:1;branch=z9hG4bK1, SIP/2.0/UDP b\r\n"
        b'f: "Watch" <sip:w@x;lr>;tag=1\r\nTo: sip:b@y;tag=2\r\ni: 7\r\nCSeq: 3 INVITE\r\n'
        b"Record-Route: <sip:p;lr>\r\nSubject: one\r\n two\r\nContent-Length: 3\r\n\r\nabc"
    )
    request = reply.replace(b"SIP/2.0 200 OK", b"BYE sip:a@b SIP/2.0").replace(b"INVITE", b"BYE")
    challenge = b'realm="a, \\"b\\"", nonce=abc, qop="auth,auth-int", algorithm=SHA-256'
    return [b"\1" + reply, b"\1" + request, b"\0" + sdp.offer(HOST, 4_000, 1), b"\2" + challenge]


def plant_sip(without: Callable[..., None]) -> None:
    from skypact.edge.channels.phone import sip as wire

    without(wire, "_body", "if not _NUMBER.fullmatch(said) or int(said) > len(rest):")


def rtp() -> TestOne:
    """A datagram to the sound of a call."""
    from skypact.edge.channels.phone import rtp as wire
    from skypact.edge.channels.phone.media import Sound
    from skypact.edge.channels.phone.sdp import Media

    def heard(loudness: float) -> None:
        assert 0 <= loudness <= 1

    def pressed(key: str) -> None:
        assert key in wire.KEYS

    def test_one(data: bytes) -> None:
        sound = Sound(heard, pressed)
        sound.connect(Media(HOST, 9, 96))
        for one in (data, data[::-1]):
            sound.datagram_received(one, (HOST, 9))

    return test_one


def rtp_seeds() -> list[bytes]:
    from skypact.edge.channels.phone import rtp as wire

    key = wire.write(wire.Packet(96, 1, 1, 1, b"\x01\x8a\x00\xa0"), first=True)
    sound = wire.write(wire.Packet(0, 1, 1, 1, b"\xff" * 160))
    extended = (
        b"\xb1\x60\x00\x01" + bytes(8) + b"\0\0\0\7" + b"\xbe\xde\x00\x01" + b"1234" + b"key!\2"
    )
    return [key, sound, extended]


def plant_rtp(without: Callable[..., None]) -> None:
    from skypact.edge.channels.phone import rtp as wire

    without(wire, "Keys.take", "if len(packet.payload) < _EVENT.size:")


TARGETS: dict[str, tuple[Callable[[], TestOne], Callable[[], list[bytes]], Plant]] = {
    "sip": (sip, sip_seeds, plant_sip),
    "rtp": (rtp, rtp_seeds, plant_rtp),
}
