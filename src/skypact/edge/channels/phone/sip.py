"""SIP messages as bytes (RFC 3261): reading, writing, the parts of headers. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from skypact.core.errors import DecodeError

MESSAGE_BYTES_MAX = 65_535
HEADERS_MAX = 128
LINE_MAX = 8_192
FEED = "sip"
COMPACT = {
    "i": "call-id", "m": "contact", "e": "content-encoding", "l": "content-length",
    "c": "content-type", "f": "from", "s": "subject", "k": "supported", "t": "to", "v": "via",
}  # fmt: skip
_REQUEST = re.compile(r"([A-Z]{1,32}) (\S{1,2048}) SIP/2\.0")
_RESPONSE = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?")
_URI = re.compile(r"<([^<>]*)>|([^<>;,\s]+)")
_PAIR = re.compile(r'([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]+))')
_NUMBER = re.compile(r"[0-9]{1,10}")


class Headers:
    """Header lines in their order; case does not count in names, nor their short form."""

    def __init__(self, lines: Iterable[tuple[str, str]] = ()) -> None:
        self.lines = list(lines)

    def get(self, name: str) -> str:
        """Return the first value, "" when there is none."""
        wanted = name.lower()
        return next((v for n, v in self.lines if _long(n) == wanted), "")

    def all(self, name: str) -> list[str]:
        """Return every value, those of one line split at its commas."""
        wanted = name.lower()
        return [part for n, v in self.lines if _long(n) == wanted for part in split(v)]


class Request(NamedTuple):
    method: str
    uri: str
    headers: Headers
    body: bytes


class Response(NamedTuple):
    """A reply. line: what a person may read, "486 Busy Here"; sender: host that it came from."""

    status: int
    reason: str
    headers: Headers
    body: bytes
    sender: str = ""

    @property
    def line(self) -> str:
        return f"{self.status} {self.reason}".strip()


def read(data: bytes) -> Request | Response:
    """Return the message of a datagram; raises DecodeError."""
    if len(data) > MESSAGE_BYTES_MAX:
        raise DecodeError(f"a message of {len(data)} bytes", feed=FEED)
    head, parted, rest = data.partition(b"\r\n\r\n")
    if not parted:
        raise DecodeError("no empty line ends the headers", feed=FEED, offset=len(data))
    try:
        first, *lines = _unfolded(head.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DecodeError("headers are not UTF-8", feed=FEED, offset=error.start) from error
    if len(lines) > HEADERS_MAX:
        raise DecodeError(f"more than {HEADERS_MAX} headers", feed=FEED)
    headers = Headers(_header(line) for line in lines)
    body = _body(headers, rest)
    if found := _REQUEST.fullmatch(first):
        return Request(found[1], found[2], headers, body)
    if found := _RESPONSE.fullmatch(first):
        return Response(int(found[1]), printable(found[2] or ""), headers, body)
    raise DecodeError("the first line is neither of a request nor of a reply", feed=FEED)


def write(first: str, headers: Sequence[tuple[str, str]], body: bytes = b"") -> bytes:
    """Return a message as bytes, its length added."""
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def uri_of(value: str) -> str:
    """Return the URI of a Contact, Record-Route, To or From value, "" when there is none."""
    # A name in quotation marks may hold anything.
    found = _URI.search(re.sub(r'"(?:[^"\\]|\\.)*"', "", value))
    return (found[1] or found[2] or "") if found else ""


def parameter(value: str, name: str) -> str:
    """Return a parameter of a header's value, behind the URI; "" when there is none."""
    _, _, after = value.rpartition(">")
    for part in after.split(";")[0 if ">" in value else 1 :]:
        key, _, said = part.partition("=")
        if key.strip().lower() == name:
            return said.strip().strip('"')
    return ""


def pairs(value: str) -> dict[str, str]:
    """Return the pairs of an authentication header, names in lower case, behind its scheme."""
    _, _, after = value.partition(" ")
    return {
        found[1].lower(): re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3]
        for found in _PAIR.finditer(after)
    }


def sequence(headers: Headers) -> tuple[int, str]:
    """Return number and method of CSeq; raises DecodeError."""
    number, _, method = headers.get("cseq").partition(" ")
    if not _NUMBER.fullmatch(number) or int(number) >= 1 << 32:
        raise DecodeError("CSeq has no number", feed=FEED)
    return int(number), method.strip()


def split(value: str) -> list[str]:
    """Return the parts of a list, split at commas outside of <> and quotation marks."""
    parts, part, quoted, inside, escaped = list[str](), list[str](), False, False, False
    for letter in value:
        if letter == "," and not quoted and not inside:
            parts.append("".join(part).strip())
            part.clear()
            continue
        if letter == '"' and not escaped:
            quoted = not quoted
        elif not quoted:
            inside = (inside or letter == "<") and letter != ">"
        escaped = letter == "\\" and quoted and not escaped
        part.append(letter)
    parts.append("".join(part).strip())
    return [part for part in parts if part]


def printable(text: str, letters_max: int = 120) -> str:
    """Return a peer's text as it may be shown to people."""
    return "".join(c if c.isprintable() else " " for c in text[:letters_max]).strip()


def _long(name: str) -> str:
    lower = name.lower()
    return COMPACT.get(lower, lower)


def _unfolded(head: str) -> list[str]:
    lines: list[str] = []
    for line in head.split("\r\n"):
        if line[:1] in (" ", "\t") and lines:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
        if len(lines[-1]) > LINE_MAX:
            raise DecodeError("a line is too long", feed=FEED)
    return lines


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.strip() or any(c in line for c in "\r\n\0"):
        raise DecodeError(f"{line[:40]!r} is no header", feed=FEED)
    return name.strip(), value.strip()


def _body(headers: Headers, rest: bytes) -> bytes:
    said = headers.get("content-length")
    if not said:
        return rest
    if not _NUMBER.fullmatch(said) or int(said) > len(rest):
        raise DecodeError("the body is cut short", feed=FEED)
    return rest[: int(said)]
