"""A telephone on loopback that does as told: our own, for what SIPp and baresip cannot be told."""

import asyncio
import struct
from dataclasses import dataclass, field
from typing import Any

from skypact.edge.channels.phone import rtp, sdp, sip, sound

RINGING, BUSY, TAKEN = "180 Ringing", "486 Busy Here", "200 OK"


@dataclass
class Callee(asyncio.DatagramProtocol):
    """replies: to an INVITE, in order; keys: pressed one after the other once `press` is called;
    events: payload type it negotiates; sounds: what it heard, loudness a packet."""

    replies: tuple[str, ...] = (RINGING, TAKEN)
    events: int | None = 96
    challenge: str = ""
    contact: str = ""
    got: list[sip.Request] = field(default_factory=list)
    statuses: list[sip.Response] = field(default_factory=list)
    loud: list[float] = field(default_factory=list)
    port: int = 0
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self) -> "Callee":
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, ("127.0.0.1", 0))
        self.media, _ = await loop.create_datagram_endpoint(
            lambda: _Ear(self.loud), ("127.0.0.1", 0)
        )
        self.port = self.transport.get_extra_info("sockname")[1]
        self.sound_port = self.media.get_extra_info("sockname")[1]
        return self

    def stop(self) -> None:
        self.transport.close()
        self.media.close()

    def methods(self) -> list[str]:
        return [one.method for one in self.got]

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        message = sip.read(data)
        if isinstance(message, sip.Response):
            self.statuses.append(message)
            return
        self.got.append(message)
        self.caller = addr
        if message.method == "INVITE":
            self.invite = message
            if self.challenge and not message.headers.get("proxy-authorization"):
                self.reply(message, "407 Proxy Authentication Required")
                return
            for status in self.replies:
                self.reply(message, status)
            self.caller_media = sdp.read(message.body)
        elif message.method == "ACK":
            self.taken.set()
        elif message.method == "CANCEL":
            self.reply(message, "200 OK")
            self.reply(self.invite, "487 Request Terminated")
            self.ended.set()
        else:
            self.reply(message, "200 OK")
            if message.method == "BYE":
                self.ended.set()

    def reply(self, request: sip.Request, status: str) -> None:
        headers = request.headers
        kept = [("Via", v) for v in headers.all("via")]
        kept += [(n, headers.get(n)) for n in ("From", "Call-ID", "CSeq")]
        kept += [("To", headers.get("to").partition(";tag=")[0] + ";tag=callee")]
        kept += [("Contact", self.contact or f"<sip:127.0.0.1:{self.port}>")]
        body = b""
        if status == TAKEN and request.method == "INVITE":
            body = self.description()
            kept += [("Content-Type", "application/sdp")]
        if status.startswith("407"):
            kept += [("Proxy-Authenticate", self.challenge)]
        self.transport.sendto(sip.write(f"SIP/2.0 {status}", kept, body), self.caller)

    def description(self) -> bytes:
        text = sdp.offer("127.0.0.1", self.sound_port, 1, self.events or 96).decode()
        if self.events is None:
            text = "\r\n".join(line for line in text.split("\r\n") if "telephone" not in line)
        return text.encode()

    def ask(self, method: str, body: bytes = b"", number: int = 7) -> None:
        """Send a request of our own in the call."""
        headers = self.invite.headers
        lines = [
            ("Via", f"SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bKcallee{number}"),
            ("From", headers.get("to") + ";tag=callee"),
            ("To", headers.get("from")),
            ("Call-ID", headers.get("call-id")),
            ("CSeq", f"{number} {method}"),
            ("Contact", f"<sip:127.0.0.1:{self.port}>"),
        ]
        data = sip.write(f"{method} sip:skypact@127.0.0.1 SIP/2.0", lines, body)
        self.transport.sendto(data, self.caller)

    def press(self, key: str, tick: int = 1_000, times: int = 3) -> None:
        """Press a key: an event in several packets, as RFC 4733 asks."""
        for i in range(times):
            payload = struct.pack(">BBH", rtp.KEYS.index(key), 0x8A if i else 0x0A, 160 * i)
            packet = rtp.Packet(self.events or 96, i, tick, 77, payload)
            self.send(rtp.write(packet, first=i == 0))

    def talk(self, packets: int) -> None:
        """Say something loud."""
        loud = bytes([0x80, 0x00]) * 80
        for i in range(packets):
            self.send(rtp.write(rtp.Packet(0, i, 160 * i, 78, loud)))

    def send(self, data: bytes) -> None:
        self.media.sendto(data, (self.caller_media.host, self.caller_media.port))


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, loud: list[float]) -> None:
        self._loud = loud

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._loud.append(sound.loudness(rtp.read(data).payload))
