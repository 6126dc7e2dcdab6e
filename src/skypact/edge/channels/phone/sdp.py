"""What a call's sound is agreed to be (SDP, RFC 4566 and 3264): PCMU and telephone events. Pure."""

import ipaddress
import re
from typing import NamedTuple

from skypact.core.errors import DecodeError

PCMU = 0
EVENTS_OFFERED = 96
"""What we offer telephone events under; the one who answers may choose another number."""
FEED = "sdp"
LINES_MAX = 200
_MAP = re.compile(r"rtpmap:([0-9]{1,3}) ([A-Za-z0-9-]+)/([0-9]{1,6})(?:/[0-9]+)?")


class Media(NamedTuple):
    """What the other side takes: where to, and the payload type of its telephone events, None when
    it sends none."""

    host: str
    port: int
    events: int | None


def offer(host: str, port: int, session: int, events: int = EVENTS_OFFERED) -> bytes:
    """Return a description of what we take at host and port. session: its number, unique."""
    family = "IP6" if ":" in host else "IP4"
    return "\r\n".join(
        [
            "v=0",
            f"o=- {session} {session} IN {family} {host}",
            "s=-",
            f"c=IN {family} {host}",
            "t=0 0",
            f"m=audio {port} RTP/AVP {PCMU} {events}",
            f"a=rtpmap:{PCMU} PCMU/8000",
            f"a=rtpmap:{events} telephone-event/8000",
            f"a=fmtp:{events} 0-15",
            "a=ptime:20",
            "a=sendrecv",
            "",
        ]
    ).encode()


def read(body: bytes) -> Media:
    """Return what the other side answered; raises DecodeError when no call can come of it."""
    try:
        lines = body.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise DecodeError("not UTF-8", feed=FEED, offset=error.start) from error
    if len(lines) > LINES_MAX:
        raise DecodeError(f"more than {LINES_MAX} lines", feed=FEED)
    host, port, types, events, section = "", 0, list[int](), None, ""
    for line in lines:
        kind, _, value = line.partition("=")
        if kind == "m":
            section = value if not section else "another"
            if section == value:
                port, types = _audio(value)
        elif kind == "c" and section != "another":
            host = _host(value)
        elif kind == "a" and section and section != "another":
            found = _MAP.fullmatch(value.strip())
            if found and found[2].lower() == "telephone-event" and int(found[1]) in types:
                events = int(found[1])
    if not host or not port:
        raise DecodeError("it says nowhere to send sound to", feed=FEED)
    if PCMU not in types:
        raise DecodeError("it does not take PCMU", feed=FEED)
    return Media(host, port, events)


def _audio(value: str) -> tuple[int, list[int]]:
    kind, port, protocol, *types = [*value.split(), "", "", ""]
    if kind != "audio" or protocol != "RTP/AVP":
        raise DecodeError(f"{value[:40]!r} is no plain sound", feed=FEED)
    number = port.partition("/")[0]
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 65_536):
        raise DecodeError("the port of the sound makes no sense", feed=FEED)
    return int(number), [int(t) for t in types if t.isascii() and t.isdigit() and int(t) < 128]


def _host(value: str) -> str:
    _, _, host = value.rpartition(" ")
    try:
        return str(ipaddress.ip_address(host.partition("/")[0]))
    except ValueError as error:
        raise DecodeError(f"{host[:40]!r} is no address", feed=FEED) from error
